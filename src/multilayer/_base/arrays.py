"""Array-likes as plain arrays of real numbers; anything else is refused with what it holds."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, one_line, quoted
from multilayer._base.translation import N_

__all__ = ["plain_array", "real_array", "refuse_masked", "well_laid_out"]

_AXES = (N_(", row {number}"), N_(", column {number}"))
_ENTRY = N_(", entry {number}")
_KINDS = {"U": N_("text"), "T": N_("text"), "S": N_("bytes"), "V": N_("records")}
"""What an array of this kind of dtype holds, in words."""
_CONVERSIONS = {"toarray": N_("; give its toarray()"), "collect": N_("; give its collect()")}
"""Methods of sparse matrices and lazy frames that make an array, and the hint for each."""
_DEEPEST = 3
"""Sequences within sequences that are searched for masked arrays."""
_ONE_MASKED = N_(
    "{name} has {count} masked value; expected numbers: leave these samples out, or fill the gaps (numpy.ma.filled)"
)
_MASKED = N_(
    "{name} has {count} masked values; expected numbers: leave these samples out, or fill the gaps (numpy.ma.filled)"
)


def real_array(name: str, given: Any) -> NDArray[Any]:
    """Return `given` as an array of booleans, integers or floats, native and aligned; a memory map as it is.

    Objects that are numbers (of Python, NumPy, `fractions`, `decimal`) become float64. A gap (None, pandas.NA) is nan.

    Raises
    ------
    InputError
        When it holds anything else, has masked values, or is not rectangular; the message begins with `name`.
    """
    array = plain_array(name, given)
    if array.dtype.kind == "O":
        return _numbers_of(name, array, type(given))
    if array.dtype.kind not in "biuf":
        kind = _KINDS.get(array.dtype.kind)
        what = fill(kind) if kind else fill("{dtype} values", dtype=one_line(str(array.dtype)))
        raise InputError("{name} holds {what}; expected real numbers", name=name, what=what)
    return array if isinstance(array, np.memmap) else well_laid_out(array)


def plain_array(name: str, given: Any) -> NDArray[Any]:
    """Return `given` as a `numpy.ndarray` of any dtype; a memory map stays one.

    Raises
    ------
    InputError
        When it has masked values or is not rectangular.
    """
    if type(given) is np.ndarray or isinstance(given, np.memmap):
        return given
    refuse_masked(name, given)
    try:
        return np.asarray(given)
    except (ValueError, TypeError, RuntimeError) as error:
        if "inhomogeneous" in str(error):
            raise InputError(
                "{name} has rows of different lengths; expected a rectangular array", name=name
            ) from None
        kind = type(given).__name__
        raise InputError(
            "{name}: this {kind} cannot be made an array: {error}",
            name=name,
            kind=kind,
            error=one_line(str(error)),
        ) from None


def refuse_masked(name: str, given: Any) -> None:
    """Refuse masked values: NumPy would take the numbers beneath the mask."""
    count = _masked(given, _DEEPEST)
    if count:
        raise InputError(_MASKED if count > 1 else _ONE_MASKED, name=name, count=count)


def well_laid_out(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that is aligned and in the byte order of the machine; itself where it is so already."""
    if array.flags.aligned and array.dtype.isnative:
        return array
    return np.require(array, array.dtype.newbyteorder("="), "A")


def _masked(given: Any, depth: int) -> int:
    # By its attribute: importing numpy.ma, where nothing else has, would take longer than NumPy itself.
    if isinstance(given, np.ndarray):
        return int(np.count_nonzero(given.mask)) if hasattr(given, "mask") else 0
    if depth and isinstance(given, list | tuple):
        return sum(_masked(one, depth - 1) for one in given)
    return 0


def _numbers_of(name: str, array: NDArray[Any], kind: type) -> NDArray[np.float64]:
    if not array.ndim:
        hint = next((fill(hint) for method, hint in _CONVERSIONS.items() if hasattr(kind, method)), "")
        raise InputError(
            "{name} is a {kind___name}; expected an array of real numbers{hint}",
            name=name,
            kind___name=kind.__name__,
            hint=hint,
        )
    found = np.empty(array.size)
    for place, value in enumerate(array.flat):
        try:
            found[place] = _number(value)
        except OverflowError:
            where = _place(place, array.shape)
            raise InputError(
                "{name}{where} holds a number beyond the range of float64", name=name, where=where
            ) from None
        except (TypeError, ValueError):
            what = quoted(value) if isinstance(value, str) else fill("a {kind}", kind=type(value).__name__)
            where = _place(place, array.shape)
            raise InputError(
                "{name}{where} holds {what}; expected a real number", name=name, where=where, what=what
            ) from None
    return found.reshape(array.shape)


def _number(value: Any) -> float:
    if value is None or type(value).__name__ == "NAType":
        return float("nan")
    if isinstance(value, Real | Decimal | np.bool_):
        return float(value)
    raise TypeError


def _place(flat: int, shape: tuple[int, ...]) -> str:
    indices = np.unravel_index(flat, shape)
    words = _AXES if len(shape) == 2 else (_ENTRY,) * len(shape)
    return "".join(fill(word, number=index + 1) for word, index in zip(words, indices, strict=True))

"""Anything array-like as a plain array of real numbers, or an InputError that says what it holds instead."""

from __future__ import annotations

from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import one_line, quoted

__all__ = ["plain_array", "real_array", "refuse_masked", "well_laid_out"]

_AXES = ("row", "column")
_IN_WORDS = {"U": "text", "T": "text", "S": "bytes", "V": "records"}
_WAYS_TO_ARRAYS = {"toarray": "; give its toarray()", "collect": "; give its collect()"}
"""What the type of an object that is no array offers, as sparse matrices and lazy frames do, and the hint for it."""
_DEEPEST = 3
"""Sequences within sequences that are searched for masked arrays."""


def real_array(name: str, given: Any) -> NDArray[Any]:
    """Return `given` as an array of booleans, integers or floats, native and aligned; a memory map as it is.

    Objects that are numbers (of Python, NumPy, `fractions`, `decimal`) become float64. A gap (None, pandas.NA) is nan.

    Raises
    ------
    InputError
        When it holds anything else, has masked values, or is no rectangle; the message begins with `name`.
    """
    array = plain_array(name, given)
    if array.dtype.kind == "O":
        return _numbers_of(name, array, type(given))
    if array.dtype.kind not in "biuf":
        what = _IN_WORDS.get(array.dtype.kind) or f"{one_line(str(array.dtype))} values"
        raise InputError(f"{name} holds {what}; expected real numbers")
    return array if isinstance(array, np.memmap) else well_laid_out(array)


def plain_array(name: str, given: Any) -> NDArray[Any]:
    """Return `given` as an array of whatever it holds, of no class but NumPy's own; a memory map stays one.

    Raises
    ------
    InputError
        When it has masked values or is no rectangle.
    """
    if type(given) is np.ndarray or isinstance(given, np.memmap):
        return given
    refuse_masked(name, given)
    try:
        return np.asarray(given)
    except (ValueError, TypeError, RuntimeError) as error:
        if "inhomogeneous" in str(error):
            raise InputError(f"{name} has rows of different lengths; expected a rectangular array") from None
        kind = type(given).__name__
        raise InputError(f"{name}: this {kind} cannot be made an array: {one_line(str(error))}") from None


def refuse_masked(name: str, given: Any) -> None:
    """Refuse masked values: NumPy would take the numbers that lie beneath the mask."""
    count = _masked(given, _DEEPEST)
    if count:
        raise InputError(
            f"{name} has {count} masked value{'s' if count > 1 else ''}; expected numbers: leave these samples out, "
            "or fill the gaps (numpy.ma.filled)"
        )


def well_laid_out(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array as the processor reads it: aligned, in its order of bytes; itself where it is so already."""
    if array.flags.aligned and array.dtype.isnative:
        return array
    return np.require(array, array.dtype.newbyteorder("="), "A")


def _masked(given: Any, depth: int) -> int:
    # Known by its mask: importing numpy.ma, where nobody has done so, would take longer than NumPy itself needs.
    if isinstance(given, np.ndarray):
        return int(np.count_nonzero(given.mask)) if hasattr(given, "mask") else 0
    if depth and isinstance(given, list | tuple):
        return sum(_masked(one, depth - 1) for one in given)
    return 0


def _numbers_of(name: str, array: NDArray[Any], kind: type) -> NDArray[np.float64]:
    if not array.ndim:
        hint = next((hint for way, hint in _WAYS_TO_ARRAYS.items() if hasattr(kind, way)), "")
        raise InputError(f"{name} is a {kind.__name__}; expected an array of real numbers{hint}")
    found = np.empty(array.size)
    for place, value in enumerate(array.flat):
        try:
            found[place] = _number(value)
        except OverflowError:
            where = _place(place, array.shape)
            raise InputError(f"{name}{where} holds a number beyond the range of float64") from None
        except (TypeError, ValueError):
            what = quoted(value) if isinstance(value, str) else f"a {type(value).__name__}"
            where = _place(place, array.shape)
            raise InputError(f"{name}{where} holds {what}; expected a real number") from None
    return found.reshape(array.shape)


def _number(value: Any) -> float:
    if value is None or type(value).__name__ == "NAType":
        return float("nan")
    if isinstance(value, Real | Decimal | np.bool_):
        return float(value)
    raise TypeError


def _place(flat: int, shape: tuple[int, ...]) -> str:
    indices = np.unravel_index(flat, shape)
    words = _AXES if len(shape) == 2 else ("entry",) * len(shape)
    return "".join(f", {word} {index + 1}" for word, index in zip(words, indices, strict=True))

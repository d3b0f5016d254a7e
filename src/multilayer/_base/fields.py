"""Fields of frozen dataclasses with limits: parameters of activations, losses, optimizers, and options of training."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import either, fill, one_line
from multilayer._base.translation import N_

__all__ = ["Limits", "check_settings", "checked_flag", "entries", "setting"]

_LARGEST_INTEGER = 2**53
"""The largest integer that a setting may be: up to here each one is a float, too."""


@dataclass(frozen=True)
class Limits:
    """The numbers that a setting may be: finite, within the bounds, and what the flags add."""

    above: float = -math.inf
    minimum: float = -math.inf
    below: float = math.inf
    maximum: float = math.inf
    integer: bool = False
    optional: bool = False
    """None is allowed."""
    infinite: bool = False
    """Positive infinity is allowed."""
    per_unit: bool = False
    """A sequence is allowed, a number for each unit of a layer."""
    instead: str = ""
    """Anything else that is allowed, for the message."""

    def checked(self, name: str, value: Any) -> Any:
        """Return the value as a plain float or int, None where that is allowed, or a tuple with `per_unit`.

        Raises
        ------
        InputError
            With the name of the setting, its limits and what was found.
        """
        if value is None and self.optional:
            return None
        if getattr(value, "ndim", None) == 0:  # a scalar of NumPy, JAX or PyTorch
            value = value.item()
        if self.infinite and isinstance(value, Real) and value == math.inf:
            return math.inf
        if self.per_unit and not isinstance(value, Real):
            return self._checked_sequence(name, value)
        kind: Any = Integral if self.integer else Real
        if isinstance(value, bool) or not isinstance(value, kind) or not self._holds(value):
            raise self._refusal(name, value)
        if self.integer and value > _LARGEST_INTEGER:
            raise InputError(
                "{name} must be at most 2^53; got {value}", name=name, value=one_line(repr(value), 60)
            )
        return int(value) if self.integer else float(value)

    def _checked_sequence(self, name: str, value: Any) -> tuple[float, ...]:
        try:
            numbers = np.array(value)
        except ValueError:  # rows of different lengths
            raise self._refusal(name, value) from None
        fits = numbers.dtype.kind in "iuf" and numbers.ndim == 1 and numbers.size > 0
        if not fits or not all(map(self._holds, numbers.tolist())):
            raise self._refusal(name, value)
        return tuple(numbers.astype(np.float64).tolist())

    def _refusal(self, name: str, value: Any) -> InputError:
        return InputError(
            "{name} must be {expected}; got {value}",
            name=name,
            expected=self,
            value=one_line(repr(value), 60),
        )

    def _holds(self, value: Any) -> bool:
        if not self.integer:
            try:
                value = float(value)
            except OverflowError:  # an integer beyond all floats
                return False
        return bool(self.above < value < self.below and self.minimum <= value <= self.maximum)

    def __str__(self) -> str:
        bounds = [fill(words, limit=limit) for words, limit in self._bounds() if math.isfinite(limit)]
        words = ", ".join([fill("a whole number" if self.integer else "a finite number"), *bounds])
        allowed = (
            fill("a sequence of them, one per unit") if self.per_unit else "",
            self.instead,
            "inf" if self.infinite else "",
            "None" if self.optional else "",
        )
        others = [*filter(None, allowed)]
        return fill("{words}, or {others}", words=words, others=either(others)) if others else words

    def _bounds(self) -> Iterator[tuple[str, float]]:
        yield N_("above {limit:g}"), self.above
        yield N_("at least {limit:g}"), self.minimum
        yield N_("below {limit:g}"), self.below
        yield N_("at most {limit:g}"), self.maximum


def setting(  # noqa: PLR0913  (the fields of `Limits`)
    default: float | None = None,
    *,
    above: float = -math.inf,
    minimum: float = -math.inf,
    below: float = math.inf,
    maximum: float = math.inf,
    integer: bool = False,
    optional: bool = False,
    infinite: bool = False,
    per_unit: bool = False,
) -> Any:
    """Declare a number as a field of a dataclass: strictly between `above` and `below`, from `minimum` to `maximum`.

    It is an integer with `integer`, may be None with `optional`, infinite with `infinite`, and with `per_unit` a
    sequence of numbers, one for each unit of a layer. Without a default it has to be given.
    """
    limits = Limits(above, minimum, below, maximum, integer, optional, infinite, per_unit)
    if default is None and not optional:
        return dataclasses.field(metadata={"limits": limits})
    return dataclasses.field(default=default, metadata={"limits": limits})


def check_settings(owner: Any, where: str | None = None) -> None:
    """Check each field that is declared by `setting` or is a `bool`, and make numbers plain floats or ints.

    `where` stands before the name of a field: the class unless given, "" for a class that users do not see.

    Raises
    ------
    InputError
        With the name of the field, its limits and what was found.
    """
    where = f"{type(owner).__name__}: " if where is None else where
    for field in dataclasses.fields(owner):
        value = getattr(owner, field.name)
        if "limits" in field.metadata:
            object.__setattr__(owner, field.name, field.metadata["limits"].checked(where + field.name, value))
        elif field.type in ("bool", bool):
            object.__setattr__(owner, field.name, checked_flag(where + field.name, value))


def checked_flag(name: str, value: Any) -> bool:
    """Return a truth value as a plain bool; text such as "no" would count as true, so it is refused.

    Raises
    ------
    InputError
        With the name of the setting and what was found.
    """
    if type(value).__name__ not in ("bool", "bool_"):
        raise InputError(
            "{name} must be True or False; got {value}", name=name, value=one_line(repr(value), 60)
        )
    return bool(value)


def entries(value: Any) -> tuple[Any, ...] | None:
    """Return the entries of a collection as a tuple; None for text, and for anything without entries.

    >>> entries(["mae", "r2"]), entries("mae"), entries(3)
    (('mae', 'r2'), None, None)
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        return None
    return tuple(value)

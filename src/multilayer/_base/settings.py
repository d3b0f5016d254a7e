"""Fields of frozen dataclasses that have to lie between limits: of losses, optimizers, schedules and the like."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.text import one_line

__all__ = ["Limits", "check_settings", "checked_flag", "entries", "setting"]

_MOST = 2**53
"""The largest whole number that a setting may be: up to here every one of them is a float, too."""


def setting(
    default: float | None = None,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
    whole: bool = False,
    optional: bool = False,
    endless: bool = False,
) -> Any:
    """Declare a number: strictly between `above` and `below`, and from `least` to `most`.

    It is a whole one with `whole`, may be None with `optional`, and infinite with `endless`. Without a default it has
    to be given.
    """
    limits = Limits(above, least, below, most, whole, optional, endless)
    if default is None and not optional:
        return dataclasses.field(metadata={"limits": limits})
    return dataclasses.field(default=default, metadata={"limits": limits})


@dataclass(frozen=True)
class Limits:
    """What a number has to be."""

    above: float = -math.inf
    least: float = -math.inf
    below: float = math.inf
    most: float = math.inf
    whole: bool = False
    optional: bool = False
    endless: bool = False
    """Whether it may be positive infinity."""
    instead: str = ""
    """What may stand in its place, for the message."""

    def checked(self, name: str, value: Any) -> Any:
        """Return the value as a plain float or int, or None where it may be.

        Raises
        ------
        InputError
            Naming the setting, its limits and what was found.
        """
        if value is None and self.optional:
            return None
        if self.endless and isinstance(value, Real) and value == math.inf:
            return math.inf
        kind: Any = Integral if self.whole else Real
        if isinstance(value, bool) or not isinstance(value, kind) or not self._holds(value):
            raise InputError(f"{name} must be {self}; got {one_line(repr(value), 60)}")
        if self.whole and value > _MOST:
            raise InputError(f"{name} must be at most 2^53; got {one_line(repr(value), 60)}")
        return int(value) if self.whole else float(value)

    def _holds(self, value: Any) -> bool:
        if not self.whole:
            try:
                value = float(value)
            except OverflowError:  # a whole number beyond all floats
                return False
        return bool(self.above < value < self.below and self.least <= value <= self.most)

    def __str__(self) -> str:
        limits = {"above": self.above, "at least": self.least, "below": self.below, "at most": self.most}
        bounds = [f"{word} {limit:g}" for word, limit in limits.items() if math.isfinite(limit)]
        words = ", ".join(["a whole number" if self.whole else "a finite number", *bounds])
        others = [self.instead, "inf" if self.endless else "", "None" if self.optional else ""]
        others = [word for word in others if word]
        return f"{words}, or {' or '.join(others)}" if others else words


def check_settings(owner: Any, where: str | None = None) -> None:
    """Check every field that is declared by `setting` or is a `bool`, and make numbers plain floats or ints.

    `where` stands before the name of a field, unless given the class; "" for a class that users do not see.

    Raises
    ------
    InputError
        Naming the field, its limits and what was found.
    """
    where = f"{type(owner).__name__}: " if where is None else where
    for field in dataclasses.fields(owner):
        value = getattr(owner, field.name)
        if "limits" in field.metadata:
            object.__setattr__(owner, field.name, field.metadata["limits"].checked(where + field.name, value))
        elif field.type in ("bool", bool):
            object.__setattr__(owner, field.name, checked_flag(where + field.name, value))


def checked_flag(name: str, value: Any) -> bool:
    """Return a truth value as a plain bool; a text such as "no" would count as true, so it is refused.

    Raises
    ------
    InputError
        Naming the setting and what was found.
    """
    if type(value).__name__ not in ("bool", "bool_"):
        raise InputError(f"{name} must be True or False; got {one_line(repr(value), 60)}")
    return bool(value)


def entries(value: Any) -> tuple[Any, ...] | None:
    """Return the entries of a collection; None for what has none, as a text or an array without an axis.

    >>> entries(["mae", "r2"]), entries("mae"), entries(3)
    (('mae', 'r2'), None, None)
    """
    if isinstance(value, str | bytes) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) == 0:
        return None
    return tuple(value)

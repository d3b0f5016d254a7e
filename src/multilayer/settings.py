"""Fields of frozen dataclasses that have to lie between limits: of losses, optimizers, schedules and the like."""

from __future__ import annotations

import dataclasses
import math
from numbers import Integral, Real
from typing import Any

from multilayer.errors import InputError

__all__ = ["check_settings", "setting"]


def setting(
    default: float | None = None,
    *,
    above: float = -math.inf,
    least: float = -math.inf,
    below: float = math.inf,
    most: float = math.inf,
    whole: bool = False,
    optional: bool = False,
) -> Any:
    """Declare a number: strictly between `above` and `below`, and from `least` to `most`.

    It is a whole one with `whole`, and may be None with `optional`. Without a default it has to be given.
    """
    limits = {"above": above, "least": least, "below": below, "most": most}
    metadata = {"limits": limits, "whole": whole, "optional": optional}
    if default is None and not optional:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def check_settings(owner: Any) -> None:
    """Check every field declared by `setting`, and make each a plain float or int.

    Raises
    ------
    InputError
        Naming the class, the field, its limits and what was found.
    """
    for field in dataclasses.fields(owner):
        value = getattr(owner, field.name)
        if "limits" in field.metadata and not (value is None and field.metadata["optional"]):
            object.__setattr__(owner, field.name, _checked(type(owner).__name__, field, value))


def _checked(owner: str, field: dataclasses.Field[Any], value: Any) -> float | int:
    whole, limits = field.metadata["whole"], field.metadata["limits"]
    kind: Any = Integral if whole else Real
    if (
        isinstance(value, bool)
        or not isinstance(value, kind)
        or not limits["above"] < value < limits["below"]
        or not limits["least"] <= value <= limits["most"]
    ):
        words = ("above", "at least", "below", "at most")
        bounds = [
            f"{word} {limit:g}"
            for word, limit in zip(
                words, (limits[k] for k in ("above", "least", "below", "most")), strict=True
            )
            if math.isfinite(limit)
        ]
        expected = ", ".join(["a whole number" if whole else "a finite number", *bounds])
        raise InputError(f"{owner}: {field.name} must be {expected}; got {value!r}")
    return int(value) if whole else float(value)

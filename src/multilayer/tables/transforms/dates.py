"""Dates as numbers: days, year, month, the course of the year and of the day, weekdays."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill
from multilayer.backend.encoding import write_scaled
from multilayer.tables.columns import ColumnSchema, Kind
from multilayer.tables.transforms.transform import Inputs, Numbers, counted

__all__ = ["OF_DAY", "OF_YEAR", "PARTS", "WEEKDAYS", "Calendar", "DatePart"]

_DAY = 86_400_000_000
"""Microseconds."""
_MINUTE = 60_000_000
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EPOCH = 3
"""1970-01-01 was a Thursday."""


class Calendar:
    """Dates, datetime64[us] of shape (rows,), and what follows from them; each part is computed once."""

    def __init__(self, values: NDArray[Any]) -> None:
        self.values = values

    def __getitem__(self, rows: Any) -> Calendar:
        return Calendar(self.values[rows])

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Whether each date is missing."""
        return np.asarray(np.isnat(self.values))

    @cached_property
    def microseconds(self) -> NDArray[np.int64]:
        """Since 1970-01-01; 0 where missing."""
        return np.where(self.missing, 0, self.values.astype("datetime64[us]").astype(np.int64))

    @cached_property
    def days(self) -> NDArray[np.int64]:
        """Whole days since 1970-01-01."""
        return self.microseconds // _DAY

    @cached_property
    def months(self) -> NDArray[np.int64]:
        """Months since January 1970."""
        return self._date.astype("datetime64[M]").astype(np.int64)

    @cached_property
    def day_of_year(self) -> NDArray[np.int64]:
        """From 0 for January 1."""
        return self.days - self._date.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)

    @cached_property
    def weekday(self) -> NDArray[np.int64]:
        """From 0 for Monday."""
        return (self.days + _EPOCH) % 7

    @cached_property
    def minute(self) -> NDArray[np.int64]:
        """Minutes since midnight."""
        return (self.microseconds - self.days * _DAY) // _MINUTE

    @cached_property
    def _date(self) -> NDArray[Any]:
        return self.days.astype("datetime64[D]")

    def gaps_as_nan(self, values: NDArray[Any]) -> Numbers:
        """Return values as float64, nan where the date is missing."""
        return np.where(self.missing, np.nan, values)


# Tables, as a sine in NumPy may depend on the place of a number in its array.
_YEAR = 2.0 * math.pi / 365.25
OF_YEAR = [np.array([wave(_YEAR * day) for day in range(366)]) for wave in (math.sin, math.cos)]
OF_DAY = [
    np.array([wave(2.0 * math.pi * minute / 1440) for minute in range(1440)]) for wave in (math.sin, math.cos)
]

_Part = Callable[[Calendar], Numbers]


def _is_weekday(number: int) -> _Part:
    return lambda dates: dates.gaps_as_nan(dates.weekday == number)


PARTS: dict[str, _Part] = {
    "days": lambda dates: dates.gaps_as_nan(dates.microseconds / _DAY),
    "year": lambda dates: dates.gaps_as_nan(dates.months // 12 + 1970),
    "month": lambda dates: dates.gaps_as_nan(dates.months % 12 + 1),
    "day of year, sine": lambda dates: dates.gaps_as_nan(OF_YEAR[0][dates.day_of_year]),
    "day of year, cosine": lambda dates: dates.gaps_as_nan(OF_YEAR[1][dates.day_of_year]),
    **{name: _is_weekday(number) for number, name in enumerate(WEEKDAYS)},
    "hour": lambda dates: dates.gaps_as_nan(dates.minute / 60),
    "hour, sine": lambda dates: dates.gaps_as_nan(OF_DAY[0][dates.minute]),
    "hour, cosine": lambda dates: dates.gaps_as_nan(OF_DAY[1][dates.minute]),
}
"""Functions from dates to float64 numbers, nan where missing. A part that does not vary gives no input."""


@dataclass(frozen=True)
class DatePart:
    """A part of a date, one of `PARTS`, scaled as a number is."""

    part: str
    center: float
    scale: float

    kind: ClassVar[str] = "date part"
    columns: ClassVar[tuple[Kind, ...]] = ("date",)
    formula: ClassVar[str] = "z / sqrt(1 + (z/3)^2), z = (part - center) scale"

    def names(self, schema: ColumnSchema) -> tuple[str, ...]:
        """Return "column: part"."""
        return (fill("{column}: {part}", column=schema.name, part=self.part),)

    def write(self, values: Any, out: Inputs) -> None:
        """Write the scaled part."""
        write_scaled(PARTS[self.part](values), self.center, self.scale, out)

    def numbers(self) -> Numbers:
        """Return center and scale."""
        return np.array([self.center, self.scale])

    @classmethod
    def of(cls, numbers: Numbers, schema: ColumnSchema, part: str) -> DatePart:
        """Return the transform of this part."""
        if part not in PARTS:
            raise ValueError(f"expected a part of a date, found {part!r}")
        return cls(part, *counted(numbers, 2))

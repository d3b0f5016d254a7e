"""What becomes of the columns of a table in source: an expression for each input, and statements for norms of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from multilayer.exchange.source.kernels import columns as kernels
from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.dialect import Dialect, Text
from multilayer.tables.columns import MISSING, UNSEEN
from multilayer.tables.row_norm import NORMS, RowNorm
from multilayer.tables.transforms.categories import OneHot, Ordinal, TwoValues
from multilayer.tables.transforms.dates import OF_DAY, OF_YEAR, WEEKDAYS, DatePart
from multilayer.tables.transforms.linear import Linear
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.numbers import Binned, Normal, Scaled
from multilayer.tables.transforms.transform import Transform

__all__ = ["TRANSFORMS", "Cell", "kernels_of_norm", "norm_statements", "tables_of"]


@dataclass(frozen=True)
class Cell:
    """A value in source, v[i] of a number, c[i] of a category, d[i] of a date, and how numbers are written."""

    text: str
    number: Callable[[float], str]
    equal: str

    def call(self, name: str, *numbers: float) -> str:
        return f"{name}({', '.join([self.text, *map(self.number, numbers)])})"

    def chosen(self, code: int, on: Any, off: Any) -> str:
        texts = (one if isinstance(one, str) else self.number(one) for one in (on, off))
        return f"chosen({self.text} {self.equal} {code}, {', '.join(texts)})"

    def scaled(self, value: str, center: float, scale: float) -> str:
        return f"scaled({value}, {self.number(center)}, {self.number(scale)})"

    @property
    def is_missing(self) -> str:
        if self.text.startswith("d"):
            return f"{self.text}.minute < 0"
        if self.text.startswith("c"):
            return f"{self.text} {self.equal} {MISSING}"
        return f"{self.text} {'!==' if self.equal == '===' else '!='} {self.text}"


def _scaled(one: Scaled, cell: Cell, place: int) -> list[str]:
    return [cell.call("scaled", one.center, one.scale)]


def _linear(one: Linear, cell: Cell, place: int) -> list[str]:
    return [cell.call("linear", one.center, one.scale, one.missing)]


def _normal(one: Normal, cell: Cell, place: int) -> list[str]:
    tables = ", ".join(f"{name}{place}" for name in ("points", "z", "slopes"))
    return [f"quantile({cell.text}, {tables}, {one.points.shape[1] - 1}, {cell.number(one.middle)})"]


def _binned(one: Binned, cell: Cell, place: int) -> list[str]:
    low = one.edges[:-1]
    inverse = 1.0 / np.diff(one.edges)
    ends = one.middle, one.edges[0], one.edges[-1]
    return [cell.call("part_of_bin", *ends, *bin_) for bin_ in zip(low, inverse, strict=True)]


def _one_hot(one: OneHot, cell: Cell, place: int) -> list[str]:
    last = len(one.off) - 1
    codes = [UNSEEN if one.other and code == last else code for code in range(last + 1)]
    return [cell.chosen(code, on, off) for code, on, off in zip(codes, one.on, one.off, strict=True)]


def _two_values(one: TwoValues, cell: Cell, place: int) -> list[str]:
    return [cell.chosen(0, one.first, cell.chosen(1, one.second, one.neither))]


def _ordinal(one: Ordinal, cell: Cell, place: int) -> list[str]:
    return [cell.scaled(f"place({cell.text})", one.center, one.scale)]


def _indicator(one: Indicator, cell: Cell, place: int) -> list[str]:
    return [f"chosen({cell.is_missing}, {cell.number(one.on)}, {cell.number(one.off)})"]


def _date_part(one: DatePart, cell: Cell, place: int) -> list[str]:
    return [cell.scaled(_DATE_PARTS[one.part].format(cell.text), one.center, one.scale)]


_DATE_PARTS = {
    "days": "whole_days({0}.days, {0}.microseconds)",
    "year": "{0}.year",
    "month": "{0}.month",
    "day of year, sine": "entry(sines_of_year, {0}.day_of_year)",
    "day of year, cosine": "entry(cosines_of_year, {0}.day_of_year)",
    **{day: f"is_code({{0}}.weekday, {number})" for number, day in enumerate(WEEKDAYS)},
    "hour": "hours({0}.minute)",
    "hour, sine": "entry(sines_of_day, {0}.minute)",
    "hour, cosine": "entry(cosines_of_day, {0}.minute)",
}
_OF_DATES = (kernels.scaled, kernels.whole_days, kernels.entry, kernels.is_code, kernels.hours)
_WAVES = {
    "day of year, sine": ("sines_of_year", OF_YEAR[0]),
    "day of year, cosine": ("cosines_of_year", OF_YEAR[1]),
    "hour, sine": ("sines_of_day", OF_DAY[0]),
    "hour, cosine": ("cosines_of_day", OF_DAY[1]),
}


TRANSFORMS: dict[type[Transform], tuple[tuple[Any, ...], Callable[[Any, Cell, int], list[str]]]] = {
    Scaled: ((kernels.scaled,), _scaled),
    Linear: ((kernels.linear,), _linear),
    Normal: ((kernels.quantile,), _normal),
    Binned: ((kernels.part_of_bin,), _binned),
    OneHot: ((kernels.chosen,), _one_hot),
    TwoValues: ((kernels.chosen,), _two_values),
    Ordinal: ((kernels.scaled, kernels.place), _ordinal),
    Indicator: ((kernels.chosen,), _indicator),
    DatePart: (_OF_DATES, _date_part),
}
"""The kernels that a transform needs, and its inputs as expressions."""


def tables_of(one: Transform, place: int) -> Iterator[Table]:
    """Yield the tables of numbers that a transform needs, whose first input has this place."""
    if isinstance(one, Normal):
        x, z = one.points
        for name, numbers in (("points", x), ("z", z), ("slopes", np.diff(z) / np.diff(x))):
            yield Table(f"{name}{place}", "f64", tuple(numbers.tolist()))
    if isinstance(one, DatePart) and one.part in _WAVES:
        name, numbers = _WAVES[one.part]
        yield Table(name, "f64", tuple(numbers.tolist()))


_ADDED = {
    "l1": kernels.with_absolute,
    "l2": kernels.with_square,
    "max": kernels.larger_absolute,
    "largest": kernels.larger,
}


def kernels_of_norm(norm: RowNorm) -> tuple[Callable[..., Any], ...]:
    """Return the kernels that a norm of rows needs."""
    return (_ADDED[norm.norm], *([kernels.root] if norm.norm == "l2" else []), kernels.over)


def norm_statements(norms: Sequence[RowNorm], dialect: Dialect) -> list[str]:
    """Return the statements that divide inputs x by their norms, after the expressions of all inputs."""
    lines = []
    for number, norm in enumerate(norms, 1):
        total, added = f"norm{number}", _ADDED[norm.norm].__name__
        start = dialect.number(NORMS[norm.norm].start, "f64")
        lines.append(dialect.declaration(total, Text(start, "f64"), False))
        lines += [dialect.statement(f"{total} = {added}({total}, x[{place}])") for place in norm.places]
        if norm.norm == "l2":
            lines.append(dialect.statement(f"{total} = root({total})"))
        least = dialect.number(norm.least, "f64")
        lines += [
            dialect.statement(f"x[{place}] = over(x[{place}], {total}, {least})") for place in norm.places
        ]
    return lines

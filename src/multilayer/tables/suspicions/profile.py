"""What the columns of a table looked like, in few numbers, so that another table can be compared with it later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base import strict_json
from multilayer.tables.columns import Column, Columns, Kind
from multilayer.tables.transforms.tally import sample_rows

__all__ = ["ColumnProfile", "Profile"]

_POINTS = 33
_MOST_CATEGORIES = 10_000


@dataclass(frozen=True)
class ColumnProfile:
    """The distribution of one column.

    Numbers and dates: the share of present values up to each of at most 33 of them (quantiles), as points and shares.
    Categories: the shares of the most frequent ones, at most 10,000. Text and identifiers have neither.
    """

    name: str
    kind: Kind
    missing: float
    points: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()
    shares: tuple[float, ...] = ()

    @classmethod
    def of(cls, column: Column) -> ColumnProfile:
        """Return the profile of a column."""
        missing = column.missing
        share = float(missing.mean()) if missing.size else 0.0
        if column.kind in {"number", "date"}:
            values = numbers_of(column)
            if not values.size:
                return cls(column.name, column.kind, share)
            points = np.unique(np.quantile(values, np.linspace(0, 1, _POINTS), method="inverted_cdf"))
            return cls(
                column.name,
                column.kind,
                share,
                points=tuple(points.tolist()),
                shares=tuple(shares_up_to(values, points).tolist()),
            )
        if column.kind == "category":
            counts = np.bincount(column.values[column.values >= 0], minlength=len(column.categories))
            places = np.argsort(-counts, kind="stable")[:_MOST_CATEGORIES]
            shares = counts[places] / max(1, int(np.count_nonzero(~missing)))
            names = tuple(column.categories[place] for place in places.tolist())
            return cls(column.name, column.kind, share, categories=names, shares=tuple(shares.tolist()))
        return cls(column.name, column.kind, share)


@dataclass(frozen=True)
class Profile:
    """The distributions of a table's columns, of a sample of the rows where they are many.

    Examples
    --------
    >>> age = Column("age", "number", np.array([20.0, 30.0, 30.0, np.nan]))
    >>> profile = Profile.of(Columns([age]))
    >>> profile.columns[0].points, profile.columns[0].missing
    ((20.0, 30.0), 0.25)
    >>> Profile.from_outline(profile.outline()) == profile
    True
    """

    rows: int
    columns: tuple[ColumnProfile, ...]

    @classmethod
    def of(cls, columns: Columns) -> Profile:
        """Return the profile of a table."""
        sample = sample_rows(columns.rows)
        looked_at = columns if sample is None else columns.take(sample)
        return cls(looked_at.rows, tuple(map(ColumnProfile.of, looked_at)))

    def outline(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        found: dict[str, Any] = strict_json.plain(self)
        return found

    @classmethod
    def from_outline(cls, outline: Mapping[str, Any], where: str = "profile") -> Profile:
        """Return the profile that `outline` returned.

        Raises
        ------
        InputError
            When it is none; the message begins with `where`.
        """
        return strict_json.convert(outline, cls, where)


def numbers_of(column: Column) -> NDArray[np.float64]:
    """Return the numbers or dates that are present, as floats."""
    present = column.values[~column.missing]
    return np.asarray(present.astype(np.int64) if column.kind == "date" else present, np.float64)


def shares_up_to(values: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the values that are at most each of the points."""
    return np.asarray(np.searchsorted(np.sort(values), points, side="right") / len(values))

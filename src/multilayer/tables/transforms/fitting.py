"""Which transforms a column gets, and their numbers.

| kind | inputs |
|---|---|
| number | scaled, or its normal quantile; in bins, where asked; whether it is missing |
| category | two: one input; more: one for each of the most frequent, and one for all others |
| category with an order | its place |
| date | each part that varies; whether it is missing |
| text, identifier | none |

A column that does not vary gives no input. Quartiles and edges of many rows are those of a sample.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, entries, setting
from multilayer._base.text import fill, one_line
from multilayer._base.translation import N_
from multilayer.backend.encoding import scaled
from multilayer.tables.columns import MISSING, Column, ColumnSchema
from multilayer.tables.transforms.categories import OneHot, Ordinal, TwoValues
from multilayer.tables.transforms.dates import PARTS, Calendar, DatePart
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.numbers import Binned, Normal, Scaled, well_apart
from multilayer.tables.transforms.scaling import robust, robust_of_indicator, robust_of_sorted
from multilayer.tables.transforms.transform import Numbers, Transform

__all__ = ["EncoderSettings", "Fitted", "fit_transforms", "sample_rows"]

_SAMPLE = 2**17
"""Rows that quartiles and edges are taken from."""
_POINTS = 1001
_EXTREME = 1e-7
"""The smallest share of which the normal quantile is taken, as scikit-learn has it: z is from -5.2 to 5.2."""


@dataclass(frozen=True)
class EncoderSettings:
    """How a table is encoded.

    Parameters
    ----------
    bins : int
        Quantile bins of each number for its piecewise-linear encoding, beside the scaled number; 0 for none.
    normal : bool
        Whether numbers become their normal quantiles in place of being scaled.
    missing : bool
        Whether a number or date that is missing in some row of training gets an input that says where it is.
    missing_categories : bool
        Whether a category does; otherwise all of its inputs are off.
    most_categories : int
        Inputs for the most frequent categories of a column; all others share one.
    rare : int
        A category in fewer rows of training than this shares that input, too.
    scale_categories : bool
        Whether an input that is 0 or 1 is scaled as a number is. Otherwise it stays 0 or 1.
    ordinal : mapping from names to sequences of text
        Columns whose categories have this order; () for the order that the table has them in.
    """

    bins: int = setting(0, minimum=0, maximum=1000, integer=True)
    normal: bool = False
    missing: bool = True
    missing_categories: bool = False
    most_categories: int = setting(100, minimum=1, maximum=10_000, integer=True)
    rare: int = setting(1, minimum=1, integer=True)
    scale_categories: bool = True
    ordinal: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_settings(self)
        if not isinstance(self.ordinal, Mapping) or any(
            entries(order) is None for order in self.ordinal.values()
        ):
            raise InputError(
                fill(
                    "EncoderSettings: ordinal must be a mapping from names of columns to "
                    "their categories in order; got {ordinal}",
                    ordinal=one_line(repr(self.ordinal), 60),
                )
            )


@dataclass(frozen=True)
class Fitted:
    """What a column is read as, and its transforms; none where it gives no input, with the reason."""

    schema: ColumnSchema
    transforms: tuple[Transform, ...] = ()
    reason: str = ""


def fit_transforms(column: Column, settings: EncoderSettings, sample: NDArray[Any] | None = None) -> Fitted:
    """Return the transforms of a column; `sample` are the rows that quartiles are taken from, all unless given."""
    return _BY_KIND[column.kind](column, settings, sample)


@lru_cache(maxsize=1)
def sample_rows(rows: int) -> NDArray[np.intp] | None:
    """Return the rows that quartiles are taken from: all, as None, or a fixed sample of many."""
    if rows <= _SAMPLE:
        return None
    sample = np.sort(np.random.default_rng(0).choice(rows, _SAMPLE, replace=False))
    sample.flags.writeable = False  # as it is kept
    return sample


def _of_number(column: Column, settings: EncoderSettings, sample: NDArray[Any] | None) -> Fitted:
    values = column.values
    missing = np.isnan(values)
    gaps = int(np.count_nonzero(missing))
    if gaps == len(values):
        return Fitted(column.schema, reason=fill("no row has a value"))
    present = values[~missing] if gaps else values
    low, high = float(present.min()), float(present.max())
    indicator = _of_gaps(gaps, len(values), settings) if settings.missing else ()
    if low == high:
        return _unless_empty(column.schema, indicator)
    chosen = values if sample is None else values[sample]
    chosen = chosen[np.isfinite(chosen)]
    if not len(chosen) or chosen.min() == chosen.max():  # what varies is not in the sample
        chosen = present[np.isfinite(present)]
    chosen = np.sort(chosen)
    center, scale = robust_of_sorted(chosen)
    main = (_normal(chosen, center) if settings.normal else None) or Scaled(center, scale)
    return Fitted(column.schema, (main, *_binned(chosen, center, settings.bins), *indicator))


def _binned(values: Numbers, center: float, bins: int) -> tuple[Transform, ...]:
    """Return the bins between quantiles of numbers in ascending order, fewer where these are alike; none for one."""
    if not bins:
        return ()
    places = np.ceil(np.linspace(0.0, 1.0, bins + 1) * len(values)).astype(np.intp) - 1
    edges = values[np.maximum(places, 0)]  # values that there are
    edges = edges[np.concatenate([[True], edges[1:] > edges[:-1]])]
    return (Binned(edges, center),) if len(edges) > 2 and well_apart(edges) else ()


def _normal(values: Numbers, center: float) -> Normal | None:
    """Return the normal quantiles of at most so many points, of equal values that of their middle; None where they are
    too close."""
    if len(values) < 2:
        return None
    chosen = np.rint(np.linspace(0, len(values) - 1, min(_POINTS, len(values)))).astype(np.intp)
    x, shares = values[chosen], chosen / (len(values) - 1)
    distinct, first, counts = np.unique(x, return_index=True, return_counts=True)
    if len(distinct) < 2 or not well_apart(distinct):
        return None
    middle = (shares[first] + shares[first + counts - 1]) / 2.0
    quantile = NormalDist().inv_cdf
    z = [quantile(min(max(share, _EXTREME), 1.0 - _EXTREME)) for share in middle.tolist()]
    return Normal(np.stack([distinct, np.array(z)]), center)


def _of_category(column: Column, settings: EncoderSettings, sample: NDArray[Any] | None) -> Fitted:
    codes = column.values
    rows = len(codes)
    counts = np.bincount(codes[codes >= 0], minlength=len(column.categories))
    gaps = int(np.count_nonzero(codes == MISSING))
    indicator = _of_gaps(gaps, rows, settings) if settings.missing_categories else ()
    if column.name in settings.ordinal:
        return _ordinal(column, settings.ordinal[column.name], counts, indicator)
    order = np.argsort(-counts, kind="stable")
    kept = np.sort(order[: settings.most_categories])
    kept = kept[counts[kept] >= settings.rare]
    others = rows - gaps - int(counts[kept].sum())
    schema = ColumnSchema(column.name, "category", tuple(column.categories[place] for place in kept))
    shared = (others,) if others else ()
    if len(kept) + len(shared) < 2 and not (len(kept) and gaps):
        return _unless_empty(schema, indicator)
    if len(kept) == 2 and not others:
        return Fitted(schema, (_two_values(counts[kept], gaps, settings), *indicator))
    off, on = np.array([_levels(rows - n, n, settings) for n in (*counts[kept].tolist(), *shared)]).T
    return Fitted(schema, (OneHot(off, on, bool(others)), *indicator))


def _levels(zeros: int, ones: int, settings: EncoderSettings) -> list[float]:
    if not settings.scale_categories:
        return [0.0, 1.0]
    levels: list[float] = scaled(np.array([0.0, 1.0]), *robust_of_indicator(zeros, ones)).tolist()
    return levels


def _two_values(counts: NDArray[Any], gaps: int, settings: EncoderSettings) -> TwoValues:
    if not settings.scale_categories:
        return TwoValues()
    values = np.repeat([-1.0, 1.0, 0.0], [*counts, gaps])
    return TwoValues(*scaled(np.array([-1.0, 1.0, 0.0]), *robust(values)).tolist())


def _ordinal(
    column: Column, wanted: Sequence[str], counts: NDArray[Any], indicator: tuple[Transform, ...]
) -> Fitted:
    order = tuple(wanted) or column.categories
    schema = ColumnSchema(column.name, "category", order)
    place = {category: number for number, category in enumerate(column.categories)}
    found = [int(counts[place[category]]) if category in place else 0 for category in order]
    if np.count_nonzero(found) < 2:
        return _unless_empty(schema, indicator)
    ranks = np.repeat(np.arange(len(order), dtype=np.float64), found)
    return Fitted(schema, (Ordinal(*robust(ranks)), *indicator))


def _of_date(column: Column, settings: EncoderSettings, sample: NDArray[Any] | None) -> Fitted:
    dates = Calendar(column.values)
    gaps = int(np.count_nonzero(dates.missing))
    if gaps == len(column.values):
        return Fitted(column.schema, reason=fill("no row has a value"))
    if sample is not None:
        dates = dates[sample]
    parts = list[Transform]()
    for name, part in PARTS.items():
        values = part(dates)
        values = values[~np.isnan(values)]
        if len(values) and values.min() < values.max():
            parts.append(DatePart(name, *robust(values)))
    indicator = _of_gaps(gaps, len(column.values), settings) if settings.missing else ()
    return _unless_empty(column.schema, (*parts, *indicator))


def _of_words(column: Column, settings: EncoderSettings, sample: NDArray[Any] | None) -> Fitted:
    return Fitted(column.schema, reason=fill(_NOT_LEARNED[column.kind]))


_NOT_LEARNED = {
    "text": N_("it is text, which is not read; give its parts as columns, or set the type category"),
    "identifier": N_("it names the rows"),
}

_BY_KIND: dict[str, Callable[[Column, EncoderSettings, NDArray[Any] | None], Fitted]] = {
    "number": _of_number,
    "category": _of_category,
    "date": _of_date,
    "text": _of_words,
    "identifier": _of_words,
}


def _of_gaps(gaps: int, rows: int, settings: EncoderSettings) -> tuple[Transform, ...]:
    """Return an indicator where some rows have a gap and others do not."""
    return (Indicator(*_levels(rows - gaps, gaps, settings)),) if 0 < gaps < rows else ()


def _unless_empty(schema: ColumnSchema, transforms: tuple[Transform, ...]) -> Fitted:
    return Fitted(schema, transforms, "" if transforms else fill("it does not vary"))

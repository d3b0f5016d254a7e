"""Which transforms a column gets, and their numbers.

| kind | inputs |
|---|---|
| number | scaled, or its normal quantile; in bins, where asked; whether it is missing |
| category | two: one input; more: one for each of the most frequent, and one for all others |
| category with an order | its place |
| date | each part that varies; whether it is missing |
| text, identifier | none |

A column that does not vary gives no input. Quartiles and edges of many rows are those of a sample;
where it does not vary and the column does, the least and the greatest number join it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, entries, setting
from multilayer._base.text import fill, one_line
from multilayer._base.translation import N_
from multilayer.backend.encoding import scaled
from multilayer.tables.columns import Column, ColumnSchema
from multilayer.tables.transforms.categories import OneHot, Ordinal, TwoValues
from multilayer.tables.transforms.dates import PARTS, Calendar, DatePart
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.numbers import Binned, Normal, Scaled, well_apart
from multilayer.tables.transforms.scaling import robust, robust_of_indicator, robust_of_sorted
from multilayer.tables.transforms.tally import Tally
from multilayer.tables.transforms.transform import Numbers, Transform

__all__ = ["EncoderSettings", "Fitted", "fit_transforms"]

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
        Whether a number or date that is missing in some row of training gets an input that marks it.
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
                "EncoderSettings: ordinal must be a mapping from names of columns to "
                "their categories in order; got {ordinal}",
                ordinal=one_line(repr(self.ordinal), 60),
            )


@dataclass(frozen=True)
class Fitted:
    """What a column is read as, and its transforms; none where it gives no input, with the reason."""

    schema: ColumnSchema
    transforms: tuple[Transform, ...] = ()
    reason: str = ""


def fit_transforms(tally: Tally, settings: EncoderSettings) -> Fitted:
    """Return the transforms of a column."""
    return _BY_KIND[tally.column.kind](tally, settings)


def _of_number(tally: Tally, settings: EncoderSettings) -> Fitted:
    schema = tally.column.schema
    if tally.gaps == tally.rows:
        return Fitted(schema, reason=fill("no row has a value"))
    indicator = _of_gaps(tally.gaps, tally.rows, settings) if settings.missing else ()
    if tally.low == tally.high:
        return _unless_empty(schema, indicator)
    chosen = tally.column.values[np.isfinite(tally.column.values)]
    if not len(chosen) or chosen.min() == chosen.max():  # what varies is not in the sample
        ends = np.array([tally.low, tally.high])
        chosen = np.concatenate([chosen, ends[np.isfinite(ends)]])
    chosen = np.sort(chosen)
    center, scale = robust_of_sorted(chosen)
    main = (_normal(chosen, center) if settings.normal else None) or Scaled(center, scale)
    return Fitted(schema, (main, *_binned(chosen, center, settings.bins), *indicator))


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


def _of_category(tally: Tally, settings: EncoderSettings) -> Fitted:
    column, rows, gaps, counts = tally.column, tally.rows, tally.gaps, tally.counts
    assert counts is not None  # noqa: S101  (a tally of categories has them)
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


def _of_date(tally: Tally, settings: EncoderSettings) -> Fitted:
    if tally.gaps == tally.rows:
        return Fitted(tally.column.schema, reason=fill("no row has a value"))
    dates = Calendar(tally.column.values)
    parts = list[Transform]()
    for name, part in PARTS.items():
        values = part(dates)
        values = values[~np.isnan(values)]
        if len(values) and values.min() < values.max():
            parts.append(DatePart(name, *robust(values)))
    indicator = _of_gaps(tally.gaps, tally.rows, settings) if settings.missing else ()
    return _unless_empty(tally.column.schema, (*parts, *indicator))


def _of_words(tally: Tally, settings: EncoderSettings) -> Fitted:
    return Fitted(tally.column.schema, reason=fill(_NOT_LEARNED[tally.column.kind]))


_NOT_LEARNED = {
    "text": N_("it is text, which is not read; give its parts as columns, or set the type category"),
    "identifier": N_("it names the rows"),
}

_BY_KIND: dict[str, Callable[[Tally, EncoderSettings], Fitted]] = {
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

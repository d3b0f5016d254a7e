"""Permutation importance, and partial dependence: what a model does with a column, seen from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer.tables.columns import Column, Columns
from multilayer.tables.evaluation.scores import Score

if TYPE_CHECKING:
    from multilayer.tables.model import Model

__all__ = ["Dependence", "Importance", "dependences", "importances"]

Array = NDArray[np.float64]

_POINTS = 11
_MOST_CATEGORIES = 20


@dataclass(frozen=True)
class Importance:
    """How much worse the score of a table becomes when the values of one column are shuffled."""

    column: str
    mean: float
    spread: float
    """The standard deviation over the shufflings."""


@dataclass(frozen=True, eq=False)
class Dependence:
    """The mean prediction over the rows when a column has one value in all of them.

    Values are text for categories and dates, else numbers: 11 quantiles at most, or the 20 most frequent categories.
    Predictions have the shape (values,) for a quantity and (values, classes) for probabilities.
    """

    column: str
    kind: str
    values: tuple[Any, ...]
    predictions: Array


def importances(
    model: Model, columns: Columns, y: NDArray[Any], score: Score, repeats: int, rng: np.random.Generator
) -> Iterator[Importance]:
    """Yield the importance of each column, in their order.

    References
    ----------
    Breiman, L.: Random forests. Machine Learning 45, 2001.
    """
    ones = np.ones((1, len(y)))

    def worth(table: Columns) -> float:
        return score.sign * float(score.function(y, np.asarray(model(table)), ones)[0])

    whole = worth(columns)
    for column in columns:
        drops = [
            whole - worth(_with(columns, column.take(rng.permutation(columns.rows)))) for _ in range(repeats)
        ]
        yield Importance(column.name, float(np.mean(drops)), float(np.std(drops)))


def dependences(model: Model, columns: Columns) -> Iterator[Dependence]:
    """Yield the partial dependence on each column, in their order.

    References
    ----------
    Friedman, J. H.: Greedy function approximation: a gradient boosting machine. Annals of Statistics 29, 2001.
    """
    for column in columns:
        values = _grid(column)
        tables = (
            _with(columns, replace(column, values=np.full_like(column.values, value))) for value in values
        )
        means = [np.asarray(model(table), np.float64).mean(axis=0) for table in tables]
        shown = replace(column, values=values).texts() if column.kind != "number" else values.tolist()
        yield Dependence(column.name, column.kind, tuple(shown), np.array(means))


def _with(columns: Columns, changed: Column) -> Columns:
    return Columns(changed if column.name == changed.name else column for column in columns)


def _grid(column: Column) -> NDArray[Any]:
    present = column.values[~column.missing]
    if column.kind == "category":
        present = present[present >= 0]
        found, counts = np.unique(present, return_counts=True)
        return np.asarray(np.sort(found[np.argsort(-counts, kind="stable")[:_MOST_CATEGORIES]]))
    if not present.size:
        return present
    ordered = np.sort(present)
    places = np.linspace(0, len(ordered) - 1, _POINTS).round().astype(np.intp)
    return np.unique(ordered[places])

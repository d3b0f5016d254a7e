"""Permutation importance, and partial dependence: what a model does with a column, seen from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer.tables.columns import Column, Columns
from multilayer.tables.ensemble import Ensemble
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
    ensemble, ones = _ensemble_of(model), np.ones((1, len(y)))

    def worth(x: NDArray[np.float32]) -> float:
        return score.sign * float(score.function(y, ensemble.of_inputs(model.encoder.joined(x)), ones)[0])

    x = model.encoder.apart()(columns)
    whole = worth(x)
    for column, inputs in zip(columns, _inputs_of(model), strict=True):
        drops, kept = [], x[:, inputs].copy()
        for _ in range(repeats):
            # A row's inputs before norms come from its column alone, so shuffled values have shuffled inputs.
            x[:, inputs] = kept[rng.permutation(len(x))]
            drops.append(whole - worth(x))
        x[:, inputs] = kept
        yield Importance(column.name, float(np.mean(drops)), float(np.std(drops)))


def dependences(model: Model, columns: Columns) -> Iterator[Dependence]:
    """Yield the partial dependence on each column, in their order.

    References
    ----------
    Friedman, J. H.: Greedy function approximation: a gradient boosting machine. Annals of Statistics 29, 2001.
    """
    ensemble, apart = _ensemble_of(model), model.encoder.apart()
    x = apart(columns)
    for column, inputs in zip(columns, _inputs_of(model), strict=True):
        values = _grid(column)
        changed = replace(column, values=values)
        others = columns.take(np.zeros(len(values), np.intp))
        grid = apart(Columns(changed if other.name == column.name else other for other in others))
        means, kept = [], x[:, inputs].copy()
        for encoded in grid:
            x[:, inputs] = encoded[inputs]
            means.append(ensemble.of_inputs(model.encoder.joined(x)).mean(axis=0))
        x[:, inputs] = kept
        shown = values.tolist() if column.kind == "number" else changed.texts()
        yield Dependence(column.name, column.kind, tuple(shown), np.array(means))


def _ensemble_of(model: Model) -> Ensemble:
    return Ensemble(model.encoder, model.networks, model.target, model.calibration)


def _inputs_of(model: Model) -> Iterator[NDArray[np.intp]]:
    """Yield the places of the inputs of each column."""
    sources = np.array(model.encoder.sources, object)
    for schema in model.encoder.schema:
        yield np.flatnonzero(sources == schema.name)


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

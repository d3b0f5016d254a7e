"""A recipe: all that makes a network but its random numbers, as data that mistakes and repairs replace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tests.diagnosis_cases.data import DATA
from tests.diagnosis_cases.samples import Data

__all__ = ["BROKEN_LABELS", "CHANGES", "LEAKS", "Recipe", "prepared"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Recipe:
    """What a network is made of and how it is trained; the defaults are those of a well-made one."""

    data: str
    seed: int
    framework: Literal["multilayer", "scikit-learn", "torch"] = "multilayer"
    samples: int | None = None
    """How many samples to train on; None for all."""
    change: str | None = None
    """What was done to the data: a name in `CHANGES`."""
    strength: float = 1.0
    standardize: bool = False
    scale_targets: bool = False
    hidden: tuple[int, ...] = (32,)
    activation: str = "relu"
    output: str | None = None
    """The last activation; None for the one that belongs to the targets."""
    squashed_twice: bool = False
    """Whether outputs that are probabilities go to a loss that takes logits."""
    one_output: bool = False
    """Whether two classes have a single output."""
    start: str = "usual"
    """How weights are drawn: "usual", "constant", "dead", or "scaled" by `start_scale`."""
    start_scale: float = 1.0
    optimizer: Literal["adam", "sgd", "lbfgs"] = "adam"
    rate: float = 0.01
    epochs: int = 40
    batch: int = 16
    l2: float = 0.0
    stopping: tuple[int, float] | None = None
    """Patience and tolerance."""
    hold_out: bool = False
    """Whether a fifth of the samples is held out, and training stops where their loss no longer falls."""
    validated: bool = False
    """Whether a validation loss is recorded."""
    balanced: bool = False
    """Whether classes are weighted equally."""
    under_way: bool = False
    """Whether the training goes on: why it ended is not told then."""

    @property
    def usual_rate(self) -> float:
        """The rate that a well-made network is trained with."""
        return 0.1 if self.optimizer == "sgd" else 0.01


Change = Callable[[Data, float, np.random.Generator], Data]


def _on_inputs(function: Callable[[Array, float], Array]) -> Change:
    """Return a change of the inputs by the same function for all samples."""
    return lambda data, strength, rng: replace(
        data, X=function(data.X, strength), scored_X=function(data.scored_X, strength)
    )


def _on_targets(function: Callable[[Array, float], Array]) -> Change:
    return lambda data, strength, rng: replace(
        data, y=function(data.y, strength), scored_y=function(data.scored_y, strength)
    )


def _first_column_times(X: Array, strength: float) -> Array:
    return X * np.where(np.arange(X.shape[1]) == 0, strength, 1.0)


def _different_units(X: Array, strength: float) -> Array:
    """Columns in units from 1/strength to strength, with means that are far from 0."""
    columns = X.shape[1]
    units = strength ** np.linspace(-1, 1, columns) if columns > 1 else np.array([strength])
    return (X + 3.0) * units


def _leaked(noise: float, scale: float, *, in_other_units: bool = False) -> Change:
    """The target as one more column, which is another sample's where the network is scored: not known yet."""

    def change(data: Data, strength: float, rng: np.random.Generator) -> Data:
        def column(y: Array) -> Array:
            y = y if y.ndim == 1 else y[:, 0]
            if in_other_units:
                return (strength * (y + 3.0))[:, np.newaxis]
            return scale * (y + noise * strength * rng.standard_normal(len(y)))[:, np.newaxis]

        other = rng.permutation(data.scored_y)
        return replace(
            data, X=np.hstack([data.X, column(data.y)]), scored_X=np.hstack([data.scored_X, column(other)])
        )

    return change


def _rows_permuted(data: Data, strength: float, rng: np.random.Generator) -> Data:
    return replace(data, y=rng.permutation(data.y))


def _part_permuted(data: Data, strength: float, rng: np.random.Generator) -> Data:
    y, part = data.y.copy(), np.flatnonzero(rng.random(len(data.y)) < strength)
    y[part] = y[rng.permutation(part)]
    return replace(data, y=y)


def _rows_shifted(data: Data, strength: float, rng: np.random.Generator) -> Data:
    return replace(data, y=np.roll(data.y, int(strength), axis=0))


def _one_class(data: Data, strength: float, rng: np.random.Generator) -> Data:
    """As from a file that is sorted by class, of which the first rows were taken."""
    return replace(data, y=np.full_like(data.y, data.y[0]))


def _gaps(data: Data, strength: float, rng: np.random.Generator) -> Data:
    X = data.X.copy()
    X[rng.random(len(X)) < 0.02 * strength, rng.integers(X.shape[1])] = np.nan
    X[0, 0] = np.nan
    return replace(data, X=X)


CHANGES: dict[str, Change] = {
    "first column in other units": _on_inputs(_first_column_times),
    "inputs times": _on_inputs(lambda X, strength: X * strength),
    "columns in different units": _on_inputs(_different_units),
    "raw units": _on_inputs(lambda X, strength: 2.0 * X + 4.0),
    "inputs far from 0": _on_inputs(lambda X, strength: X + strength),
    "targets times": _on_targets(lambda y, strength: y * strength),
    "prices": _on_targets(lambda y, strength: strength * (4.0 + y)),
    "target among the inputs": _leaked(0.0, 1.0),
    "nearly the target among the inputs": _leaked(0.01, 2.0),
    "target in other units among the inputs": _leaked(0.0, 1.0, in_other_units=True),
    "rows of y permuted": _rows_permuted,
    "rows of y shifted": _rows_shifted,
    "a part of y permuted": _part_permuted,
    "samples of one class": _one_class,
    "gaps": _gaps,
}
LEAKS = (
    "target among the inputs",
    "nearly the target among the inputs",
    "target in other units among the inputs",
)
BROKEN_LABELS = ("rows of y permuted", "rows of y shifted", "a part of y permuted", "samples of one class")


def prepared(recipe: Recipe) -> Data:
    """Return the data as the recipe has them."""
    data = DATA[recipe.data](recipe.seed)
    if recipe.samples is not None:
        data = data.first(recipe.samples)
    if recipe.change is not None:
        rng = np.random.default_rng([recipe.seed, 99])
        data = CHANGES[recipe.change](data, recipe.strength, rng)
    if recipe.standardize:
        data = replace(data, X=_standard(data.X, data.X), scored_X=_standard(data.scored_X, data.X))
    if recipe.scale_targets:
        data = replace(data, y=_standard(data.y, data.y), scored_y=_standard(data.scored_y, data.y))
    return data


def _standard(values: Array, of: Array) -> Array:
    spread = of.std(axis=0)
    return np.asarray((values - of.mean(axis=0)) / np.where(spread > 0, spread, 1.0))

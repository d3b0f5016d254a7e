"""The problem that remedies are tried on: a setup, and samples in memory to train on and to score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer._base.text import fill
from multilayer.diagnosis.case import Case, case_of, course_of
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.logits import read_as_trained
from multilayer.diagnosis.outputs import class_numbers
from multilayer.diagnosis.remedies.setup import Setup, setup_of
from multilayer.losses import Loss
from multilayer.training import History, Metric, Trained, Training, metrics
from multilayer.training.samples import inputs

__all__ = ["Data", "Problem", "problem_of"]

_WORK = 1e11
"""Floating-point operations that one training may take: some seconds."""
_MINIMUM_EPOCHS = 20
"""Epochs of a training, however large it is."""
_HELD_OUT, _MINIMUM_SAMPLES = 0.25, 40
"""The fraction of the samples that is scored, and how many samples there have to be."""
_STANDARD = 0.1
"""How far from 0 and 1 means and standard deviations may be that need no standardizing."""

_SAMPLED = "{samples} of {total} samples were used, drawn at random"
_NONE_HELD_OUT = "the training samples were scored, as {samples} samples are too few to hold some out"
_SHORTENED = "trainings were cut short to {epochs} epochs, of {total}"
_VALIDATION = "early stopping monitors {fraction:.0%} of the samples, as the validation data are not known"


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to train on, and samples to score."""

    X: NDArray[Any]
    y: NDArray[Any]
    scored_X: NDArray[Any]
    scored_y: NDArray[Any]

    def standardized(self) -> Data:
        """Return the same data with columns of mean 0 and standard deviation 1 over the training samples."""
        mean, std = self._columns()
        std = np.where((std > 0.0) & np.isfinite(std), std, 1.0)
        return replace(self, X=(self.X - mean) / std, scored_X=(self.scored_X - mean) / std)

    @property
    def is_standardized(self) -> bool:
        """Whether standardizing would change next to nothing, constant columns aside."""
        mean, std = self._columns()
        near = (np.abs(mean) < _STANDARD) & (np.abs(std - 1.0) < _STANDARD)
        return bool((near | (std == 0.0)).all())

    def _columns(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        with np.errstate(all="ignore"):
            return self.X.mean(axis=0, dtype=np.float64), self.X.std(axis=0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Problem:
    """A training that needs a remedy, its data, and the metric that scores it."""

    setup: Setup
    data: Data
    metric: Metric
    scored: Literal["training", "held-out"]
    """Which samples are scored."""
    notes: tuple[str, ...]
    """What was assumed, or cut short."""


def problem_of(  # noqa: PLR0913  (the arguments of `try_fixes`)
    model: Any,
    X: Any,
    y: Any,
    loss: Loss | str | None,
    course: TrainingRecord | Trained | Training | History | None,
    *,
    epochs: int | None,
    samples: int,
    held_out: float | Literal["auto"] | None,
    rng: Random,
) -> Problem:
    """Return the problem with a brief setup: limited samples, epochs and work."""
    case, loss, read = read_as_trained(_case(model, X, y, course), loss)
    if loss is None:
        raise InputError("the loss that the model was trained with is not known; give loss=")
    X, y = inputs(case.network, case.X), case.targets(loss)
    if len(y) != X.shape[0]:
        raise InputError(f"X has {X.shape[0]} samples but y has {len(y)}; expected one target per sample")
    metric = case.metric
    if metric is None:
        metric = metrics.get("r2" if class_numbers(case.network, loss, y) is None else "accuracy")
    setup, notes = model if isinstance(model, Setup) else setup_of(case, loss), list(read)
    if not isinstance(model, Setup) and case.estimator is None and setup.held_out is not None:
        notes.append(fill(_VALIDATION, fraction=setup.held_out))
    rows = np.arange(len(y))
    if len(y) > samples:
        rows = np.sort(rng.choice(len(y), samples, replace=False))
        notes.append(fill(_SAMPLED, samples=samples, total=len(y)))
    if held_out == "auto":
        held_out = _HELD_OUT if len(rows) >= _MINIMUM_SAMPLES else None
        if held_out is None:
            notes.append(fill(_NONE_HELD_OUT, samples=len(rows)))
    x = np.asarray(X[rows])
    gaps = np.flatnonzero(~np.isfinite(x).all(axis=1))
    if gaps.size:
        raise InputError(
            f"X, sample {rows[gaps[0]] + 1} holds nan or infinity, which no remedy mends; fill the gap, or leave the "
            "sample out"
        )
    data = _data(x, y[rows], held_out, rng)
    setup = replace(setup, standardized=data.is_standardized)
    allowed = _affordable(setup, len(data.X)) if epochs is None else epochs
    if allowed < setup.config.epochs:
        notes.append(fill(_SHORTENED, epochs=allowed, total=setup.config.epochs))
        setup = setup.with_config(epochs=allowed)
    return Problem(setup, data, metric, "training" if held_out is None else "held-out", tuple(notes))


def _case(model: Any, X: Any, y: Any, course: TrainingRecord | Trained | Training | History | None) -> Case:
    case = Case(model.network, X, y, model.config.loss) if isinstance(model, Setup) else case_of(model, X, y)
    if course is None:
        return case
    trained = course.trained if isinstance(course, Training) else course
    config = trained.config if isinstance(trained, Trained) else None
    # An estimator's parameters are the whole configuration; other models have that of the course, or none.
    return replace(
        case, course=course_of(trained), config=case.config if case.estimator is not None else config
    )


def _data(X: NDArray[Any], y: NDArray[Any], held_out: float | None, rng: Random) -> Data:
    if held_out is None:
        return Data(X, y, X, y)
    kept = round(held_out * len(X))
    if not 0.0 < held_out < 1.0 or not 0 < kept < len(X):
        raise InputError(
            f"held_out={held_out!r} takes {kept} of {len(X)} samples; expected a fraction between 0 and 1 that leaves "
            "some on both sides"
        )
    order = rng.permutation(len(X))
    return Data(X[order[kept:]], y[order[kept:]], X[order[:kept]], y[order[:kept]])


def _affordable(setup: Setup, rows: int) -> int:
    """Return the epochs that the work allows: a product forward and two back, two operations a weight each."""
    weights = sum(layer.W.size for layer in setup.network.layers)
    return max(_MINIMUM_EPOCHS, int(_WORK / (6.0 * weights * rows)))

"""What remedies are tried on: a setup, and samples in memory to train on and to score."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer.diagnosis.case import Case, case_of
from multilayer.diagnosis.evidence import TrainingRecord
from multilayer.diagnosis.logits import read_as_trained
from multilayer.diagnosis.output_sums import class_numbers
from multilayer.diagnosis.remedies.origin import setup_of
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.told import course_of
from multilayer.losses import Loss
from multilayer.training import History, Metric, Trained
from multilayer.training.data import inputs
from multilayer.training.metrics import chosen

__all__ = ["Data", "Problem", "problem_of"]

_WORK = 1e11
"""Floating-point operations that one training may take: some seconds."""
_FEWEST = 20
"""Epochs of a training, however large it is."""
_HELD_OUT, _FEWEST_TO_HOLD_OUT = 0.25, 40
"""The fraction of the samples that is scored, and how many samples there have to be."""
_STANDARD = 0.1
"""How far from 0 and 1 means and standard deviations may be that need no standardizing."""


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to train on, and samples to score."""

    X: NDArray[Any]
    y: NDArray[Any]
    scored_X: NDArray[Any]
    scored_y: NDArray[Any]

    def standardized(self) -> Data:
        """Return the same with columns of mean 0 and standard deviation 1, by the samples that are trained on."""
        mean, spread = self._columns()
        spread = np.where((spread > 0.0) & np.isfinite(spread), spread, 1.0)
        return replace(self, X=(self.X - mean) / spread, scored_X=(self.scored_X - mean) / spread)

    @property
    def is_standardized(self) -> bool:
        """Whether standardizing would change next to nothing; constant columns aside."""
        mean, spread = self._columns()
        near = (np.abs(mean) < _STANDARD) & (np.abs(spread - 1.0) < _STANDARD)
        return bool((near | (spread == 0.0)).all())

    def _columns(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        with np.errstate(all="ignore"):
            return self.X.mean(axis=0, dtype=np.float64), self.X.std(axis=0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Problem:
    """What does not learn, on which data, and by what it is scored."""

    setup: Setup
    data: Data
    metric: Metric
    scored: Literal["training", "held-out"]
    """Which samples are scored."""
    notes: tuple[str, ...]
    """What was decided, or cut short."""


def problem_of(  # noqa: PLR0913  (what `try_fixes` was given)
    model: Any,
    X: Any,
    y: Any,
    loss: Loss | str | None,
    course: TrainingRecord | Trained | History | None,
    *,
    epochs: int | None,
    samples: int,
    held_out: float | Literal["auto"] | None,
    rng: Random,
) -> Problem:
    """Return the problem, its setup made brief: at most so many samples and epochs, and so much work."""
    if isinstance(model, Setup):
        subject = Case(model.untrained(np.random.RandomState(0)), X, y, model.loss)
    else:
        subject = case_of(model, X, y)
    if course is not None:
        subject = replace(subject, course=course_of(course))
    subject, loss, read = read_as_trained(subject, loss)
    if loss is None:
        raise InputError("the model does not tell what it was trained to minimize; give loss=")
    X, y = inputs(subject.network, subject.X), subject.targets(loss)
    if len(y) != X.shape[0]:
        raise InputError(f"X has {X.shape[0]} samples but y has {len(y)}; expected one target per sample")
    metric = subject.metric
    if metric is None:
        (metric,) = chosen(["r2" if class_numbers(subject.network, loss, y) is None else "accuracy"])
    setup = model if isinstance(model, Setup) else setup_of(subject, loss, metric)
    total, notes = len(y), list(read)
    rows = np.arange(total) if total <= samples else np.sort(rng.choice(total, samples, replace=False))
    if total > samples:
        notes.append(f"{samples} of {total} samples were used, drawn at random")
    if held_out == "auto":
        held_out = _HELD_OUT if len(rows) >= _FEWEST_TO_HOLD_OUT else None
        if held_out is None:
            notes.append(
                f"the training samples were scored, as {len(rows)} samples are too few to hold some out"
            )
    x = np.asarray(X[rows])
    gone = np.flatnonzero(~np.isfinite(x).all(axis=1))
    if gone.size:
        raise InputError(
            f"X, sample {rows[gone[0]] + 1} holds nan or infinity, which no remedy mends; fill the gap, or leave the "
            "sample out"
        )
    data = _data(x, y[rows], held_out, rng)
    setup = replace(setup, standardized=data.is_standardized)
    most = _affordable(setup, len(data.X)) if epochs is None else epochs
    if most < setup.epochs:
        notes.append(f"trainings were cut short to {most} epochs, of {setup.epochs}")
        setup = replace(setup, epochs=most)
    scored: Literal["training", "held-out"] = "training" if held_out is None else "held-out"
    return Problem(setup, data, metric, scored, tuple(notes))


def _data(X: NDArray[Any], y: NDArray[Any], held_out: float | None, rng: Random) -> Data:
    if held_out is None:
        return Data(X, y, X, y)
    kept = round(held_out * len(X))
    if not 0.0 < held_out < 1.0 or not 0 < kept < len(X):
        raise InputError(
            f"held_out={held_out!r} takes {kept} of {len(X)} samples; expected a share between 0 and 1 that leaves "
            "some on both sides"
        )
    order = rng.permutation(len(X))
    return Data(X[order[kept:]], y[order[kept:]], X[order[:kept]], y[order[:kept]])


def _affordable(setup: Setup, rows: int) -> int:
    """Return the epochs that the work allows: a product forward and two back, two operations a weight each."""
    weights = sum(n * m for n, m in zip(setup.widths, setup.widths[1:], strict=False))
    return max(_FEWEST, int(_WORK / (6.0 * weights * rows)))

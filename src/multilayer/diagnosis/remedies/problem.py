"""The problem that remedies are tried on: a setup, samples to train on and others to score, and the score."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.diagnosis.case import Case, case_of, course_of
from multilayer.diagnosis.checks.class_imbalance import RATIO
from multilayer.diagnosis.evidence import DUPLICATE, TrainingRecord
from multilayer.diagnosis.logits import read_as_trained
from multilayer.diagnosis.outputs import class_numbers
from multilayer.diagnosis.phrases import numbers
from multilayer.diagnosis.remedies.chance import Shares, of_classes, of_classes_weighted_equally, of_numbers
from multilayer.diagnosis.remedies.setup import Facts, Setup, setup_of
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
_FEWEST = 10
"""Samples to correlate columns with targets."""
_SIZE = 3.0
"""Means and standard deviations of targets that starting weights reach in a few steps, and no less than a third."""
_STANDARD = 0.1
"""How far from 0 and 1 means and standard deviations may be that need no standardizing."""

_SAMPLED = N_("{samples} of {total} samples were used, drawn at random")
_NONE_HELD_OUT = N_("the training samples were scored, as {samples} samples are too few to hold some out")
_SHORTENED = N_("trainings were cut short to {epochs} epochs, of {total}")
_LEAK = N_(
    "a column of X gives the target away: samples are scored with values of other samples in it, as where the target "
    "is not known yet: {columns}"
)
_IMBALANCE = N_("a class is rare: each class counts the same in the score")
_VALIDATION = N_("early stopping monitors {fraction} of the samples, as the validation data are not known")


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to train on, and samples to score."""

    X: NDArray[Any]
    y: NDArray[Any]
    scored_X: NDArray[Any]
    scored_y: NDArray[Any]
    rows: NDArray[np.int64]
    """Which of all samples are scored."""

    def standardized(self) -> Data:
        """Return the same data with columns of mean 0 and standard deviation 1 over the training samples."""
        mean, std = _moments(self.X)
        std = np.where((std > 0.0) & np.isfinite(std), std, 1.0)
        return replace(self, X=(self.X - mean) / std, scored_X=(self.scored_X - mean) / std)

    def with_targets_standardized(self) -> Data:
        """Return the same data with targets of mean 0 and standard deviation 1 over the training samples."""
        mean, std = _moments(self.y)
        std = np.where((std > 0.0) & np.isfinite(std), std, 1.0)
        return replace(self, y=(self.y - mean) / std, scored_y=(self.scored_y - mean) / std)

    @property
    def has_scaled_targets(self) -> bool:
        """Whether means and standard deviations of the targets are of the size of outputs."""
        mean, std = _moments(self.y)
        return bool(((np.abs(mean) < _SIZE) & (std < _SIZE) & (std > 1.0 / _SIZE)).all())

    def without(self, columns: tuple[int, ...]) -> Data:
        """Return the same data without some columns of X."""
        X, scored = (np.delete(each, columns, axis=1) for each in (self.X, self.scored_X))
        return replace(self, X=X, scored_X=scored)

    def as_if_unknown(self, columns: tuple[int, ...], rng: Random) -> Data:
        """Return the same data, with values of other samples in these columns where they are scored."""
        scored = self.scored_X.copy()
        scored[:, columns] = scored[rng.permutation(len(scored))][:, columns]
        return replace(self, scored_X=scored)

    def prepared(self, setup: Setup) -> Data:
        """Return the data as a setup has them."""
        data = self.without(setup.dropped) if setup.dropped else self
        data = data.standardized() if setup.standardize else data
        return data.with_targets_standardized() if setup.scale_targets else data

    @property
    def is_standardized(self) -> bool:
        """Whether standardizing would change next to nothing, constant columns aside."""
        mean, std = _moments(self.X)
        near = (np.abs(mean) < _STANDARD) & (np.abs(std - 1.0) < _STANDARD)
        return bool((near | (std == 0.0)).all())


def _moments(columns: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with np.errstate(all="ignore"):
        return columns.mean(axis=0, dtype=np.float64), columns.std(axis=0, dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Problem:
    """A training that needs a remedy, its data, and the metric that scores it."""

    setup: Setup
    splits: tuple[Data, ...]
    """One for each seed: other samples are held out each time, so that no remedy wins by the luck of one choice."""
    metric: Metric
    shares: Shares
    """What each sample adds to the score."""
    scored: Literal["training", "held-out"]
    """Which samples are scored."""
    notes: tuple[str, ...]
    """What was assumed, or cut short."""

    @property
    def data(self) -> Data:
        """The split of the first seed."""
        return self.splits[0]


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
    seeds: int = 1,
) -> Problem:
    """Return the problem with a brief setup: limited samples, epochs and work."""
    case, loss, read = read_as_trained(_case(model, X, y, course), loss)
    if loss is None:
        raise InputError("the loss that the model was trained with is not known; give loss=")
    X, y = inputs(case.network, case.X), case.targets(loss)
    if len(y) != X.shape[0]:
        raise InputError(
            "X has {samples} samples but y has {targets}; expected one target per sample",
            samples=X.shape[0],
            targets=len(y),
        )
    classes = class_numbers(case.network, loss, y)
    setup, notes = model if isinstance(model, Setup) else setup_of(case, loss), list(read)
    if not isinstance(model, Setup) and case.estimator is None and setup.held_out is not None:
        notes.append(fill(_VALIDATION, fraction=percent(setup.held_out)))
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
            "X, sample {sample} holds nan or infinity, which no remedy mends; fill the "
            "gap, or leave the sample out",
            sample=rows[gaps[0]] + 1,
        )
    splits = _splits(x, y[rows], held_out, seeds, rng)
    facts = _facts(setup, splits[0], classes)
    metric = case.metric or metrics.get("r2" if classes is None else "accuracy")
    shares: Shares = of_numbers if classes is None else of_classes
    if facts.imbalanced:
        metric, shares = Metric("balanced accuracy", _balanced_accuracy), of_classes_weighted_equally
        notes.append(fill(_IMBALANCE))
    if facts.leaks:
        splits = tuple(data.as_if_unknown(facts.leaks, rng) for data in splits)
        notes.append(fill(_LEAK, columns=numbers([column + 1 for column in facts.leaks])))
    setup = replace(setup, facts=facts)
    allowed = _affordable(setup, len(splits[0].X)) if epochs is None else epochs
    if allowed < setup.config.epochs:
        notes.append(fill(_SHORTENED, epochs=allowed, total=setup.config.epochs))
        setup = setup.with_config(epochs=allowed)
    scored: Literal["training", "held-out"] = "training" if held_out is None else "held-out"
    return Problem(setup, splits, metric, shares, scored, tuple(notes))


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


def _splits(
    X: NDArray[Any], y: NDArray[Any], held_out: float | None, count: int, rng: Random
) -> tuple[Data, ...]:
    """Return splits, each of which holds out the samples after those of the last one: all once before one twice."""
    if held_out is None:
        return (Data(X, y, X, y, np.arange(len(X))),)
    kept = round(held_out * len(X))
    if not 0.0 < held_out < 1.0 or not 0 < kept < len(X):
        raise InputError(
            "held_out={held_out!r} takes {kept} of {samples} samples; expected a fraction "
            "between 0 and 1 that leaves some on both sides",
            held_out=held_out,
            kept=kept,
            samples=len(X),
        )
    drawn = rng.permutation(len(X))
    orders = [np.roll(drawn, -number * kept) for number in range(count)]
    return tuple(
        Data(X[order[kept:]], y[order[kept:]], X[order[:kept]], y[order[:kept]], order[:kept])
        for order in orders
    )


def _facts(setup: Setup, data: Data, classes: NDArray[np.int64] | None) -> Facts:
    counts = np.zeros(1) if classes is None else np.bincount(classes)
    return Facts(
        standardized=data.is_standardized,
        targets_scaled=classes is not None or not _unbounded(setup) or data.has_scaled_targets,
        classes=classes is not None,
        imbalanced=bool(counts.max() > RATIO * counts[counts > 0].min()) if counts.any() else False,
        leaks=_leaks(setup, data, classes is not None),
        few=len(data.X) < _MINIMUM_SAMPLES,
    )


def _leaks(setup: Setup, data: Data, classes: bool) -> tuple[int, ...]:
    """Return the columns that are copies of a target; none where a network is to predict inputs by design."""
    inputs, units = setup.network.widths[0], setup.network.widths[-1]
    if len(data.X) < _FEWEST or inputs == 1 or (units > 1 and not classes):
        return ()
    y = setup.config.loss.dense(data.y, units).astype(np.float64)
    if classes and units > 2:
        y = np.column_stack([y, y.argmax(axis=1)])  # a column may hold the number of the class
    with np.errstate(all="ignore"):
        x, y = ((each - each.mean(axis=0)) / each.std(axis=0) for each in (data.X.astype(np.float64), y))
        alike = np.abs(x.T @ y) / len(x) > DUPLICATE
    return tuple(np.flatnonzero(alike.any(axis=1)).tolist())


def _balanced_accuracy(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the accuracy of each class, mean over the classes that there are."""
    return float(of_classes_weighted_equally(y, z).sum())


def _unbounded(setup: Setup) -> bool:
    """Whether outputs and targets are numbers without bounds, so that both may be standardized."""
    reach, targets = setup.activations[-1].facts.range, setup.config.loss.facts.targets
    return all(math.isinf(end) for end in (reach.low, reach.high, targets.low, targets.high))


def _affordable(setup: Setup, rows: int) -> int:
    """Return the epochs that the work allows: a product forward and two back, two operations a weight each."""
    weights = sum(layer.W.size for layer in setup.network.layers)
    return max(_MINIMUM_EPOCHS, int(_WORK / (6.0 * weights * rows)))

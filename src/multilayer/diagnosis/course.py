"""The course of training: whether it may still help, what its curve says, and how far steps have moved weights."""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.beside import versus_constant
from multilayer.diagnosis.evidence import Evidence, Floats, LayerStatistics, TrainingRecord
from multilayer.diagnosis.performance import DONE, performance, skill

__all__ = [
    "AN_EPOCH",
    "FALLING",
    "early",
    "fall",
    "has_moved",
    "just_begun",
    "loss_was_low",
    "moved",
    "too_slow",
    "under_way",
]

_FEW_EPOCHS, _MANY = 10, 20
"""A training that has just begun has less, and one at a usual rate learns in as many."""
FALLING = 0.003
"""Fraction by which the loss falls per epoch of a training that is not done."""
_TAIL = 6
_SLOWLY, _STEADY = 0.001, 0.75
"""The same where the rate is too low; and the fraction of the epochs in which it falls then."""
_USUAL = {"adam": 0.005, "adamw": 0.005, "rmsprop": 0.005, "sgd": 0.05}
"""Rates that are high enough, by optimizer."""
_FAR_BELOW = 0.1
"""Of those: a loss that falls at all is one that is waited for then."""
_MOVED = 0.25
"""Of the weights' root mean square: biases of a start that was large are smaller, those of large steps are not."""
AN_EPOCH = 0.02
"""What an epoch of a few steps at a usual rate moves biases by, at least."""
_AS_DRAWN = (0.25, 2.0)
"""Gains of layers whose weights are as large as they are drawn."""
_WORST = -0.9
"""Of the way to perfection: what is worse than that has been trained, on something else."""


def early(evidence: Evidence) -> bool:
    """Return whether training may still help: it has just begun, or the loss keeps falling.

    Not where all epochs are done and the network is no better than a constant yet.
    """
    history, stopped, outputs = evidence.course.history, evidence.course.stopped, evidence.outputs
    if history is None or stopped in ("plateau", "not finite") or not np.isfinite(history.loss).all():
        return False
    if just_begun(evidence):
        return True
    if stopped == "epochs" and outputs is not None and versus_constant(evidence, outputs) != "better":
        return False
    if len(history) < _FEW_EPOCHS:
        return len(history) < 2 or history.loss[-1] < history.loss[0]
    tail = np.asarray(history.loss[-max(3, len(history) // 10) :])
    with np.errstate(all="ignore"):
        return bool((tail[0] - tail[-1]) / (len(tail) - 1) > FALLING * abs(tail[-1]))


def just_begun(evidence: Evidence) -> bool:
    """Return whether training is known to be under way, and a few epochs old at most."""
    history = evidence.course.history
    if history is None or evidence.course.stopped is not None or not np.isfinite(history.loss).all():
        return False
    return len(history) < _FEW_EPOCHS


def under_way(evidence: Evidence) -> bool:
    """Return whether training is known to go on: it has not stopped, and epochs are left."""
    course = evidence.course
    return (
        course.stopped is None
        and course.history is not None
        and course.epochs is not None
        and len(course.history) < course.epochs
    )


def loss_was_low(evidence: Evidence) -> bool:
    """Return whether the loss curve ended most of the way from the best constant's loss to 0."""
    history, outputs = evidence.course.history, evidence.outputs
    if history is None or not history.loss or outputs is None or outputs.constant_loss is None:
        return False
    return bool(history.loss[-1] < (1.0 - DONE) * outputs.constant_loss)


def fall(loss: Floats) -> float:
    """Return the fraction by which the loss falls per epoch, over the last fifth of the curve; 0 for one epoch.

    Over the last six epochs at least: fewer differ by chance.
    """
    tail = loss[-max(_TAIL, len(loss) // 5) :]
    epochs = len(tail) - 1
    return float((tail[0] - tail[-1]) / epochs / abs(tail[-1])) if epochs and tail[-1] else 0.0


def too_slow(course: TrainingRecord, loss: Floats) -> bool:
    """Return whether so many epochs would have been enough at another rate."""
    rate, usual = course.learning_rate, _USUAL.get((course.optimizer or "").lower())
    relative = None if rate is None or usual is None else rate / usual
    far_below = relative is not None and relative < _FAR_BELOW
    if course.stopped == "plateau":  # so small are the steps of such a rate
        return far_below
    if len(loss) < _MANY or (relative is not None and relative >= 1.0):
        return False
    return float((np.diff(loss) < 0).mean()) > _STEADY and (fall(loss) > _SLOWLY or far_below)


def has_moved(layer: LayerStatistics) -> bool:
    """Return whether steps have brought large weights: they move biases as well, which start at 0, by as much."""
    W, b = (array.astype(np.float64) for array in (layer.layer.W, layer.layer.b))
    return bool((b**2).mean() > _MOVED**2 * (W**2).mean())


def moved(evidence: Evidence) -> float | None:
    """Return how far steps have moved a network of whose training no curve is known; None where that does not show.

    Where weights are as large as they are drawn, that is the root mean square of the biases, which start at 0: a step
    of Adam moves each by about the rate, one of SGD by less.
    """
    low, high = _AS_DRAWN
    if (
        evidence.course.history is not None
        or performance(evidence) not in ("poor", "fair")
        or (skill(evidence) or 0.0) < _WORST
        or not all(low < layer.gain < high for layer in evidence.layers)
    ):
        return None
    biases = (layer.layer.b.astype(np.float64) for layer in evidence.layers[:-1] or evidence.layers)
    distance = max(float(np.sqrt((b**2).mean())) for b in biases)
    return (
        distance if distance or performance(evidence) == "poor" else None
    )  # it has learned, and has no biases

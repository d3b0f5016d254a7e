"""A loss that falls, but too slowly.

What it does: reports a network that does not perform well after 20 epochs or more at whose end the loss still falls,
by more than 0.1% per epoch, after falling in more than 75% of all epochs. Of fewer epochs `undertraining` reports
that, and of more where the rate is known to be at least the usual one. Of a network that performs poorly and whose
curve is not known it reports weights as large as they are drawn with biases below 0.02: not even an epoch at a usual
rate leaves that.

Why it matters: training would take many times as many epochs as needed.

Example: `SGD(1e-5)`.

What it cannot see: a rate that is too low only later, and a curve that is flat from the start.
"""

from __future__ import annotations

import numpy as np

from multilayer.diagnosis.evidence import Floats, TrainingRecord
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import performance, skill
from multilayer.diagnosis.phrases import rate_of, sentences
from multilayer.network import MLP

_STEADY = 0.75
_FALL = 0.001
_MANY = 20
AN_EPOCH = 0.02
"""What an epoch of a few steps at a usual rate moves biases by, at least."""
_AS_DRAWN = (0.25, 2.0)
"""Gains of layers whose weights are as large as they are drawn."""
_USUAL = {"adam": 0.005, "adamw": 0.005, "rmsprop": 0.005, "sgd": 0.05}
"""Rates that are high enough, by optimizer."""
_FAR_BELOW = 0.1
"""Of those: a loss that falls at all is one that is waited for then."""
_WORST = -0.9
"""Of the way to perfection: what is worse than that has been trained, on something else."""


def fall(loss: Floats) -> float:
    """Return the fraction by which the loss falls per epoch, over the last fifth of the curve."""
    tail = loss[-max(2, len(loss) // 5) :]
    return float((tail[0] - tail[-1]) / (len(tail) - 1) / abs(tail[-1])) if tail[-1] else 0.0


def too_slow(course: TrainingRecord, loss: Floats) -> bool:
    """Return whether so many epochs would have been enough at another rate."""
    rate, usual = course.learning_rate, _USUAL.get((course.optimizer or "").lower())
    relative = None if rate is None or usual is None else rate / usual
    if course.stopped == "plateau" or len(loss) < _MANY or (relative is not None and relative >= 1.0):
        return False
    far_below = relative is not None and relative < _FAR_BELOW
    return float((np.diff(loss) < 0).mean()) > _STEADY and (fall(loss) > _FALL or far_below)


def moved(evidence: Evidence) -> float | None:
    """Return how far steps have moved a network of whose training no curve is known; None where that does not show.

    Where weights are as large as they are drawn, that is the root mean square of the biases, which start at 0: a step
    of Adam moves each by about the rate, one of SGD by less.
    """
    low, high = _AS_DRAWN
    if (
        evidence.course.history is not None
        or performance(evidence) != "poor"
        or (skill(evidence) or 0.0) < _WORST
        or not all(low < layer.gain < high for layer in evidence.layers)
    ):
        return None
    biases = (layer.layer.b.astype(np.float64) for layer in evidence.layers[:-1] or evidence.layers)
    return max(float(np.sqrt((b**2).mean())) for b in biases)


@check("Does the loss fall fast enough?", needs.network)
def learning_rate_too_low(evidence: Evidence, _: MLP) -> Outcomes:
    found, loss = performance(evidence), needs.epochs(8)(evidence)
    if isinstance(loss, NotMeasured):
        distance = moved(evidence)
        if not distance or distance > AN_EPOCH:  # 0 is no training at all
            yield loss
            return
        measured = fill(
            "Weights are as large as they are drawn, and biases, which start at 0, have moved by {distance:.2g}: an "
            "epoch at a usual rate moves them farther.",
            distance=distance,
        )
    elif found in ("good", "unknown") or not too_slow(evidence.course, loss):
        return
    else:
        measured = fill(
            "In {epochs} epochs the loss fell steadily from {first:.4g} to {last:.4g}, and still falls by {fall} per "
            "epoch.",
            epochs=len(loss),
            first=loss[0],
            last=loss[-1],
            fall=percent(fall(loss)),
        )
    yield finding(
        evidence,
        fill("the learning rate is too low"),
        sentences(measured, rate_of(evidence.course)),
        N_("Multiply {learning_rate} by 10 until the loss falls faster; the usual start is {usual_rate}."),
        severity="error" if found == "poor" else "warning",
        value=evidence.course.learning_rate,
    )

"""A loss that grows, or stays above that of a constant.

What it does: reports a loss whose second half has a median 5% above its first value, or 5% above the best constant's
loss while it rises in more than a quarter of the epochs; steps of Adam that are a quarter of the weights at the start
or more; and, where the network does not perform well, hidden layers whose weights are over 6 times as large as a
start's, biases included.

Why it matters: steps that are too large jump over every minimum.

Example: `Adam(0.5)` where 0.001 is usual.

What it cannot see: a rate that is too high for a few epochs only; in curves of fewer than 5 epochs, anything.
"""

from __future__ import annotations

import math

import numpy as np

from multilayer.diagnosis.course import has_moved
from multilayer.diagnosis.evidence import Floats
from multilayer.diagnosis.finding import severity_of
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import rate_of, sentences
from multilayer.network import MLP

_FEWEST = 5
_ABOVE = 1.05
_OF_START, _THROWN = 0.25, 6.0
"""A step over the weights at the start; trained weights over those at the start."""
_ROUGH = 0.25
"""Fraction of epochs after which the loss was higher than before."""


@check("Does the loss fall rather than jump?", needs.network)
def learning_rate_too_high(evidence: Evidence, _: MLP) -> Outcomes:
    course, outputs = evidence.course, evidence.outputs
    loss, curve = needs.epochs(_FEWEST)(evidence), ""
    if course.stopped == "not finite":
        curve = fill("Training stopped at a number that is not finite.")
    elif not isinstance(loss, NotMeasured):
        curve = _of_curve(loss, None if outputs is None else outputs.constant_loss)
    steps = sentences(_of_steps(evidence), _of_weights(evidence))
    if not curve and not steps:
        if isinstance(loss, NotMeasured):
            yield loss
        return
    yield finding(
        evidence,
        fill("the learning rate is too high"),
        sentences(curve, rate_of(course), steps),
        N_("Divide {learning_rate} by 10 until the loss falls steadily; usual starts: Adam 0.001, SGD 0.05."),
        severity=severity_of(evidence, unknown="error"),
        value=course.learning_rate,
    )


def _of_steps(evidence: Evidence) -> str:
    """Return whether a step of Adam, which moves every weight by up to the learning rate, is large beside the start."""
    course = evidence.course
    if course.learning_rate is None or not (course.optimizer or "").lower().startswith("adam"):
        return ""
    if course.start is None:  # trained weights are what such steps have made
        size = max(1.0 / math.sqrt(layer.inputs) for layer in evidence.network.layers)
    else:
        size = max(float(np.sqrt((layer.W.astype(np.float64) ** 2).mean())) for layer in course.start.layers)
    if not course.learning_rate >= _OF_START * size > 0:
        return ""
    return fill(
        "A step of Adam moves weights by as much; at the start their size is about {size:.2g}.", size=size
    )


def _of_weights(evidence: Evidence) -> str:
    """Return whether steps have thrown weights and biases far from any start.

    Large weights alone are no harm: that is for networks which are known not to perform well.
    """
    layer = max(evidence.layers[:-1], key=lambda one: one.gain, default=None)
    if layer is None or not layer.gain > _THROWN or not has_moved(layer):
        return ""
    if performance(evidence) in ("good", "unknown"):
        return ""
    return fill(
        "Large steps have left weights {gain:.2g} times as large as usual at the start, and biases of {bias:.2g}.",
        gain=layer.gain,
        bias=np.sqrt((layer.layer.b.astype(np.float64) ** 2).mean()),
    )


def _of_curve(loss: Floats, constant: float | None) -> str:
    level, rises = float(np.median(loss[len(loss) // 2 :])), float((np.diff(loss) > 0).mean())
    if level > _ABOVE * loss[0]:
        return fill(
            "The loss rose from {first:.4g} to {level:.4g} (median of the second half).",
            first=loss[0],
            level=level,
        )
    if constant is not None and level > _ABOVE * constant and rises > _ROUGH:
        return fill(
            "The loss stays at {level:.4g} (median of the second half), above the best constant's {constant:.4g}, and "
            "rose in {rises} of the epochs.",
            level=level,
            constant=constant,
            rises=percent(rises),
        )
    return ""

"""A loss that grows, or stays above that of a constant.

What it does: reports a loss that doubles, or whose second half has a median 5% above its first value, or 5% above the
best constant's loss while it rises in more than a quarter of the epochs; and steps of Adam as large as the weights.

Why it matters: steps that are too large jump over every minimum.

Example: `Adam(0.5)` where 0.001 is usual.

What it cannot see: a rate that is too high for a few epochs only, and curves of fewer than 5 epochs.
"""

from __future__ import annotations

import numpy as np

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, Outcomes, check
from multilayer.diagnosis.evidence import Evidence, Floats
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import options, sentences

_FEWEST = 5
_ABOVE = 1.05
_DOUBLED = 2.0
_ROUGH = 0.25
"""Fraction of epochs after which the loss was higher than before."""


@check("Does the loss fall rather than jump?", needs.epochs())
def learning_rate_too_high(evidence: Evidence, loss: Floats) -> Outcomes:
    course, outputs = evidence.course, evidence.outputs
    if course.stopped == "not finite":
        curve = fill("Training stopped at a number that is not finite.")
    elif len(loss) < _FEWEST:
        yield needs.too_few_epochs(len(loss))
        return
    else:
        curve = _of_curve(loss, None if outputs is None else outputs.constant_loss)
    steps = _of_steps(evidence)
    if not curve and not steps:
        return
    rate = course.learning_rate
    yield Finding(
        title=fill("the learning rate is too high"),
        severity="warning" if performance(evidence) == "good" else "error",
        value=rate,
        evidence=sentences(
            curve, "" if rate is None else fill("The learning rate started at {rate:g}.", rate=rate), steps
        ),
        advice=fill(
            "Divide {learning_rate} by 10 until the loss falls steadily; the usual start is {usual_rate}.",
            **options(evidence),
        ),
    )


def _of_steps(evidence: Evidence) -> str:
    """Return whether a step of Adam, which moves every weight by up to the learning rate, is as large as weights."""
    course = evidence.course
    if course.learning_rate is None or not (course.optimizer or "").lower().startswith("adam"):
        return ""
    layers = (course.start or evidence.network).layers
    size = max(float(np.sqrt((layer.W.astype(np.float64) ** 2).mean())) for layer in layers)
    if not course.learning_rate >= size:
        return ""
    return fill("A step of Adam moves weights by as much, and their size is at most {size:.2g}.", size=size)


def _of_curve(loss: Floats, constant: float | None) -> str:
    level, rises = float(np.median(loss[len(loss) // 2 :])), float((np.diff(loss) > 0).mean())
    peak = float(loss[1:].max())
    if peak > _DOUBLED * loss[0]:
        return fill("The loss shot up from {first:.4g} to {peak:.4g}.", first=loss[0], peak=peak)
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

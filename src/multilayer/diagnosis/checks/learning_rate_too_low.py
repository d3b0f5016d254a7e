"""A loss that falls, but hardly.

What it does: over at least 8 epochs, reports a loss that falls in more than 80% of them, by less than 30% in all, and
at the end at least 30% as fast as at the beginning: a curve that does not flatten has far to go.

Why it matters: training would take many times as many epochs as needed.

Example: `SGD(1e-5)`.

What it cannot see: a rate that is too low only later, and a curve that is flat from the start.
"""

from __future__ import annotations

import numpy as np

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, Outcomes, check
from multilayer.diagnosis.evidence import Evidence, Floats
from multilayer.diagnosis.performance import performance, scores
from multilayer.diagnosis.phrases import options, sentences

_STEADY = 0.8
_FELL = 0.3
_STRAIGHT = 0.3
"""Slope at the end over slope at the beginning."""


@check("Does the loss fall fast enough?", needs.epochs(8))
def learning_rate_too_low(evidence: Evidence, loss: Floats) -> Outcomes:
    part = max(2, len(loss) // 4)
    beginning, end = loss[0] - loss[part - 1], loss[-part] - loss[-1]
    fell = float((loss[0] - loss[-1]) / loss[0]) if loss[0] > 0 else 0.0
    steady = float((np.diff(loss) < 0).mean())
    found = performance(evidence)
    if found == "good" or steady < _STEADY or not 0 < fell < _FELL or end < _STRAIGHT * beginning:
        return
    rate = evidence.course.learning_rate
    yield Finding(
        title=fill("the learning rate is too low"),
        severity="error" if found == "poor" else "warning",
        value=rate,
        evidence=sentences(
            fill(
                "In {epochs} epochs the loss fell only from {first:.4g} to {last:.4g}, steadily, and at the end "
                "{slope} as fast as at the beginning.",
                epochs=len(loss),
                first=loss[0],
                last=loss[-1],
                slope=percent(end / beginning),
            ),
            "" if rate is None else fill("The learning rate started at {rate:g}.", rate=rate),
            scores(evidence),
        ),
        advice=fill(
            "Multiply {learning_rate} by 10 until the loss falls faster; the usual start is {usual_rate}.",
            **options(evidence),
        ),
    )

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

from multilayer.diagnosis.course import AN_EPOCH, fall, moved, too_slow
from multilayer.diagnosis.kit import N_, Evidence, NotMeasured, Outcomes, check, fill, finding, needs, percent
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import rate_of, sentences
from multilayer.network import MLP


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
        N_("Multiply {learning_rate} by 10 until the loss falls faster; usual starts: Adam 0.001, SGD 0.05."),
        severity="error" if found == "poor" else "warning",
        value=evidence.course.learning_rate,
    )

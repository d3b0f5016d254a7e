"""Training that ended while the loss was still falling.

What it does: reports a loss that falls by more than 0.3% per epoch over the last fifth of the curve, unless score or
loss are most (75%) of the way from the best constant to perfection already.

Why it matters: more epochs are the cheapest remedy of all.

Example: `fit(..., epochs=5)`.

What it cannot see: whether the validation loss would follow.
"""

from __future__ import annotations

from multilayer._base.text import fill, percent
from multilayer.diagnosis import needs
from multilayer.diagnosis.check import Finding, Outcomes, check
from multilayer.diagnosis.evidence import Evidence, Floats
from multilayer.diagnosis.performance import DONE, loss_was_low, performance, scores, skill
from multilayer.diagnosis.phrases import options, sentences

_FALL = 0.003


@check("Was training given the time it needs?", needs.epochs(2))
def undertraining(evidence: Evidence, loss: Floats) -> Outcomes:
    stopped = evidence.course.stopped
    tail = loss[-max(2, len(loss) // 5) :]
    fall = float((tail[0] - tail[-1]) / (len(tail) - 1) / abs(tail[-1])) if tail[-1] else 0.0
    own = skill(evidence)
    done = (own is not None and own > DONE) or loss_was_low(evidence)
    if not fall > _FALL or done or stopped == "plateau":
        return
    over = stopped == "epochs"
    yield Finding(
        title=fill("training ended too early" if over else "training is not done yet"),
        severity="error" if over and performance(evidence) == "poor" else "warning",
        value=fall,
        threshold=_FALL,
        evidence=sentences(
            fill(
                "After {epochs} epochs the loss still falls by {fall} per epoch, to {last:.4g}.",
                epochs=len(loss),
                fall=percent(fall),
                last=loss[-1],
            ),
            scores(evidence),
        ),
        advice=fill("Train for more {epochs}, until the loss stops falling.", **options(evidence)),
    )

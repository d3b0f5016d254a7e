"""Training that ended while the loss was still falling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import fares, how_it_fares, learned, skill
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["undertraining"]

_FALL = 0.003
"""Of the loss, per epoch, at the end."""
_DONE = 0.75
"""Of the way from a constant to perfection: what falls beyond that are the last samples."""


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    course = evidence.course
    assert course.history is not None  # noqa: S101
    loss = np.asarray(course.history.loss)
    if len(loss) < 2:
        yield NotMeasured("undertraining", f"{len(loss)} epochs are too few to judge by")
        return
    tail = loss[-max(2, len(loss) // 5) :]
    fall = float((tail[0] - tail[-1]) / (len(tail) - 1) / abs(tail[-1])) if tail[-1] else 0.0
    own = skill(evidence)
    done = (own is not None and own > _DONE) or learned(evidence)
    if not fall > _FALL or done or course.stopped == "plateau":
        return
    over = course.stopped == "epochs"
    yield Finding(
        check="undertraining",
        title="training ended too early" if over else "training is not done yet",
        severity="error" if over and fares(evidence) == "badly" else "warning",
        layer=None,
        units=(),
        value=fall,
        threshold=_FALL,
        evidence=joined(
            (
                f"after {len(loss)} epochs the loss still falls by {fall:.1%} an epoch, to {loss[-1]:.4g}",
                how_it_fares(evidence),
            )
        ),
        advice="Train for more epochs (max_iter, fit(epochs=...)) until the loss stands still.",
    )


undertraining = Check(
    "undertraining",
    "Was training given the time it needs?",
    needing("undertraining", _run, "history"),
)

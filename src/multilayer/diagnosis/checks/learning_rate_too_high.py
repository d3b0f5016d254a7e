"""A loss that grows, or stays above what a constant reaches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer.diagnosis.checks.judgement import fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["learning_rate_too_high"]

_FEWEST = 5
_ABOVE = 1.05
_SHOT_UP = 2.0
_ROUGH = 0.25
"""Share of epochs after which the loss was higher than before."""


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    course, outputs = evidence.course, evidence.outputs
    assert course.history is not None  # noqa: S101
    loss = np.asarray(course.history.loss)
    broke_off = course.stopped == "not finite"
    if len(loss) < _FEWEST and not broke_off:
        yield NotMeasured("learning_rate_too_high", f"{len(loss)} epochs are too few to judge by")
        return
    constant = None if outputs is None else outputs.constant_loss
    found = "training broke off at a number that is not finite" if broke_off else _seen(loss, constant)
    steps = _steps(evidence)
    if found is None and steps is None:
        return
    rate = "" if course.learning_rate is None else f"it started at {course.learning_rate:g}"
    yield Finding(
        check="learning_rate_too_high",
        title="the learning rate is too high",
        severity="warning" if fares(evidence) == "well" else "error",
        layer=None,
        units=(),
        value=course.learning_rate,
        threshold=None,
        evidence=joined((found or "", rate, steps or "")),
        advice="Divide learning_rate_init by 10 (Adam(0.001) is the usual start), and again until the loss "
        "falls steadily.",
    )


def _steps(evidence: Evidence) -> str | None:
    """Whether a step of Adam, which moves every weight by up to the learning rate, is as large as the weights."""
    course = evidence.course
    if course.learning_rate is None or not (course.optimizer or "").lower().startswith("adam"):
        return None
    layers = (course.start or evidence.network).layers
    size = max(float(np.sqrt((layer.W.astype(np.float64) ** 2).mean())) for layer in layers)
    if not course.learning_rate >= size:
        return None
    return f"a step of Adam moves weights by as much, and they are of size {size:.2g} at most"


def _seen(loss: np.ndarray, constant: float | None) -> str | None:
    tail = loss[len(loss) // 2 :]
    level, ups = float(np.median(tail)), float((np.diff(loss) > 0).mean())
    peak = float(loss[1:].max())
    if peak > _SHOT_UP * loss[0]:
        return f"the loss shot up from {loss[0]:.4g} to {peak:.4g}"
    if level > _ABOVE * loss[0]:
        return f"the loss rose from {loss[0]:.4g} to {level:.4g} (median of the second half)"
    if constant is not None and level > _ABOVE * constant and ups > _ROUGH:
        return (
            f"the loss stays at {level:.4g} (median of the second half), above the {constant:.4g} of the "
            f"best constant, and rose in {ups:.0%} of the epochs"
        )
    return None


learning_rate_too_high = Check(
    "learning_rate_too_high",
    "Does the loss fall rather than jump?",
    needing("learning_rate_too_high", _run, "history"),
)

"""What a check needs, and what is said where it is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

import numpy as np

from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Finding, NotMeasured

__all__ = ["needing"]

Need = Literal["samples", "outputs", "classes", "gradients", "history", "validation", "start", "linear"]
Outcomes = Iterable[Finding | NotMeasured]


def needing(name: str, run: Callable[[Evidence], Outcomes], *needs: Need) -> Callable[[Evidence], Outcomes]:
    """Return the check `name` that says what is missing where one of its needs is not met."""

    def runs(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
        for need in needs:
            reason = _REASONS[need](evidence)
            if reason is not None:
                yield NotMeasured(name, reason)
                return
        yield from run(evidence)

    return runs


def _samples(evidence: Evidence) -> str | None:
    return None if evidence.samples else "no sample comes through the network with finite numbers only"


def _outputs(evidence: Evidence) -> str | None:
    if not evidence.samples or evidence.outputs is not None:
        return _samples(evidence)
    return evidence.missing.get("y") or evidence.missing.get("loss") or "no y was given"


def _classes(evidence: Evidence) -> str | None:
    outputs = evidence.outputs
    if outputs is None:
        return _outputs(evidence)
    return "the targets are not classes" if outputs.target_counts is None else None


def _history(evidence: Evidence) -> str | None:
    history = evidence.course.history
    if history is None:
        return evidence.missing.get("history", "the loss curve is not known; give course=, what fit returned")
    return _gone(history.loss, "loss")


def _validation(evidence: Evidence) -> str | None:
    history = evidence.course.history
    if history is None or not np.isfinite(history.loss).all():
        return _history(evidence)
    if not history.validation_loss:
        return "nothing was held out while training; give fit validation=0.1, or early_stopping=True"
    return _gone(history.validation_loss, "validation loss")


def _gone(curve: Sequence[float], name: str) -> str | None:
    """Why a curve is not read: every comparison with a nan is false, so that it would pass any check."""
    bad = np.flatnonzero(~np.isfinite(np.asarray(curve, np.float64)))
    return f"the {name} is not finite in epoch {bad[0] + 1}" if bad.size else None


def _start(evidence: Evidence) -> str | None:
    if evidence.start is not None and evidence.reference is not None:
        return None
    return evidence.missing.get("start", "the network before training let numbers overflow")


def _linear(evidence: Evidence) -> str | None:
    if evidence.outputs is None or evidence.outputs.linear_score is not None:
        return _outputs(evidence)
    return evidence.missing.get("linear", "no linear model was fitted")


_REASONS: dict[Need, Callable[[Evidence], str | None]] = {
    "samples": _samples,
    "outputs": _outputs,
    "classes": _classes,
    "gradients": _outputs,
    "history": _history,
    "validation": _validation,
    "start": _start,
    "linear": _linear,
}

"""Training that stopped on a plateau."""

from __future__ import annotations

from collections.abc import Iterator

from multilayer.diagnosis.checks.judgement import fares, how_it_fares
from multilayer.diagnosis.checks.needs import needing
from multilayer.diagnosis.checks.words import joined
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured, Severity

__all__ = ["plateau_stop"]


def _run(evidence: Evidence) -> Iterator[Finding | NotMeasured]:
    course = evidence.course
    assert course.history is not None  # noqa: S101
    if course.stopped is None:
        yield NotMeasured("plateau_stop", "why training ended is not known; give course=, what fit returned")
        return
    found = fares(evidence)
    if course.stopped != "plateau" or found == "well" or not course.history.loss:
        return
    severities: dict[str, Severity] = {"badly": "error", "so-so": "warning"}
    loss, epochs = course.history.loss, len(course.history)
    waited = "" if course.patience is None else f" for {course.patience} epochs"
    by = "" if course.tolerance is None else f" by {course.tolerance:g}"
    yield Finding(
        check="plateau_stop",
        title="training was stopped on a plateau",
        severity=severities.get(found, "note"),
        layer=None,
        units=(),
        value=float(loss[-1]),
        threshold=None,
        evidence=joined(
            (
                f"it stopped after {epochs} epochs, when the loss had not improved{by}{waited}: from "
                f"{loss[0]:.4g} to {loss[-1]:.4g} in all",
                how_it_fares(evidence),
            )
        ),
        advice="Let it go on: a larger n_iter_no_change or a smaller tol (EarlyStopping(patience=..., "
        "tolerance=...)), with more max_iter.",
    )


plateau_stop = Check(
    "plateau_stop",
    "Did training stop because it was done?",
    needing("plateau_stop", _run, "history"),
)

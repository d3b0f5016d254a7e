"""A finding in the words of the caller, as severe as the network's performance makes it."""

from __future__ import annotations

from typing import Any

from multilayer._base.text import fill
from multilayer.diagnosis.check import Finding, Severity
from multilayer.diagnosis.course import early
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.performance import performance
from multilayer.diagnosis.phrases import options, scores, sentences

__all__ = ["finding", "severity_of"]


def severity_of(evidence: Evidence, unknown: Severity = "warning") -> Severity:
    """Return how severe an internal finding is: that depends on the score, and on whether training may still help."""
    found = performance(evidence)
    if found == "unknown":
        return unknown
    if found == "good":
        return "note"
    return "error" if found == "poor" and not early(evidence) else "warning"


def finding(  # noqa: PLR0913  (the fields of a finding)
    evidence: Evidence,
    title: str,
    measured: str,
    advice: str,
    *,
    severity: Severity | None = None,
    layer: int | None = None,
    units: tuple[int, ...] = (),
    value: float | None = None,
    threshold: float | None = None,
    **places: Any,
) -> Finding:
    """Return a finding; see `Finding` for its fields.

    What was measured ends with the scores, but for a note on a part of the network. `advice` is a template that names
    the caller's options, and other places that are given here. The severity is that of an internal finding, unless
    given.
    """
    severity = severity_of(evidence) if severity is None else severity
    of_part = severity == "note" and layer is not None
    return Finding(
        title=title,
        severity=severity,
        layer=layer,
        units=units,
        value=value,
        threshold=threshold,
        evidence=sentences(measured, "" if of_part else scores(evidence)),
        advice=fill(advice, **options(evidence), **places),
    )

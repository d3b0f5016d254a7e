"""From findings to a verdict: the cause is what nothing else explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from multilayer.diagnosis.causes import CAUSES, consequences
from multilayer.diagnosis.diagnosis import Diagnosis
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Check, Finding, NotMeasured

__all__ = ["conclude"]

_RANK: Mapping[str, int] = {"error": 0, "warning": 1, "note": 2}


def conclude(
    evidence: Evidence, checks: Sequence[Check], causes: Mapping[str, Iterable[str]] = CAUSES
) -> Diagnosis:
    """Run all checks and conclude.

    A trouble is explained by another one of at least its severity whose check explains its own, directly or through
    others, and that of a catch-all by any other; notes are no troubles. The cause is the first error that is not
    explained, in the order of the table.
    """
    with np.errstate(all="ignore"):
        outcomes = [outcome for check in checks for outcome in check.run(evidence)]
    findings = [outcome for outcome in outcomes if isinstance(outcome, Finding)]
    not_measured = [outcome for outcome in outcomes if isinstance(outcome, NotMeasured)]
    ordered = _ordered(findings, checks, consequences(causes))
    cause = ordered[0] if ordered and ordered[0].severity == "error" else None
    return Diagnosis(
        verdict=_verdict(cause, ordered, not_measured, checks, evidence),
        cause=cause,
        findings=tuple(ordered),
        not_measured=tuple(not_measured),
        checks=tuple(checks),
        evidence=evidence,
    )


def _ordered(
    findings: Sequence[Finding], checks: Sequence[Check], explains: Mapping[str, frozenset[str]]
) -> list[Finding]:
    catch_all = {check.name for check in checks if check.catch_all}
    place = {check.name: number for number, check in enumerate(checks)}

    def explained(finding: Finding) -> bool:
        return any(
            (
                finding.check in explains.get(other.check, ())
                or (finding.check in catch_all and other.check not in catch_all)
            )
            and _RANK[other.severity] <= _RANK[finding.severity] < 2
            for other in findings
        )

    def key(finding: Finding) -> tuple[int, bool, bool, int]:
        aside = finding.severity == "note" and bool(finding.layer)  # what is said of the whole comes first
        return _RANK[finding.severity], explained(finding), aside, place[finding.check]

    return sorted(findings, key=key)


def _verdict(
    cause: Finding | None,
    findings: Sequence[Finding],
    not_measured: Sequence[NotMeasured],
    checks: Sequence[Check],
    evidence: Evidence,
) -> str:
    without = {outcome.check for outcome in not_measured}
    made = len(checks) - len(without)
    if cause is not None:
        return f"{cause.title[0].upper()}{cause.title[1:]}: {cause.evidence}."
    left = f"; {len(without)} could not be made" if without else ""
    counts = f"{made} checks on {evidence.samples} samples and {sum(evidence.network.shape[1:])} units{left}"
    warnings = [finding for finding in findings if finding.severity == "warning"]
    if warnings:
        more = f", and {len(warnings) - 1} more to keep in mind" if len(warnings) > 1 else ""
        return f"No error found, but a warning: {warnings[0].title}{more} ({counts})."
    general = {check.name for check in checks if check.catch_all}
    for finding in findings:
        if finding.check in general:  # a note while training has just begun
            return f"Too early to tell: {finding.title} ({counts})."
    if "loss" in evidence.missing:
        return f"How the network fares could not be measured: {evidence.missing['loss']} ({counts})."
    return f"No trouble found ({counts})."

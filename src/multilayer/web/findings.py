"""Findings and diagnoses as the page shows them: the sentences of the command line, part by part."""

from __future__ import annotations

import msgspec

from multilayer.diagnosis import Diagnosis, Finding
from multilayer.diagnosis.phrases import sentence
from multilayer.diagnosis.text import about, lines_of, made, not_made, to_text, where
from multilayer.network import MLP

__all__ = ["DiagnosisText", "FindingText", "diagnosis_text", "finding_text"]

_WIDTH = 100


class FindingText(msgspec.Struct):
    """A finding: what it is, where, by what it was found, what to do about it."""

    key: str
    """The name of its check, and its layer."""
    severity: str
    title: str
    layer: int | None
    units: tuple[int, ...]
    where: str
    evidence: str
    advice: str


class DiagnosisText(msgspec.Struct):
    """A diagnosis. `text` is what `multilayer diagnose` prints."""

    verdict: str
    trouble: bool
    findings: list[FindingText]
    not_measured: list[tuple[str, str]]
    checked: str
    about: str
    text: str


def finding_text(finding: Finding, network: MLP) -> FindingText:
    """Return a finding of training under way."""
    return FindingText(
        f"{finding.check}@{finding.layer}",
        finding.severity,
        sentence(finding.title),
        finding.layer,
        finding.units,
        where(finding, network),
        sentence(finding.evidence),
        sentence(finding.advice),
    )


def diagnosis_text(diagnosis: Diagnosis) -> DiagnosisText:
    """Return a diagnosis. What its verdict says is not said again with the first finding."""
    evidence = diagnosis.evidence
    findings = [finding_text(finding, evidence.network) for finding in diagnosis.findings]
    for finding, text in zip(diagnosis.findings, findings, strict=True):
        if sentence(finding.evidence) not in lines_of(finding, diagnosis).values():
            text.evidence = ""
    return DiagnosisText(
        sentence(diagnosis.verdict),
        diagnosis.trouble,
        findings,
        not_made(diagnosis),
        made(diagnosis),
        about(evidence),
        to_text(diagnosis, _WIDTH),
    )

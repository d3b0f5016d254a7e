"""A diagnosis in a notebook: the same as the text, as HTML without scripts or styles."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from multilayer.diagnosis.wording import checked, sentence, subject, where

if TYPE_CHECKING:
    from multilayer.diagnosis.diagnosis import Diagnosis
    from multilayer.diagnosis.finding import Finding

__all__ = ["to_html"]


def to_html(diagnosis: Diagnosis) -> str:
    """Return the diagnosis as an element to show in a notebook, every text escaped."""
    made = checked([c.name for c in diagnosis.checks], [o.check for o in diagnosis.not_measured])
    left = "".join(
        f"<li>{escape(outcome.check)}: {escape(sentence(outcome.reason))}</li>"
        for outcome in diagnosis.not_measured
    )
    about = [f"Checked: {', '.join(made)}.", f"{subject(diagnosis.evidence)}."]
    about += map(sentence, diagnosis.evidence.notes)
    return (
        f"<div><p><strong>{escape(sentence(diagnosis.verdict))}</strong></p>"
        + _list("ol", "".join(_item(finding, diagnosis) for finding in diagnosis.findings))
        + (f"<p>Not measured:</p>{_list('ul', left)}" if left else "")
        + "".join(f"<p>{escape(text)}</p>" for text in about)
        + "</div>"
    )


def _item(finding: Finding, diagnosis: Diagnosis) -> str:
    place = where(finding, diagnosis.evidence) if finding.units else ""
    said = {"Where": place, "Found": finding.evidence, "To do": finding.advice}
    lines = "".join(f"<br>{name}: {escape(sentence(text))}" for name, text in said.items() if text)
    severity = finding.severity.capitalize()
    return f"<li><strong>{severity}:</strong> {escape(sentence(finding.title))}{lines}</li>"


def _list(kind: str, entries: str) -> str:
    return f"<{kind}>{entries}</{kind}>" if entries else ""

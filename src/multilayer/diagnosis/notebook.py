"""A diagnosis in a notebook: the same as the text, as HTML without scripts or styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from multilayer._base.text import html_text
from multilayer.diagnosis.wording import lines_of, made, not_made, sentence, subject

if TYPE_CHECKING:
    from multilayer.diagnosis.diagnosis import Diagnosis
    from multilayer.diagnosis.finding import Finding

__all__ = ["to_html"]


def to_html(diagnosis: Diagnosis) -> str:
    """Return the diagnosis as an element to show in a notebook, every text escaped."""
    left = "".join(f"<li>{html_text(f'{names}: {reason}')}</li>" for names, reason in not_made(diagnosis))
    about = [f"Checked: {made(diagnosis)}", f"{subject(diagnosis.evidence)}."]
    about += map(sentence, diagnosis.evidence.notes)
    return (
        f"<div><p><strong>{html_text(sentence(diagnosis.verdict))}</strong></p>"
        + _list("ol", "".join(_item(finding, diagnosis) for finding in diagnosis.findings))
        + (f"<p>Not measured:</p>{_list('ul', left)}" if left else "")
        + "".join(f"<p>{html_text(text)}</p>" for text in about)
        + "</div>"
    )


def _item(finding: Finding, diagnosis: Diagnosis) -> str:
    lines = "".join(f"<br>{name}: {html_text(text)}" for name, text in lines_of(finding, diagnosis).items())
    severity = finding.severity.capitalize()
    return f"<li><strong>{severity}:</strong> {html_text(sentence(finding.title))}{lines}</li>"


def _list(kind: str, entries: str) -> str:
    return f"<{kind}>{entries}</{kind}>" if entries else ""

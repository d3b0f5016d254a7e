"""A diagnosis as plain text: the verdict, the findings, what was not measured, what was checked."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

from multilayer.diagnosis.wording import checked, sentence, subject, where

if TYPE_CHECKING:
    from multilayer.diagnosis.diagnosis import Diagnosis

__all__ = ["to_text"]

_NARROWEST, _WIDEST = 40, 100


def to_text(diagnosis: Diagnosis, width: int | None = None) -> str:
    """Return the diagnosis as lines of at most `width` characters: the terminal's, unless given."""
    if width is None:
        width = min(max(shutil.get_terminal_size().columns - 1, _NARROWEST), _WIDEST)
    return "\n\n".join("\n".join(block) for block in _blocks(diagnosis, width))


def _blocks(diagnosis: Diagnosis, width: int) -> Iterator[list[str]]:
    evidence = diagnosis.evidence
    yield _wrapped(sentence(diagnosis.verdict), width)
    for number, finding in enumerate(diagnosis.findings, 1):
        head = f"{number}. {finding.severity.capitalize()}: "
        place = where(finding, evidence)
        lines = _wrapped(sentence(finding.title), width, head, "   ")
        if place and finding.units:
            lines += _wrapped(sentence(place), width, "   Where: ")
        lines += _wrapped(sentence(finding.evidence), width, "   Found: ")
        lines += _wrapped(sentence(finding.advice), width, "   To do: ")
        yield lines
    if diagnosis.not_measured:
        yield [
            "Not measured:",
            *(
                line
                for outcome in diagnosis.not_measured
                for line in _wrapped(sentence(outcome.reason), width, f"- {outcome.check}: ", "  ")
            ),
        ]
    made = checked([c.name for c in diagnosis.checks], [o.check for o in diagnosis.not_measured])
    about = [*_wrapped(", ".join(made) + ".", width, "Checked: ", "  ")] if made else []
    about += _wrapped(f"{subject(evidence)}.", width, "Subject: ", "  ")
    for note in evidence.notes:
        about += _wrapped(sentence(note), width, "Note: ", "  ")
    yield about


def _wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    later = " " * len(first) if rest is None else rest
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)

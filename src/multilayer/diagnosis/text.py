"""A diagnosis as plain text: the verdict, the findings, what was not measured, what was checked."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from multilayer.diagnosis.wording import lines_of, made, not_made, sentence, subject

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
        lines = _wrapped(sentence(finding.title), width, head, "   ")
        for heading, text in lines_of(finding, diagnosis).items():
            lines += _wrapped(text, width, f"   {heading}: ")
        yield lines
    left = not_made(diagnosis)
    if left:
        entries = [_wrapped(f"{names}: {reason}", width, "- ", "  ") for names, reason in left]
        yield ["Not measured:", *chain.from_iterable(entries)]
    about = _wrapped(made(diagnosis), width, "Checked: ", "  ")
    about += _wrapped(f"{subject(evidence)}.", width, "Case: ", "  ")
    for note in evidence.notes:
        about += _wrapped(sentence(note), width, "Note: ", "  ")
    yield about


def _wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    later = " " * len(first) if rest is None else rest
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)

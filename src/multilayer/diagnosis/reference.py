"""The explanation of each check: for `multilayer diagnose --explain CHECK`, and for the reference in docs/diagnosis.md.

`python -m multilayer.diagnosis.reference docs/diagnosis.md` writes the reference into the document.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.names import folded
from multilayer._base.text import fill, near_matches, quoted
from multilayer._base.translation import translated
from multilayer._base.width import wrapped
from multilayer.diagnosis.check import Check
from multilayer.diagnosis.checks import CHECKS, consequences

__all__ = ["explain", "paragraphs", "reference", "with_reference"]

HEADINGS = ("What it does", "Why it matters", "Example", "What it cannot see")
_BEGIN, _END = (
    "<!-- python -m multilayer.diagnosis.reference docs/diagnosis.md -->",
    "<!-- end of the reference -->",
)
_WIDTH = 100


def explain(name: str) -> str:
    """Return the explanation of a check as text; of "list" the names and questions of all.

    Raises
    ------
    InputError
        For an unknown name.
    """
    if name == "list":
        width = max(len(check.name) for check in CHECKS)
        return "\n".join(f"{check.name:{width}}  {fill(check.question)}" for check in CHECKS)
    found = next((check for check in CHECKS if folded(check.name) == folded(name)), None)
    if found is None:
        near = near_matches(name, [check.name for check in CHECKS], "--explain list names all")
        raise InputError("no check is called {name}; {near}", name=quoted(name), near=near)
    title, *parts = map(translated, paragraphs(found))
    blocks = [fill("{name}: {question}", name=found.name, question=fill(found.question)), title, *parts]
    explained = _explained(found)
    if explained:
        blocks.append(fill("May explain: {checks}.", checks=", ".join(explained)))
    return "\n\n".join("\n".join(wrapped(block, _WIDTH)) for block in blocks)


def reference() -> str:
    """Return the explanations of all checks in Markdown."""
    return "\n\n".join(map(_entry, CHECKS))


def _entry(check: Check) -> str:
    title, *parts = map(translated, paragraphs(check))
    marked = [re.sub(r"^([^:]+):", r"**\1.**", part) for part in parts]
    explained = _explained(check)
    if explained:
        marked.append(fill("**May explain.** {checks}.", checks=", ".join(explained)))
    return "\n\n".join([f"### {check.name}", f"*{fill(check.question)}* {title}", *marked])


def paragraphs(check: Check) -> list[str]:
    """Return the paragraphs of an explanation in English, each in one line."""
    return [" ".join(paragraph.split()) for paragraph in check.explanation.split("\n\n")]


def _explained(check: Check) -> list[str]:
    """Return the checks whose findings a check may explain, in order."""
    closure = consequences().get(check.name, frozenset())
    return [other.name for other in CHECKS if other.name in closure]


def with_reference(document: str) -> str:
    """Return the document with the reference between its marks."""
    before, rest = document.split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n\n{reference()}\n\n{_END}{after}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_reference(path.read_text(encoding="utf-8")), encoding="utf-8")

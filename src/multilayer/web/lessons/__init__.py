"""Guided lessons: each a TOML file here, with its texts in every language, and a question that the page can check."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec

from multilayer._base.language import language
from multilayer.web.lessons.checks import Check

__all__ = ["Lesson", "Step", "Text", "lessons"]

_FOLDER = Path(__file__).parent


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in every language; what stands between backticks is a formula or a name."""

    en: str
    ko: str

    def __str__(self) -> str:
        """Return it in the language of the present context."""
        found: str = getattr(self, language(), self.en)
        return found.strip()


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step: what is shown and said, and perhaps a question."""

    text: Text
    view: str | None = None
    """The view to go to; None stays."""
    preset: str | None = None
    """What to open; None leaves what is open."""
    question: Text | None = None
    check: Check | None = None
    options: tuple[Text, ...] = ()
    """Answers to choose from."""
    hide: tuple[str, ...] = ()
    """Arrays whose cells are covered, since they are asked for: `a(1)`."""
    hint: Text | None = None
    """Said after a wrong answer."""


class Lesson(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A title and steps."""

    title: Text
    steps: tuple[Step, ...]


@cache
def lessons() -> tuple[Lesson, ...]:
    """Return the lessons in their order."""
    files = sorted(_FOLDER.glob("*.toml"))
    return tuple(msgspec.toml.decode(file.read_bytes(), type=Lesson) for file in files)

"""Text by the columns that it takes on a terminal: a letter of Korean, Chinese or Japanese takes two."""

from __future__ import annotations

import textwrap
from unicodedata import east_asian_width

__all__ = ["aligned", "columns_of", "narrowed", "widened", "wrapped"]

_FILLER = "\0"
"""It stands for the second column of a letter; text that is shown has none, as it is printable."""


def columns_of(text: str) -> int:
    """Return how many columns a text takes.

    >>> columns_of("layer 2"), columns_of("층 2")
    (7, 4)
    """
    return len(text) if text.isascii() else len(text) + sum(map(_is_wide, text))


def aligned(text: str, width: int, *, left: bool = False) -> str:
    """Return a text with spaces before it, or, aligned left, after it, so that it takes `width` columns."""
    spaces = " " * (width - columns_of(text))
    return text + spaces if left else spaces + text


def wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Return lines of at most `width` columns, the first one after `first`, the others after `rest`.

    >>> wrapped("가중치와 편향을 고칩니다", 14)
    ['가중치와', '편향을', '고칩니다']
    """
    lines = textwrap.wrap(
        widened(text),
        width,
        initial_indent=widened(first),
        subsequent_indent=widened(rest),
        break_on_hyphens=False,
    )
    return [narrowed(line) for line in lines]


def widened(text: str) -> str:
    """Return a text with a filler after each letter that takes two columns, for what counts characters."""
    return text if text.isascii() else "".join(c + _FILLER if _is_wide(c) else c for c in text)


def narrowed(text: str) -> str:
    """Return the text without the fillers."""
    return text.replace(_FILLER, "")


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"

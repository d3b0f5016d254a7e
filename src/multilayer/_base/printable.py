"""Text that is safe to show: what comes from files and data may hold anything, what reaches a screen may not.

Every face makes text printable where it lays it out, in one place: tables and summaries (`network.view`, `Summary`,
`Ranking`), the text of a diagnosis (`diagnosis.wording.sentence`), HTML (`html_text`), the terminal
(`cli.console`), the progress bar (`training.progress`), errors and warnings (`errors`).
"""

from __future__ import annotations

__all__ = ["html_text", "one_line", "printable", "shows"]

_LONGEST_MESSAGE = 500

# Part of how words are written: spaces other than the plain one, and the joiners of Persian, Hindi and emoji.
_SET_WITH_WORDS = frozenset("\u00a0\u2002\u2003\u2009\u200a\u202f\u3000\u200c\u200d")


def printable(text: str) -> str:
    r"""Return `text` in one line, with a visible escape for each character that is not shown but does something.

    These are control characters, line ends and escape codes among them, marks that change the direction of
    writing, halves of surrogate pairs, and what Unicode leaves undefined.

    >>> printable("two\nlines"), printable("\x1b[2Jgone"), printable("right to left \u202e")
    ('two\\nlines', '\\x1b[2Jgone', 'right to left \\u202e')
    >>> printable("größe 12 %, 葉")
    'größe 12 %, 葉'
    """
    if text.isprintable():
        return text
    return "".join(c if shows(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def shows(character: str) -> bool:
    """Whether a character stands for what it is, and does nothing else."""
    return character.isprintable() or character in _SET_WITH_WORDS


def one_line(text: str, longest: int = _LONGEST_MESSAGE) -> str:
    """Return `text` printable, of at most `longest` characters: of a longer one the middle is left out.

    >>> one_line("from the beginning to the end", 20)
    'from the ... the end'
    """
    if len(text) > longest:  # before anything looks at every character
        text = _cut(text, longest)
    text = printable(text)
    return _cut(text, longest) if len(text) > longest else text


def _cut(text: str, longest: int) -> str:
    kept = longest - len(" ... ")
    return f"{text[: kept - kept // 2]} ... {text[len(text) - kept // 2 :]}"


def html_text(text: str) -> str:
    r"""Return `text` as it may stand in HTML, in an element or in an attribute.

    >>> html_text("<b>\x1b[2J")
    '&lt;b&gt;\\x1b[2J'
    """
    from html import escape  # for pages and notebooks only

    return escape(printable(text))

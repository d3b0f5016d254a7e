"""Text that users read: sentences with named places, and names and data made safe to show in them.

Text from files and data may hold anything. Each part of the program that shows text makes it printable where it lays
it out: tables (`table`), the text of a diagnosis (`diagnosis.phrases.sentence`), HTML (`html_text`), the terminal
(`cli.console`), the progress bar (`training.progress`), errors and warnings (`errors`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import reduce
from itertools import islice

from multilayer._base.translation import translated

__all__ = [
    "both",
    "either",
    "fill",
    "first_names",
    "html_text",
    "near_matches",
    "near_or_found",
    "one_line",
    "one_of",
    "percent",
    "printable",
    "quoted",
    "shows",
]

_LONGEST_MESSAGE = 500

# Part of how words are written: spaces other than the plain one, and the joiners of Persian, Hindi and emoji.
_SET_WITH_WORDS = frozenset("\u00a0\u2002\u2003\u2009\u200a\u202f\u3000\u200c\u200d")
_LONGEST_QUOTE = 40
_LONGEST_LIST = 12
_FIRST_NAMES = 3

# What is compared to find near matches: difflib takes a millisecond for two names that are long and alike.
_LONGEST_COMPARED = 48
_MOST_COMPARED = 200
_MOST_RANKED = 10_000


def fill(template: str, /, **places: object) -> str:
    """Return a sentence: a whole template, translated, with its named places filled in.

    A translator sees whole sentences, and may put the places in another order. Numbers are formatted by the template.
    `python -m tools.translations` finds templates that are written in the call; others are marked: `N_("...")`.

    >>> fill("layer {layer}: {fraction:.0%} of the units are dead", layer=2, fraction=0.25)
    'layer 2: 25% of the units are dead'
    """
    return translated(template).format_map(places)


def percent(fraction: float) -> str:
    """Return a fraction as a percentage of three digits; it is 0 or 100 only where the fraction is exactly 0 or 1.

    >>> percent(0.25), percent(0.99996), percent(1.0), percent(2.5e-9), percent(12.5)
    ('25\xa0%', '99.996\xa0%', '100\xa0%', '<\xa00.001\xa0%', '1250\xa0%')
    """
    if 0.0 < fraction < 1e-5:
        return "<\u00a00.001\u00a0%"
    if 10.0 <= fraction < 1000.0:
        return f"{100 * fraction:.0f}\u00a0%"
    texts = (f"{100 * fraction:.{digits}g}" for digits in range(3, 18))
    return f"{next(text for text in texts if text != '100' or fraction == 1.0)}\u00a0%"


def printable(text: str) -> str:
    r"""Return `text` in one line, with a visible escape for each character that is not shown but does something.

    These are control characters, line ends and escape codes among them, marks that change the direction of writing,
    halves of surrogate pairs, and what Unicode leaves undefined.

    >>> printable("two\nlines"), printable("\x1b[2Jgone"), printable("right to left \u202e")
    ('two\\nlines', '\\x1b[2Jgone', 'right to left \\u202e')
    >>> printable("größe 12 %, 葉")
    'größe 12 %, 葉'
    """
    if text.isprintable():
        return text
    return "".join(c if shows(c) else c.encode("unicode_escape").decode("ascii") for c in text)


def shows(character: str) -> bool:
    """Whether a character is visible or a space, and not a control character."""
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
    r"""Return `text` escaped for HTML, for an element or an attribute.

    >>> html_text("<b>\x1b[2J")
    '&lt;b&gt;\\x1b[2J'
    """
    from html import escape  # for pages and notebooks only

    return escape(printable(text))


def quoted(text: str) -> str:
    """Return `text` in quotes, in one line and shortened."""
    return f"'{one_line(text, _LONGEST_QUOTE)}'"


def near_matches(wrong: str, known: Collection[str], many: str = "") -> str:
    """Return a hint for an unknown name: near matches, or else the known names, or `many` where they are many.

    >>> near_matches("activaton", ["W", "b", "activation"])
    "did you mean 'activation'?"
    >>> near_matches("units", ["W", "b", "activation"])
    "expected 'W', 'b' or 'activation'"
    """
    near = did_you_mean(wrong, known)
    if near:
        return near
    if len(known) > _LONGEST_LIST:
        first = quoted(next(iter(known)))
        return many or fill("there are {count} names, from {first} on", count=len(known), first=first)
    return fill("expected {names}", names=one_of(map(quoted, known)))


def did_you_mean(wrong: str, known: Collection[str]) -> str:
    """Return a question with the near matches of an unknown name; empty where there are none.

    >>> did_you_mean("activaton", ["W", "b", "activation"]), did_you_mean("units", ["W", "b"])
    ("did you mean 'activation'?", '')
    """
    near = _near(wrong, known)
    return fill("did you mean {names}?", names=either(map(quoted, near))) if near else ""


def near_or_found(wrong: str, known: Collection[str], found: Sequence[str] | None = None) -> str:
    """Return a hint for a column that is not there: near matches, or else the first names that were found.

    >>> near_or_found("agee", ["age", "job"]), near_or_found("pay", ["age", "job", "x", "y"])
    ("did you mean 'age'?", "found 'age', 'job', 'x', ...")
    """
    names = [*known] if found is None else found
    return did_you_mean(wrong, known) or fill("found {columns}", columns=first_names(names))


def first_names(names: Sequence[str]) -> str:
    """Return the first three names in quotes, with three points where there are more."""
    shown = ", ".join(map(quoted, names[:_FIRST_NAMES]))
    return f"{shown}, ..." if len(names) > _FIRST_NAMES else shown


def either(words: Iterable[str]) -> str:
    """Return words with "or" between them.

    >>> either(["W", "b", "a"])
    'W or b or a'
    """
    return reduce(lambda one, other: fill("{one} or {other}", one=one, other=other), words)


def both(words: Iterable[str]) -> str:
    """Return words with "and" between them; without words, nothing.

    >>> both(["W", "b"]), both([])
    ('W and b', '')
    """
    listed = [*words]
    return (
        reduce(lambda one, other: fill("{one} and {other}", one=one, other=other), listed) if listed else ""
    )


def one_of(words: Iterable[str]) -> str:
    """Return words with commas between them, and with "or" before the last.

    >>> one_of(["W", "b", "a"])
    'W, b or a'
    """
    *others, last = words
    return either([", ".join(others), last] if others else [last])


def _near(wrong: str, known: Collection[str]) -> list[str]:
    """Return up to two names like `wrong`. However many and long names are, the work is bounded."""
    import difflib  # for mistakes only
    import heapq

    wrong = _folded(wrong)
    folded = {_folded(name): name for name in islice(known, _MOST_RANKED)}
    compared = heapq.nlargest(_MOST_COMPARED, folded, key=lambda name: _shared_ends(wrong, name))
    return [folded[name] for name in difflib.get_close_matches(wrong, compared, n=2)]


def _folded(name: str) -> str:
    return name[:_LONGEST_COMPARED].casefold()[:_LONGEST_COMPARED]


def _shared_ends(one: str, other: str) -> int:
    """Return how many characters two names share at their beginning and at their end."""
    return _shared_beginning(one, other) + _shared_beginning(one[::-1], other[::-1])


def _shared_beginning(one: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))

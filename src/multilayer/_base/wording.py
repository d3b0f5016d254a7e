"""How messages quote what a user gave: always in one line, never at great length."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from itertools import islice

from multilayer._base.errors import InputError
from multilayer._base.printable import one_line

__all__ = ["located", "near_matches", "one_line", "quoted"]

_LONGEST_QUOTE = 40
_LONGEST_LIST = 12

# What is compared to find near matches: difflib takes a millisecond for two names that are long and alike.
_LONGEST_COMPARED = 48
_MOST_COMPARED = 200
_MOST_RANKED = 10_000


def quoted(text: str) -> str:
    """Return `text` in quotes, in one line and shortened."""
    return f"'{one_line(text, _LONGEST_QUOTE)}'"


def near_matches(wrong: str, known: Collection[str], many: str = "") -> str:
    """Return what to say of an unknown name: the names it may stand for, or else the known ones, or of many `many`.

    >>> near_matches("activaton", ["W", "b", "activation"])
    "did you mean 'activation'?"
    >>> near_matches("units", ["W", "b", "activation"])
    "expected 'W', 'b' or 'activation'"
    """
    near = _near(wrong, known)
    if near:
        return f"did you mean {' or '.join(map(quoted, near))}?"
    if len(known) > _LONGEST_LIST:
        return many or f"there are {len(known)} names, from {quoted(next(iter(known)))} on"
    *others, last = map(quoted, known)
    return f"expected {', '.join(others)} or {last}" if others else f"expected {last}"


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


@contextmanager
def located(place: str) -> Iterator[None]:
    """Put `place` before the message of an InputError that passes through."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from None

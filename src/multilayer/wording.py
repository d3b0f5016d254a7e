"""How messages quote what a user gave: always in one line, never at great length."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from multilayer.errors import InputError
from multilayer.printable import one_line

__all__ = ["located", "near_matches", "one_line", "quoted"]

_LONGEST_QUOTE = 40
_LONGEST_LIST = 12


def quoted(text: str) -> str:
    """Return `text` in quotes, in one line and shortened."""
    return f"'{one_line(text, _LONGEST_QUOTE)}'"


def near_matches(wrong: str, known: Collection[str]) -> str:
    """Return what to say of an unknown name: the names it may stand for, or else the known ones.

    >>> near_matches("activaton", ["W", "b", "activation"])
    "did you mean 'activation'?"
    >>> near_matches("units", ["W", "b", "activation"])
    "expected 'W', 'b' or 'activation'"
    """
    import difflib  # for mistakes only

    folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wrong[:200].casefold(), folded, n=2)
    if near:
        return f"did you mean {' or '.join(quoted(folded[name]) for name in near)}?"
    if len(folded) > _LONGEST_LIST:
        return f"there are {len(folded)} names, from {quoted(next(iter(known)))} on"
    *others, last = map(quoted, known)
    return f"expected {', '.join(others)} or {last}" if others else f"expected {last}"


@contextmanager
def located(place: str) -> Iterator[None]:
    """Put `place` before the message of an InputError that passes through."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from None

"""The language that users read: `use_language` for the process, `in_language` for a context, such as a web request.

Sentences, help and headings are translated; numbers, names, and the keys of JSON are the same in every language.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from multilayer._base.errors import InputError
from multilayer._base.text import near_matches, quoted
from multilayer._base.translation import Language, back, of_context, of_process, present

__all__ = [
    "CATALOGUES",
    "DOMAIN",
    "checked_language",
    "in_language",
    "language",
    "language_of_environment",
    "language_of_request",
    "languages",
    "use_language",
]

DOMAIN = "multilayer"
CATALOGUES = Path(__file__).parents[1] / "locale"

_LONGEST_ACCEPTED = 1000
"""Characters of an Accept-Language that are read."""

# The order in which gettext reads them.
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@cache
def languages() -> tuple[str, ...]:
    """Return the codes of the languages there are.

    >>> languages()
    ('en', 'ko')
    """
    found = CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")
    return ("en", *sorted(catalogue.parts[-3] for catalogue in found))


def language() -> str:
    """Return the code of the language in which sentences are written at present."""
    return present().code


def use_language(code: str) -> None:
    """Write sentences in this language from now on, in every thread that has chosen no other.

    Parameters
    ----------
    code : str
        One of `languages()`, or a locale of one, such as "ko_KR.UTF-8".

    Raises
    ------
    InputError
        If there is no such language.
    """
    of_process(_loaded(checked_language(code)))


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Write the sentences of the present context in this language: those of one task or thread.

    >>> with in_language("ko"):
    ...     language()
    'ko'
    """
    token = of_context(_loaded(checked_language(code)))
    try:
        yield
    finally:
        back(token)


def checked_language(code: str) -> str:
    """Return the language of a code or locale, or raise an InputError that names those there are."""
    known = _known(code) if isinstance(code, str) else None
    if known is None:
        near = near_matches(str(code), languages())
        raise InputError("there is no language {code}; {near}", code=quoted(str(code)), near=near)
    return known


def language_of_environment() -> str:
    """Return the language that LANGUAGE, LC_ALL, LC_MESSAGES or LANG asks for, or English.

    The first of them that is set decides, as gettext has it. It may list several: the first that there is, is taken.
    """
    asked = next((value for name in _VARIABLES if (value := os.environ.get(name))), "")
    return next((known for code in asked.split(":") if (known := _known(code))), "en")


def language_of_request(accepted: str) -> str:
    """Return the language that a browser asks for: the best of an Accept-Language that there is, or English.

    >>> language_of_request("fr, ko-KR;q=0.8, en;q=0.9"), language_of_request("en;q=0, ko"), language_of_request("*")
    ('en', 'ko', 'en')
    """
    wanted: list[tuple[float, str]] = []
    for one in accepted[:_LONGEST_ACCEPTED].split(","):
        code, _, weight = one.partition(";")
        known = _known(code.strip())
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", weight) if weight else None
        quality = 1.0 if not weight else float(found[1]) if found else 0.0
        if known and quality > 0.0:
            wanted.append((quality, known))
    return max(wanted, key=lambda pair: pair[0], default=(0.0, "en"))[1]


def _known(code: str) -> str | None:
    """Return the language of a code or locale, such as ko-KR or ko_KR.UTF-8, or None."""
    name = re.split(r"[-_.@]", code, maxsplit=1)[0].lower()
    return name if name in languages() else None


@cache
def _loaded(code: str) -> Language:
    if code == "en":
        return Language()
    return Language(code, gettext.translation(DOMAIN, CATALOGUES, [code]))

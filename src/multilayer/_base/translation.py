"""Where sentences are looked up: in the translations of the present context, or else in those of the process."""

from __future__ import annotations

import gettext
from contextvars import ContextVar, Token
from dataclasses import dataclass, field

__all__ = ["N_", "Language", "back", "of_context", "of_process", "present", "translated"]


@dataclass(frozen=True)
class Language:
    """A language by its code, with what translates into it."""

    code: str = "en"
    translations: gettext.NullTranslations = field(default_factory=gettext.NullTranslations)


_process = [Language()]
_context: ContextVar[Language | None] = ContextVar("multilayer.language", default=None)


def present() -> Language:
    """Return the language of the present context, or else that of the process."""
    return _context.get() or _process[0]


def of_process(language: Language) -> None:
    """Look up sentences in this language, wherever a context has none of its own."""
    _process[0] = language


def of_context(language: Language) -> Token[Language | None]:
    """Look up the sentences of the present context in this language; its variable's token takes it back."""
    return _context.set(language)


def back(token: Token[Language | None]) -> None:
    """Look up the sentences of the present context as before `of_context`."""
    _context.reset(token)


def translated(text: str) -> str:
    """Return a text without places, or a template, in the present language; English where there is no other."""
    # What gettext has under the empty text is the head of its catalogue.
    return present().translations.gettext(text) if text else text


def N_(template: str) -> str:
    """Return the template as it is: it marks a constant that is filled elsewhere, for the catalogue to hold it.

    The name is gettext's own for this.
    """
    return template

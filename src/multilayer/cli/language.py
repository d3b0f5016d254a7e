"""The language of the command line: `--lang`, or that of the environment; and help in that language.

click looks up what it says of its own by the functions of gettext, which know the process's domain and environment
alone; both are set while a command runs, and then restored.
"""

from __future__ import annotations

import copy
import gettext
import inspect
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from click.core import ParameterSource

from multilayer._base.language import (
    CATALOGUES,
    DOMAIN,
    checked_language,
    language,
    language_of_environment,
    languages,
    use_language,
)
from multilayer._base.translation import translated
from multilayer._base.width import narrowed, widened

__all__ = [
    "Context",
    "asked_language",
    "help_option",
    "in_chosen_language",
    "language_option",
    "translated_command",
]


@contextmanager
def in_chosen_language() -> Iterator[None]:
    """Use the language of the environment, which `--lang` may change, and afterwards the one from before."""
    domain, code, variable = gettext.textdomain(), language(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(CATALOGUES))
    gettext.textdomain(DOMAIN)
    _choose(language_of_environment())
    try:
        yield
    finally:
        gettext.textdomain(domain)
        use_language(code)
        if variable is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = variable


def _choose(code: str) -> None:
    use_language(code)
    os.environ["LANGUAGE"] = language()  # the first that gettext reads


def _chosen(_: click.Context, __: click.Parameter, code: str | None) -> None:
    if code is not None:
        _choose(checked_language(code))


def asked_language() -> str | None:
    """Return the language of `--lang`, or one of the environment other than English; else None."""
    context = click.get_current_context(silent=True)
    while context is not None:
        if context.get_parameter_source("lang") is ParameterSource.COMMANDLINE:
            return language()
        context = context.parent
    return None if language() == "en" else language()


language_option = click.option(
    "--lang",
    metavar="LANGUAGE",
    is_eager=True,
    expose_value=False,
    callback=_chosen,
    shell_complete=lambda _, __, incomplete: [code for code in languages() if code.startswith(incomplete)],
    help="Language of messages, en or ko (default: that of the environment).",
)
help_option = click.help_option("-h", "--help", help="Show this message and exit.")


def translated_command(command: click.Command) -> click.Command:
    """Return a command with its help in the present language."""
    same = copy.copy(command)
    same.help, same.epilog = _translated(command.help), _translated(command.epilog)
    same.context_class = Context
    same.params = [_translated_option(option) for option in command.params]
    return same


def _translated_option(option: click.Parameter) -> click.Parameter:
    if not isinstance(option, click.Option):
        return option
    same = copy.copy(option)
    same.help = _translated(option.help)
    return same


def _translated(text: str | None) -> str | None:
    return text and translated(inspect.cleandoc(text))


class _Formatter(click.HelpFormatter):
    """Wraps help by the columns that it takes on a terminal: a Korean letter takes two."""

    def write(self, string: str) -> None:
        super().write(narrowed(string))

    def write_text(self, text: str) -> None:
        super().write_text(widened(text))

    def write_dl(self, rows: Iterable[tuple[str, str]], *places: Any, **options: Any) -> None:
        super().write_dl([(widened(name), widened(text)) for name, text in rows], *places, **options)


class Context(click.Context):
    """The context of a command, with the formatter of its help."""

    formatter_class = _Formatter

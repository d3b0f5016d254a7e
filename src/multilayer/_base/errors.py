"""The errors a user can cause, and can mend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from multilayer._base.text import one_line

__all__ = ["FallbackWarning", "InputError", "MissingExtraError", "TrainingWarning", "located"]

_LONGEST_WARNING = 2000


class InputError(ValueError):
    """Something given to multilayer is not what it has to be.

    The message is one line that says where, what was expected, what was found and how to mend it.
    The command line prints it and ends with exit code 2. What it quotes is made printable, and its length is bounded.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class MissingExtraError(ImportError):
    """A feature needs a package that is not installed; the message names the extra that brings it."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(f'{feature} needs {package}: install it with  pip install "multilayer[{extra}]"')


class TrainingWarning(UserWarning):
    """Training ended early because a number was nan or infinite, or a checkpoint could not be saved.

    The message says where, and what helps.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message, _LONGEST_WARNING))


class FallbackWarning(UserWarning):
    """Networks run in NumPy, as there is no native core; given once, unless MULTILAYER_BACKEND=numpy asks for it."""


@contextmanager
def located(place: str) -> Iterator[None]:
    """Put `place` before the message of an InputError that passes through."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from None

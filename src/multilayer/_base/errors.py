"""The errors that a user can cause and correct."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from multilayer._base.text import fill, one_line
from multilayer._base.translation import translated

__all__ = ["FallbackWarning", "InputError", "MissingExtraError", "TrainingWarning", "located"]

_LONGEST_WARNING = 2000


class InputError(ValueError):
    """An argument or a file is not as expected.

    The message is one line: where, what was expected, what was found, and how to correct it. The command line prints
    it and exits with code 2. It is given in English, as a template with places, and is translated and filled here as by
    `fill`; without places it is a message as it is. It is made printable, and its length is bounded.

    >>> print(InputError("{name} needs the option {option}=", name="fit", option="loss"))
    fit needs the option loss=
    """

    def __init__(self, message: str, /, **places: object) -> None:
        super().__init__(one_line(fill(message, **places) if places else translated(message)))


class MissingExtraError(ImportError):
    """A feature needs a package that is not installed; the message names the extra that installs it."""

    def __init__(self, feature: str, package: str, extra: str) -> None:
        super().__init__(
            fill(
                '{feature} needs {package}: install it with  pip install "multilayer[{extra}]"',
                feature=translated(feature),
                package=package,
                extra=extra,
            )
        )


class TrainingWarning(UserWarning):
    """Training ended early because a number was nan or infinite, or a checkpoint could not be saved.

    The message names the place and a remedy.
    """

    def __init__(self, message: str) -> None:
        super().__init__(one_line(translated(message), _LONGEST_WARNING))


class FallbackWarning(UserWarning):
    """The native core could not be loaded, so NumPy computes instead, more slowly.

    It is issued once, and never where MULTILAYER_BACKEND=numpy asks for NumPy.
    """


@contextmanager
def located(place: str) -> Iterator[None]:
    """Prefix the message of an InputError raised within with `place`."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{place}: {error}") from None

"""Calls with a wrong keyword: refused with a near match, in the words that every other mistake has."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from multilayer.errors import InputError
from multilayer.wording import near_matches, quoted

__all__ = ["with_known_options"]

P = ParamSpec("P")
R = TypeVar("R")


def with_known_options(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse keywords that the signature of a function does not have, and name those that it needs.

    >>> @with_known_options
    ... def wait(*, seconds): ...
    >>> wait(second=1)
    Traceback (most recent call last):
    multilayer.errors.InputError: wait: no option is called 'second'; did you mean 'seconds'?
    """
    parameters = inspect.signature(function).parameters.values()
    known = [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]

    @functools.wraps(function)
    def call(*arguments: P.args, **options: P.kwargs) -> R:
        for option in options:
            if option not in known:
                hint = near_matches(option, known)
                raise InputError(f"{function.__name__}: no option is called {quoted(option)}; {hint}")
        for option in needed:
            if option not in options:
                raise InputError(f"{function.__name__} needs the option {option}=")
        return function(*arguments, **options)

    return call

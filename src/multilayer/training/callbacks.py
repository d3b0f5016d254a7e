"""Callbacks: what training calls with every event."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from multilayer.errors import InputError
from multilayer.training.events import Epoch, Step
from multilayer.wording import one_line

__all__ = ["Callback", "callables"]

Callback = Callable[[Step | Epoch], Any]


def callables(callbacks: Callback | Iterable[Callback] | None) -> tuple[Callback, ...]:
    """Return callbacks as training calls them; a single one, and none, will do.

    Raises
    ------
    InputError
        When one of them cannot be called, which would show after an epoch only.
    """
    if callbacks is None:
        return ()
    found = tuple(callbacks) if isinstance(callbacks, Iterable) else (callbacks,)
    for number, callback in enumerate(found, 1):
        if not callable(callback) or isinstance(callback, type):
            got = one_line(repr(callback), 60)
            raise InputError(f"callbacks, entry {number}: expected a callable that takes an event; got {got}")
    return found

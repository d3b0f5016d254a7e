"""Callbacks: what training calls with every event, and, where they want to know it, with the outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol, runtime_checkable

from multilayer._base.errors import InputError
from multilayer._base.fields import entries
from multilayer._base.text import one_line
from multilayer.training.events import Epoch, Step, Trained

__all__ = ["Callback", "ToldTheEnd", "callables", "tell_end"]

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
    listed = entries(callbacks)
    found = (callbacks,) if listed is None else listed
    for number, callback in enumerate(found, 1):
        if not callable(callback) or isinstance(callback, type):
            got = one_line(repr(callback), 60)
            raise InputError(f"callbacks, entry {number}: expected a callable that takes an event; got {got}")
    return found


@runtime_checkable
class ToldTheEnd(Protocol):
    """A callback with a method more: it is called once, after the last event, however training ended."""

    def ended(self, trained: Trained, /) -> object:
        """Take note of the outcome."""


def tell_end(callbacks: Iterable[Callback], trained: Trained) -> None:
    """Tell the outcome to the callbacks that want to know it."""
    for callback in callbacks:
        if isinstance(callback, ToldTheEnd):
            callback.ended(trained)

"""Callbacks that are told how training ended."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, runtime_checkable

from multilayer.training.events import Trained

__all__ = ["ToldTheEnd", "tell_end"]


@runtime_checkable
class ToldTheEnd(Protocol):
    """A callback with a method more: it is called once, after the last event, however training ended."""

    def ended(self, trained: Trained, /) -> object:
        """Take note of the outcome."""


def tell_end(callbacks: Iterable[Any], trained: Trained) -> None:
    """Tell the outcome to the callbacks that want to know it."""
    for callback in callbacks:
        if isinstance(callback, ToldTheEnd):
            callback.ended(trained)

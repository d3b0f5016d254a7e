"""What a remedy is: a pure function from how a network was trained to how it might be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from multilayer.diagnosis.remedies.setup import Setup

__all__ = ["NotApplicable", "Remedy", "Variant"]


@dataclass(frozen=True)
class Variant:
    """One way to take a remedy."""

    change: str
    """What it changes, in words: "tanh in the hidden layers, in place of sigmoid"."""
    call: str
    """The same as one writes it."""
    setup: Setup


@dataclass(frozen=True)
class NotApplicable:
    """A remedy, or a way to take it, that is not there to try."""

    change: str
    reason: str


@dataclass(frozen=True)
class Remedy:
    """A name, and the ways to take it from a setup."""

    name: str
    variants: Callable[[Setup], Iterable[Variant | NotApplicable]]

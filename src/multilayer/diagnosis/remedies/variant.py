"""What a remedy is: a function from the setup of a training to other setups, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from multilayer.diagnosis.remedies.setup import Setup

__all__ = ["NotApplicable", "Remedy", "Variant"]


@dataclass(frozen=True)
class Variant:
    """One way to take a remedy."""

    change: str
    """The change in words: "tanh in the hidden layers, in place of sigmoid"."""
    call: str
    """The change in code."""
    setup: Setup


@dataclass(frozen=True)
class NotApplicable:
    """A remedy, or one way to take it, that cannot be tried."""

    change: str
    reason: str


Remedy = Callable[[Setup], Iterable[Variant | NotApplicable]]

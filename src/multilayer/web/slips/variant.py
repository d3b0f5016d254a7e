"""A slip in one place of a network, and what the slips have in common."""

from __future__ import annotations

from dataclasses import dataclass

from multilayer.activations import AlongAxis
from multilayer.web.slips.calculation import Steps, Work

__all__ = ["BACK", "Variant", "is_elementwise", "layers"]

BACK = ("mean loss", "loss", "dz", "da", "dW", "db", "dx")
"""The arrays of the way back, by their beginnings."""


@dataclass(frozen=True)
class Variant:
    """A slip in one place: what it is called there, and the steps it makes."""

    sentence: str
    steps: Steps
    about: tuple[str, ...] = ()
    """The arrays that it is about, by their beginnings; () for all."""


def layers(work: Work, *, last: bool = True) -> range:
    return range(1, work.layers + (1 if last else 0))


def is_elementwise(work: Work, n: int) -> bool:
    return not isinstance(work.activation(n), AlongAxis)

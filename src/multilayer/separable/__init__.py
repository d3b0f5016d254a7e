"""Does a problem need a hidden layer at all? Exact, with the plane or the proof."""

from multilayer.separable.proofs import CommonPoint, Conflict
from multilayer.separable.separability import Separability, separability

__all__ = ["CommonPoint", "Conflict", "Separability", "separability"]


def __dir__() -> list[str]:
    return sorted(__all__)

"""Does a problem need a hidden layer at all? Exact, with the plane or the proof."""

from multilayer.diagnosis.separable.proofs import CommonPoint, Conflict
from multilayer.diagnosis.separable.separability import Separability, separability

__all__ = ["CommonPoint", "Conflict", "Separability", "separability"]

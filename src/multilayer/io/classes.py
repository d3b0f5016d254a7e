"""What the outputs of a network stand for: one class a sample, questions of their own, or quantities."""

from __future__ import annotations

from enum import Enum

from multilayer.activations import AlongAxis, LogSigmoid
from multilayer.network import MLP

__all__ = ["Meaning", "meaning_of"]


class Meaning(Enum):
    """What the outputs stand for."""

    CLASSES = "classes"
    """One class a sample."""
    EACH = "each"
    """Each output is a yes or no of its own: the largest may be the class (one-hot), or several hold (multi-label)."""
    QUANTITIES = "quantities"
    """Numbers, as of a regression."""


def meaning_of(network: MLP) -> Meaning:
    """Return what the outputs stand for, by this rule.

    A network that names its classes says one. Without names, several outputs are classes where they depend on each
    other, as of softmax; where each is between bounds by itself, as of sigmoid, it answers a question of its own. A
    single output between bounds says one of two classes. All others, as of the identity, are quantities.
    """
    activation, units = network.layers[-1].activation, network.shape[-1]
    if network.classes is not None or (isinstance(activation, AlongAxis) and units > 1):
        return Meaning.CLASSES
    interval = activation.facts.range
    bounded = interval.low >= -1.0 and interval.high <= 1.0
    if not bounded and not isinstance(activation, LogSigmoid):
        return Meaning.QUANTITIES
    return Meaning.EACH if units > 1 else Meaning.CLASSES

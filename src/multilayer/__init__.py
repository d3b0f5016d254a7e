"""multilayer: the multilayer perceptron, complete, on NumPy arrays.

See every number of a network, and trust every digit.
"""

from multilayer import activations
from multilayer.diagnosis import Separability, separability
from multilayer.errors import InputError, MissingExtraError
from multilayer.network import MLP, Dense, Trace

__version__ = "0.1.0"

__all__ = [
    "MLP",
    "Dense",
    "InputError",
    "MissingExtraError",
    "Separability",
    "Trace",
    "activations",
    "separability",
]

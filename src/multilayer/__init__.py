"""multilayer: the multilayer perceptron, complete, on NumPy arrays.

See every number of a network, and trust every digit.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from multilayer import activations
from multilayer.backend import set_threads, threads
from multilayer.errors import InputError, MissingExtraError, TrainingWarning
from multilayer.network import MLP, Dense, Trace

if TYPE_CHECKING:
    from multilayer.conversion import from_model
    from multilayer.diagnosis import Diagnosis, Separability, diagnose, separability
    from multilayer.files import load, save
    from multilayer.network.initialized import initialize
    from multilayer.training import Trained, fit, gradients, train

__version__ = "0.1.0"

__all__ = [
    "MLP",
    "Dense",
    "Diagnosis",
    "InputError",
    "MissingExtraError",
    "Separability",
    "Trace",
    "Trained",
    "TrainingWarning",
    "activations",
    "diagnose",
    "fit",
    "from_model",
    "gradients",
    "initialize",
    "load",
    "save",
    "separability",
    "set_threads",
    "threads",
    "train",
]

# Imported when first used, so that a program that only predicts does not wait for them.
_LATER = {
    "from_model": "multilayer.conversion",
    "Diagnosis": "multilayer.diagnosis",
    "diagnose": "multilayer.diagnosis",
    "Separability": "multilayer.diagnosis",
    "separability": "multilayer.diagnosis",
    "load": "multilayer.files",
    "save": "multilayer.files",
    "initialize": "multilayer.network.initialized",
    "Trained": "multilayer.training",
    "fit": "multilayer.training",
    "gradients": "multilayer.training",
    "train": "multilayer.training",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'multilayer' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_LATER[name]), name)
    return found

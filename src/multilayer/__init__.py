"""multilayer: the multilayer perceptron, complete, on NumPy arrays.

See every number of a network, and trust every digit.
"""

from importlib import import_module
from sys import modules
from typing import TYPE_CHECKING, Any

from multilayer import activations
from multilayer._base.errors import InputError, MissingExtraError, TrainingWarning
from multilayer._base.text import fill
from multilayer.backend import get_threads, set_threads, threads
from multilayer.network import MLP, Dense, Trace

if TYPE_CHECKING:
    from multilayer import cluster as cluster
    from multilayer import diagnosis as diagnosis
    from multilayer import estimators as estimators
    from multilayer import exchange as exchange
    from multilayer import initializers as initializers
    from multilayer import interop as interop
    from multilayer import io as io
    from multilayer import losses as losses
    from multilayer import measure as measure
    from multilayer import network as network
    from multilayer import optimizers as optimizers
    from multilayer import plots as plots
    from multilayer import reports as reports
    from multilayer import separable as separable
    from multilayer import tables as tables
    from multilayer import training as training
    from multilayer.diagnosis import Diagnosis, diagnose
    from multilayer.interop import from_model
    from multilayer.io import load, save
    from multilayer.network.initialized import initialize
    from multilayer.separable import Separability, separability
    from multilayer.training import Trained, fit, gradients, train
    from multilayer.web import studio, widget

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
    "get_threads",
    "gradients",
    "initialize",
    "load",
    "save",
    "separability",
    "set_threads",
    "studio",
    "threads",
    "train",
    "widget",
]

# Imported when first used, so that a program that only predicts does not wait for them.
_LATER = {
    "from_model": "multilayer.interop",
    "Diagnosis": "multilayer.diagnosis",
    "diagnose": "multilayer.diagnosis",
    "Separability": "multilayer.separable",
    "separability": "multilayer.separable",
    "load": "multilayer.io",
    "save": "multilayer.io",
    "initialize": "multilayer.network.initialized",
    "Trained": "multilayer.training",
    "fit": "multilayer.training",
    "gradients": "multilayer.training",
    "train": "multilayer.training",
    "studio": "multilayer.web",
    "widget": "multilayer.web",
}

_SUBMODULES = (
    "activations",
    "cluster",
    "diagnosis",
    "estimators",
    "exchange",
    "initializers",
    "interop",
    "io",
    "losses",
    "measure",
    "network",
    "optimizers",
    "plots",
    "reports",
    "separable",
    "tables",
    "training",
)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        found = globals()[name] = getattr(import_module(_LATER[name]), name)
        return found
    if name in _SUBMODULES:
        return import_module(f"multilayer.{name}")
    room = None if name.startswith("_") else _room_of(name)
    message = fill(
        "module 'multilayer' has no attribute {name!r}"
        if room is None
        else "module 'multilayer' has no attribute {name!r}; it is multilayer.{room}.{name}",
        name=name,
        room=room,
    )
    raise AttributeError(message, name=name, obj=modules[__name__])


def _room_of(name: str) -> str | None:
    """Return the submodule that has a name; None where none has, and for a submodule itself."""
    from importlib.util import find_spec

    if find_spec(f"multilayer.{name}") is not None:  # `from multilayer import web` asks here first
        return None
    # The estimators come last: they import scikit-learn, which takes a second.
    for room in sorted(_SUBMODULES, key="estimators".__eq__):
        try:
            public = import_module(f"multilayer.{room}").__all__
        except MissingExtraError:
            continue
        if name in public:
            return room
    return None


def __dir__() -> list[str]:
    from importlib.util import find_spec

    # Tools look up every name of a listing, and without scikit-learn this one can only be refused.
    missing = () if find_spec("sklearn") else ("estimators",)
    return sorted({*__all__, *_SUBMODULES, "__version__"}.difference(missing))

"""Activation functions: value and derivative, right to the last digit."""

from importlib import import_module
from typing import Any

from multilayer.activations.along_axis import AlongAxis as AlongAxis
from multilayer.activations.catalogue import catalogue as catalogue
from multilayer.activations.catalogue import get as get
from multilayer.activations.catalogue import names as names
from multilayer.activations.contract import Activation as Activation
from multilayer.activations.contract import Facts as Facts
from multilayer.activations.contract import Interval as Interval
from multilayer.activations.custom import Custom as Custom
from multilayer.activations.elementwise import Elementwise as Elementwise
from multilayer.activations.surrogate import Surrogate as Surrogate
from multilayer.activations.table import *  # noqa: F403  (every activation, by the table alone)

# Measuring trains networks, so it stands far above this package, and is imported when first used.
_LATER = {"Properties": "multilayer.properties", "measure": "multilayer.properties"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'multilayer.activations' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_LATER[name]), name)
    return found

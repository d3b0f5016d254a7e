"""Activation functions: value and derivative, right to the last digit."""

from importlib import import_module as _import_module
from typing import Any as _Any

from multilayer._base.fields import setting as setting
from multilayer.activations import table as _table
from multilayer.activations.activation import Activation as Activation
from multilayer.activations.activation import Facts as Facts
from multilayer.activations.activation import Interval as Interval
from multilayer.activations.along_axis import AlongAxis as AlongAxis
from multilayer.activations.catalogue import catalogue as catalogue
from multilayer.activations.catalogue import get as get
from multilayer.activations.catalogue import names as names
from multilayer.activations.custom import Custom as Custom
from multilayer.activations.elementwise import Elementwise as Elementwise
from multilayer.activations.surrogate import Surrogate as Surrogate
from multilayer.activations.table import *  # noqa: F403  (every activation, by the table alone)

_KINDS = ("Activation", "AlongAxis", "Custom", "Elementwise", "Facts", "Interval", "Surrogate", "setting")

# Measuring trains networks, so it stands far above this package, and is imported when first used.
_LATER = {"Properties": "multilayer.measure", "measure": "multilayer.measure"}


def __getattr__(name: str) -> _Any:
    if name not in _LATER:
        raise AttributeError(f"module 'multilayer.activations' has no attribute {name!r}")
    found = globals()[name] = getattr(_import_module(_LATER[name]), name)
    return found


def __dir__() -> list[str]:
    listed = [name for name in vars(_table) if not name.startswith("_")]
    return sorted([*listed, *_KINDS, *_LATER, "catalogue", "get", "names"])

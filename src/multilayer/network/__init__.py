"""Networks: layers in a row, and every number of a forward pass."""

from multilayer.network.collapse import Equality, equality
from multilayer.network.dense import Dense
from multilayer.network.mlp import MLP
from multilayer.network.summary import LayerSummary, Summary
from multilayer.network.trace import LayerDifference, LayerRecord, Trace, TraceDifference

__all__ = [
    "MLP",
    "Dense",
    "Equality",
    "LayerDifference",
    "LayerRecord",
    "LayerSummary",
    "Summary",
    "Trace",
    "TraceDifference",
    "equality",
]


def __dir__() -> list[str]:
    return sorted(__all__)

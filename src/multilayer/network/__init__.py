"""Networks: layers in a row, and every number of a forward pass."""

from multilayer.network.collapse import Equality, equality
from multilayer.network.dense import Dense
from multilayer.network.mlp import MLP
from multilayer.network.summary import LayerSummary, Summary
from multilayer.network.trace import LayerRecord, Trace

__all__ = ["MLP", "Dense", "Equality", "LayerRecord", "LayerSummary", "Summary", "Trace", "equality"]


def __dir__() -> list[str]:
    return sorted(__all__)

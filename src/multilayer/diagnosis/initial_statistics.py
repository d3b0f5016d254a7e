"""What the network did before training, and what one does whose weights the initializers draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.diagnosis.evidence import LayerStatistics
from multilayer.diagnosis.layer_accumulator import LayerAccumulator
from multilayer.diagnosis.not_finite import whole
from multilayer.initializers import for_activation
from multilayer.network import MLP, Dense
from multilayer.network.trace import forward

__all__ = ["initial_statistics"]

Layers = tuple[LayerStatistics, ...]


def initial_statistics(
    start: MLP | None, x: NDArray[Any], rng: Random
) -> tuple[Layers | None, Layers | None]:
    """Return the layers of `start` on samples x, and those of a network of its shape with new weights.

    Each is None where it is not known, or lets numbers overflow.
    """
    if start is None:
        return None, None
    drawn = []
    for layer in start.layers:
        W, b = for_activation(layer.activation)(layer.inputs, layer.units, layer.activation, rng)
        drawn.append(Dense(W.astype(start.dtype), b.astype(start.dtype), layer.activation))
    x = x.astype(start.dtype, copy=False)
    return _looked_at(start.layers, x), _looked_at(drawn, x)


def _looked_at(layers: Sequence[Dense], x: NDArray[Any]) -> Layers | None:
    records = tuple(forward(layers, x))
    if not whole(records).all():
        return None
    found = []
    for record in records:
        sums = LayerAccumulator(record)
        sums.add(record)
        found.append(sums.statistics)
    return tuple(found)

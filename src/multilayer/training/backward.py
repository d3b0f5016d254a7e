"""Backpropagation: the forward pass's records, walked from the last to the first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation

__all__ = ["Layer", "LayerGradient", "Record", "backward"]


class Layer(Protocol):
    """What backward needs of a layer; `Dense` has it."""

    @property
    def W(self) -> NDArray[Any]: ...
    @property
    def b(self) -> NDArray[Any]: ...
    @property
    def activation(self) -> Activation: ...


class Record(Protocol):
    """What backward needs to know of a layer's forward pass; `LayerRecord` has it."""

    @property
    def layer(self) -> Layer: ...
    @property
    def x(self) -> NDArray[Any]: ...
    @property
    def a(self) -> NDArray[Any]: ...
    @property
    def z(self) -> NDArray[Any]: ...


@dataclass(frozen=True, eq=False)
class LayerGradient:
    """The gradient of one number with respect to all that a layer holds and sees.

    da has the shape of a, dW of W, db of b, dx of x; dx is None where it was not asked for.
    """

    layer: Layer
    da: NDArray[Any]
    dW: NDArray[Any]
    db: NDArray[Any]
    dx: NDArray[Any] | None


def backward(
    records: Sequence[Record],
    da: NDArray[Any],
    *,
    masks: Sequence[NDArray[Any] | None] = (),
    inputs: bool = True,
) -> Iterator[LayerGradient]:
    """Yield a gradient per layer, from the last to the first.

    Parameters
    ----------
    records : sequence of LayerRecord
        A trace of samples, of shape (samples, inputs).
    da : array, shape (samples, units)
        The gradient with respect to the last weighted sums. From dz it is `activation.vjp(a, z, dz)`.
    masks : sequence of array or None
        What dropout multiplied the z of each layer by on its way to the next.
    inputs : bool
        Whether the first layer's dx is wanted too.
    """
    for n in range(len(records) - 1, -1, -1):
        record = records[n]
        with np.errstate(all="ignore"):
            dx = da @ record.layer.W.T if n or inputs else None
            yield LayerGradient(record.layer, da, record.x.T @ da, da.sum(axis=0), dx)
            if n and dx is not None:
                mask = masks[n - 1] if masks else None
                before = records[n - 1]
                da = before.layer.activation.vjp(before.a, before.z, dx if mask is None else dx * mask)

"""From affine maps and activations in a row to layers, with scales folded into weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.activations import Activation, identity
from multilayer.interop.containers import Affine, Floats, Weights
from multilayer.io.network_document import check_finite
from multilayer.network import Dense

__all__ = ["Chain"]

_WIDEST = 4096
"""Units of a layer that is added to hold an activation or a scale of its own."""


@dataclass(eq=False)
class _Open:
    """A layer whose activation is still to come; folded numbers are float64, and rounded when it is closed."""

    W: NDArray[Any]
    b: NDArray[Any]
    name: str


class Chain:
    """The layers so far, and what awaits the next step: a layer its activation, or scaled columns a layer.

    Scales are folded in float64 and rounded once, to the type of the weights; `notes` says so.
    """

    # A scale is a factor and a shift, as graphs multiply and add in any order, and several in a row become one before
    # a layer is known. `interop.torch` folds by the same `Affine`, with the centre and the deviation that a BatchNorm1d
    # has; it subtracts the centre first, and rounds after each. So the last bits of the two may differ.

    def __init__(self, inputs: int | None) -> None:
        self.layers: list[Dense] = []
        self.notes: list[str] = []
        self.width = inputs
        self._open: _Open | None = None
        self._scale: tuple[Floats, Floats, list[str]] | None = None
        self._dtype: np.dtype[Any] | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the weights so far."""
        return self._dtype or np.dtype(np.float32)

    def linear(self, W: NDArray[Any], b: NDArray[Any] | None, name: str) -> None:
        """Add x W + b, in the type of W."""
        self._close()
        if W.ndim != 2 or 0 in W.shape:
            raise InputError("its weights have the shape {shape}; expected (inputs, units)", shape=W.shape)
        if self.width is not None and W.shape[0] != self.width:
            raise InputError(
                "its weights take {shape} inputs, but there are {width}", shape=W.shape[0], width=self.width
            )
        if W.dtype not in (np.float32, np.float64):
            raise InputError("its weights are {dtype}; expected float32 or float64", dtype=W.dtype)
        if self._dtype not in (None, W.dtype):
            raise InputError(
                "its weights are {dtype}, those before it {before}; expected one type",
                dtype=W.dtype,
                before=self._dtype,
            )
        self._dtype = W.dtype
        bias = np.zeros(W.shape[1], W.dtype) if b is None else np.broadcast_to(b, W.shape[1])
        self._open = _Open(W, bias, name)
        if self._scale is not None:
            self._fold_before(*self._scale)
            self._scale = None
        self.width = W.shape[1]

    def scale(self, factor: Any, shift: Any, name: str) -> None:
        """Add x factor + shift, column by column."""
        factor, shift = self._columns(factor), self._columns(shift)
        if self._open is None:
            before = (np.ones(len(factor)), np.zeros(len(factor)), list[str]())
            old_factor, old_shift, names = self._scale or before
            if len(old_factor) != len(factor):
                raise InputError(
                    "it scales {factor} columns, but there are {columns}",
                    factor=len(factor),
                    columns=len(old_factor),
                )
            self._scale = old_factor * factor, old_shift * factor + shift, [*names, name]
            self.width = len(factor)
            return
        layer = self._open
        if np.all(factor == 1.0) and not layer.b.any():
            layer.b = shift  # a bias, with no rounding
            return
        layer.W, layer.b = Affine.of(factor, shift).after(*_exact(layer))
        self._say(name, layer.name)

    def activation(self, activation: Activation, name: str) -> None:
        """Add an activation; one that has no layer gets one of its own, the identity."""
        if self._open is None:
            self._own_layer(name)
        layer = self._open
        assert layer is not None  # noqa: S101  (_own_layer makes one)
        self.layers.append(Dense(layer.W.astype(self.dtype), layer.b.astype(self.dtype), activation))
        self._open = None

    def end(self) -> None:
        """Close the last layer.

        Raises
        ------
        InputError
            When there is no layer, and for weights that are not finite.
        """
        self._close()
        if self._scale is not None:
            self._own_layer(self._scale[2][-1])
            self._close()
        if not self.layers:
            raise InputError("it has no layer: nothing multiplies its inputs by weights")
        for number, layer in enumerate(self.layers, 1):
            check_finite(layer.W, f"layer {number}: W")
            check_finite(layer.b, f"layer {number}: b")

    def _close(self) -> None:
        if self._open is not None:
            self.activation(identity, self._open.name)

    def _columns(self, numbers: Any) -> Floats:
        array = np.asarray(numbers, np.float64).reshape(-1)
        if self.width is None:
            if array.size == 1:
                raise InputError(
                    "the number of its columns is not known, as the shape of the input is not declared"
                )
            return array
        if array.size not in (1, self.width):
            raise InputError(
                "it has {size} numbers, but there are {width} columns", size=array.size, width=self.width
            )
        return np.broadcast_to(array, self.width).astype(np.float64)

    def _fold_before(self, factor: Floats, shift: Floats, names: list[str]) -> None:
        layer = self._open
        assert layer is not None  # noqa: S101  (linear has opened it)
        farthest = float(np.abs(shift).max())
        if farthest > 1.0 / np.sqrt(np.finfo(self.dtype).eps):
            raise InputError(
                "{names} shifts a column by {farthest:.3g} of its scale; folded into the "
                "next layer, {dtype} would lose more than half of its digits; scale the "
                "data before the network",
                names=", ".join(names),
                farthest=farthest,
                dtype=self.dtype,
            )
        layer.W, layer.b = Affine.of(factor, shift).before(*_exact(layer))
        self._say(", ".join(names), layer.name)

    def _own_layer(self, name: str) -> None:
        if self.width is None or self.width > _WIDEST:
            raise InputError(
                "it has no weights before it, and too many or unknown columns for a layer of its own"
            )
        factor, shift = (
            (np.ones(self.width), np.zeros(self.width)) if self._scale is None else self._scale[:2]
        )
        self._scale = None
        self._dtype = self._dtype or np.dtype(np.float32)
        self._open = _Open(np.diag(factor), shift, name)
        self.notes.append(fill("{name} has no weights of its own: a layer was added for it", name=name))

    def _say(self, name: str, layer: str) -> None:
        self.notes.append(
            fill(
                "{name} folded into the weights of {layer}, in float64, rounded once", name=name, layer=layer
            )
        )


def _exact(layer: _Open) -> Weights:
    """Return the numbers of a layer in float64, in which scales are folded."""
    return layer.W.astype(np.float64), layer.b.astype(np.float64)

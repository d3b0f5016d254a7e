"""What each layer of Keras does to the chain of layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, one_line
from multilayer.activations import Identity, PReLU
from multilayer.exchange.chain import Chain
from multilayer.exchange.keras.activations import LAYERS as ACTIVATIONS
from multilayer.exchange.keras.activations import check_axis, of_config
from multilayer.exchange.keras.config import Layer
from multilayer.exchange.keras.hdf5 import Groups

__all__ = ["State", "take"]

Array = NDArray[Any]
_MOST_UNITS = 10_000_000
_LEAST_STD = 1e-7
"""keras.backend.epsilon(), the least standard deviation of Normalization."""


@dataclass(eq=False)
class State:
    """The chain of layers, and the arrays of the file."""

    chain: Chain
    root: Groups

    def array(self, layer: Layer, place: int, *shape: int | None) -> Array:
        """Return an array of a layer, of this shape."""
        group: Groups | None = self.root
        for name in (*layer.group, "vars"):
            group = group.enter(name) if group is not None else None
        found = group.array(str(place), shape) if group is not None else None
        if found is None:
            raise InputError(
                "its array {group}/vars/{place} is missing", group="/".join(layer.group), place=place
            )
        if found.dtype.name != layer.dtype:
            raise InputError(
                "its array {place} is {dtype}; expected {layer_dtype}",
                place=place,
                dtype=found.dtype,
                layer_dtype=layer.dtype,
            )
        return found


def _dense(state: State, layer: Layer) -> None:
    units = layer.config.get("units")
    if isinstance(units, bool) or not isinstance(units, int) or not 0 < units <= _MOST_UNITS:
        raise InputError("it has {units} units; expected a number above 0", units=one_line(repr(units), 40))
    W = state.array(layer, 0, state.chain.width, units)
    b = state.array(layer, 1, units) if layer.config.get("use_bias", True) else None
    state.chain.linear(W, b, str(layer))
    _activation(state, layer)


def _activation(state: State, layer: Layer) -> None:
    activation = of_config(layer.config.get("activation"))
    if not isinstance(activation, Identity):
        state.chain.activation(activation, str(layer))


def _layer_of_activation(state: State, layer: Layer) -> None:
    state.chain.activation(ACTIVATIONS[layer.kind](layer.config), str(layer))


def _prelu(state: State, layer: Layer) -> None:
    if layer.config.get("shared_axes") not in (None, []):
        raise InputError("it shares its slopes along axes; expected one for each unit")
    slopes = state.array(layer, 0, state.chain.width).astype(np.float64)
    state.chain.activation(PReLU(tuple(slopes.tolist())), str(layer))


def _batch_norm(state: State, layer: Layer) -> None:
    check_axis(layer.config)
    names = [name for name in ("scale", "center") if layer.config.get(name, True)] + ["mean", "variance"]
    found = {
        name: state.array(layer, place, state.chain.width).astype(np.float64)
        for place, name in enumerate(names)
    }
    epsilon = layer.config.get("epsilon", 1e-3)
    if not isinstance(epsilon, float) or not epsilon >= 0.0 or np.any(found["variance"] + epsilon <= 0.0):
        raise InputError("its variance or its epsilon is no number above 0")
    factor = found.get("scale", 1.0) / np.sqrt(found["variance"] + epsilon)
    state.chain.scale(factor, found.get("center", 0.0) - found["mean"] * factor, str(layer))


def _normalization(state: State, layer: Layer) -> None:
    check_axis(layer.config)
    if layer.config.get("invert"):
        raise InputError("it is inverted, which is not known here")
    mean, variance = (layer.config.get(name) for name in ("mean", "variance"))
    if mean is None or variance is None:
        mean, variance = (state.array(layer, place, state.chain.width) for place in (0, 1))
    centre = _numbers(layer, "mean", mean)
    std = np.maximum(np.sqrt(np.maximum(_numbers(layer, "variance", variance), 0.0)), _LEAST_STD)
    state.chain.scale(1.0 / std, -centre / std, str(layer))


def _rescaling(state: State, layer: Layer) -> None:
    factor = _numbers(layer, "scale", layer.config.get("scale", 1.0))
    shift = _numbers(layer, "offset", layer.config.get("offset", 0.0))
    state.chain.scale(factor, shift, str(layer))


def _numbers(layer: Layer, name: str, value: Any) -> Array:
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        array = np.array(np.nan)
    if not np.isfinite(array).all() or array.ndim > 3:
        raise InputError("its {name} is no number for each column", name=name)
    return array.reshape(-1)


def _pass(state: State, layer: Layer) -> None:
    """Do nothing: an input of several axes is one row from where it is declared."""


def _left_out(state: State, layer: Layer) -> None:
    state.chain.notes.append(fill("{layer} left out, as it does nothing in inference", layer=layer))


def _input(state: State, layer: Layer) -> None:
    shape = layer.config.get("batch_shape", layer.config.get("batch_input_shape"))
    sizes = shape[1:] if isinstance(shape, list) else []
    if not sizes or not all(isinstance(size, int) and 0 < size <= _MOST_UNITS for size in sizes):
        raise InputError("its shape is {shape}; expected (None, columns)", shape=one_line(repr(shape), 60))
    if state.chain.layers or (state.chain.width is not None):
        return
    state.chain.width = int(np.prod(sizes))
    if len(sizes) > 1:
        state.chain.notes.append(
            fill("{layer}: a sample of the shape {shape} is taken as a row", layer=layer, shape=tuple(sizes))
        )


_STEPS: Mapping[str, Callable[[State, Layer], None]] = {
    "InputLayer": _input,
    "Dense": _dense,
    "Activation": _activation,
    "PReLU": _prelu,
    **dict.fromkeys(ACTIVATIONS, _layer_of_activation),
    "BatchNormalization": _batch_norm,
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    "Flatten": _pass,
    "Identity": _pass,
    **dict.fromkeys(
        ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization"), _left_out
    ),
}


def take(state: State, layer: Layer) -> None:
    """Add a layer to the chain.

    Raises
    ------
    InputError
        For a class that a network of dense layers has not.
    """
    if layer.kind not in _STEPS:
        raise InputError("a network of dense layers has no such layer")
    _ = layer.dtype  # refuses quantized ones
    _STEPS[layer.kind](state, layer)

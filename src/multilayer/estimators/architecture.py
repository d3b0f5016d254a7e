"""From the parameters of an estimator to layers: their widths, activations and first weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from multilayer._base.errors import InputError
from multilayer.activations import Activation, get, sigmoid
from multilayer.interop.scikit_learn_settings import output_weights_by

__all__ = ["hidden_activations", "hidden_widths", "initial_weights"]


def hidden_widths(sizes: Any) -> list[int]:
    """Return the units of each hidden layer; `sizes` is one number or any number of them."""
    widths = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    if not all(isinstance(width, Integral) and not isinstance(width, bool) for width in widths):
        raise InputError(f"hidden_layer_sizes must be whole numbers; got {widths}")
    if any(width <= 0 for width in widths):
        raise ValueError(f"hidden_layer_sizes must be > 0, got {widths}.")
    return [int(width) for width in widths]


def hidden_activations(chosen: Any, n_hidden: int) -> list[Activation]:
    """Return an activation per hidden layer; `chosen` is one for all, or a sequence of one for each."""
    if isinstance(chosen, str | Activation):
        return [get(chosen)] * n_hidden
    if len(chosen) != n_hidden:
        raise InputError(
            f"activation has {len(chosen)} entries, but hidden_layer_sizes makes {n_hidden} hidden layers; "
            "give one for all of them, or one for each"
        )
    return [get(one) for one in chosen]


def initial_weights(
    widths: Sequence[int], chosen: Any, dtype: DTypeLike, random: np.random.RandomState
) -> tuple[list[NDArray[Any]], list[NDArray[Any]]]:
    """Draw W and b of each layer as scikit-learn does, number for number.

    Uniform between -r and r, with r = sqrt(6 / (inputs + units)) after Glorot and Bengio (2010), or
    sqrt(2 / (inputs + units)) where `chosen`, the activation of the hidden layers, is sigmoid; W of a layer is drawn
    before its b. The output layer goes with the last hidden one, whatever its own activation. Without hidden layers
    `chosen` decides all the same where it is one activation.
    """
    weights, biases = [], []
    hidden = hidden_activations(chosen, len(widths) - 2)
    ruling = [*hidden, output_weights_by(chosen, hidden)]
    for (inputs, units), activation in zip(pairwise(widths), ruling, strict=True):
        bound = np.sqrt((2.0 if activation == sigmoid else 6.0) / (inputs + units))
        weights.append(random.uniform(-bound, bound, (inputs, units)).astype(dtype, copy=False))
        biases.append(random.uniform(-bound, bound, units).astype(dtype, copy=False))
    return weights, biases

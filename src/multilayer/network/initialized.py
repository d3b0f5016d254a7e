"""A new network with random weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Integral

import numpy as np
from numpy.typing import DTypeLike

from multilayer import initializers
from multilayer._base.errors import InputError
from multilayer._base.fields import entries
from multilayer._base.names import with_known_options
from multilayer._base.random import Seed, generator
from multilayer._base.text import one_line
from multilayer.activations import Activation, get
from multilayer.initializers import Initializer
from multilayer.network.dense import Dense, float_type
from multilayer.network.labels import Label
from multilayer.network.mlp import MLP

__all__ = ["initialize"]


@with_known_options
def initialize(
    widths: Sequence[int],
    hidden: str | Activation | Sequence[str | Activation] = "relu",
    output: str | Activation = "identity",
    *,
    initializer: str | Initializer | None = None,
    dtype: DTypeLike = np.float32,
    classes: Sequence[Label] | None = None,
    inputs: Sequence[str] | None = None,
    rng: Seed = None,
) -> MLP:
    """Return a network with random weights, ready to be trained.

    Parameters
    ----------
    widths : sequence of int
        Number of inputs, of units in each hidden layer, and of outputs: (4, 16, 3).
    hidden : str or Activation, or a sequence of them
        Activation of the hidden layers, or one per hidden layer.
    output : str or Activation
        Activation of the last layer.
    initializer : str or Initializer, optional
        How weights are drawn; unless given, `initializers.for_activation` decides layer by layer.
    dtype : float32 or float64
    classes, inputs : sequence, optional
        Labels of the classes and names of the inputs; see `MLP`.
    rng : Generator, RandomState, int or None
        Where the numbers come from. They are drawn in float64, layer by layer, W before b.

    Examples
    --------
    >>> initialize((4, 16, 3), "relu", "softmax", rng=0)
    MLP(4-16-3, relu softmax, float32)
    """
    number_type = float_type(dtype)
    given = entries(widths) or ()
    if len(given) < 2 or any(isinstance(w, bool) or not isinstance(w, Integral) or w < 1 for w in given):
        raise InputError(
            "widths must be at least two whole numbers above 0, inputs first; got {widths}",
            widths=one_line(repr(widths), 60),
        )
    count = len(given) - 2
    kinds = list(hidden) if isinstance(hidden, Sequence) and not isinstance(hidden, str) else [hidden] * count
    if len(kinds) != count:
        raise InputError(
            "hidden names {kinds} activations; expected one, or one per hidden layer, {count}",
            kinds=len(kinds),
            count=count,
        )
    random = generator(rng)
    layers = []
    for (fan_in, units), kind in zip(pairwise(given), (*kinds, output), strict=True):
        activation = get(kind)
        draw = (
            initializers.for_activation(activation) if initializer is None else initializers.get(initializer)
        )
        W, b = draw(fan_in, units, activation, random)
        layers.append(Dense(W.astype(number_type), b.astype(number_type), activation))
    return MLP(layers, classes=classes, inputs=inputs)

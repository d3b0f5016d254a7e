"""The identity: a layer without an activation."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["Identity", "identity"]


@final
@dataclass(frozen=True)
class Identity(Elementwise):
    r"""Identity: h(a) = a.

    .. math:: h(a) = a, \qquad h'(a) = 1

    Layers that follow one another with nothing but the identity between them are one layer in effect. The result is an
    array of its own, never the input itself. h'(nan) = nan.

    Examples
    --------
    >>> identity(-2.5), identity.derivative(-2.5)
    (np.float64(-2.5), np.float64(1.0))
    """

    facts = Facts(
        name="identity",
        formula="a",
        derivative="1",
        latex="a",
        range=Interval(-math.inf, math.inf),
        aliases=("linear", "none", "purelin"),
        onnx="Identity",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return np.positive(x)

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return np.where(np.isnan(x), x, 1.0)


identity = Identity()

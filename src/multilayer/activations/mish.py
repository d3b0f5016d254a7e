"""Mish: a smooth rectifier with a small negative part."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import LARGEST, scaled_exp, two_product, two_sum

__all__ = ["Mish", "mish"]


@final
@dataclass(frozen=True)
class Mish(Elementwise):
    r"""Mish: h(a) = a tanh(softplus(a)).

    .. math:: h(a) = a \tanh \log(1 + e^a)

    h(-inf) = -0, h(inf) = inf, h'(-inf) = 0, h'(inf) = 1, nan stays nan; h' is 0 at -1.1924.

    Traps
    -----
    PyTorch's softplus stops at 20 and its tanh saturates: up to 154 ulp off in float32 (JAX: the whole subnormal
    tail). Here tanh(log(1 + e)) is written e (e + 2) / (e (e + 2) + 2), which has neither logarithm nor tanh.

    Examples
    --------
    >>> mish(1.0), mish.derivative(0.0)
    (np.float64(0.8650983882673103), np.float64(0.6))

    References
    ----------
    Misra, D. (2020). Mish: a self regularized non-monotonic activation function. BMVC.
    """

    facts = Facts(
        name="mish",
        formula="a tanh(log(1 + exp(a)))",
        derivative="t + a (1 - t^2) / (1 + exp(-a)), t = tanh(log(1 + exp(a)))",
        latex=r"a \tanh \log(1 + e^a)",
        range=Interval(-0.30884341301725043, math.inf, (True, False)),
        onnx="Mish",
        source="Misra 2020",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # e = exp(-|a|): on the positive side the fraction is multiplied through by e^2.
        e, scale = scaled_exp(-np.abs(x))
        tail = e * scale
        square, lost = _square(tail)
        fraction = e * (tail + 2.0) / square
        below = np.maximum(x, -LARGEST) * (fraction - fraction * lost) * scale
        rest = 1.0 + 2.0 * tail
        return np.where(x < 0, below, x * (rest / (rest + 2.0 * tail * tail)))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        t = np.minimum(np.abs(x), 2000.0)
        e, scale = scaled_exp(-t)
        tail = e * scale
        square, lost = _square(tail)
        # (e + 2) square - 4 t (1 + e), added up so that around its zero only small terms are rounded.
        shift = 4.0 * (1.0 - t)
        bracket = shift + tail * ((shift + 2.0) + tail * (4.0 + tail))
        below = e * (bracket / (square * square))
        below = (below - 2.0 * below * lost) * scale
        rest = 1.0 + 2.0 * tail
        whole = rest + 2.0 * tail * tail
        above = (rest + 4.0 * t * (tail * tail) * (1.0 + tail) / whole) / whole
        return np.where(x < 0, below, above)


def _square(e: Array) -> tuple[Array, Array]:
    """(1 + e)^2 + 1 = e (e + 2) + 2 for e between 0 and 1, and what rounding dropped, as a fraction of it."""
    root, root_low = two_sum(1.0, e)
    square, square_low = two_product(root, root)
    total, lost = two_sum(square, 1.0)
    return total, (lost + square_low + 2.0 * root * root_low) / total


mish = Mish()

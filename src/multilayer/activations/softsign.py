"""Softsign: a sigmoid without an exponential."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import LARGEST, two_sum

__all__ = ["Softsign", "softsign"]


@final
@dataclass(frozen=True)
class Softsign(Elementwise):
    r"""Softsign: h(a) = a / (1 + |a|), which reaches its limits far more slowly than tanh.

    .. math:: h(a) = \frac{a}{1 + |a|}, \qquad h'(a) = \frac{1}{(1 + |a|)^2}

    h(+-inf) = +-1, h'(+-inf) = 0, nan stays nan. h' has no jump: it is 1 at 0 from both sides.

    Traps
    -----
    As it is written, h(inf) is inf / inf = nan (so in PyTorch and ONNX Runtime), and the square in h' overflows from
    1e154 on.

    Examples
    --------
    >>> softsign(3.0), softsign.derivative(1e160)
    (np.float64(0.75), np.float64(1e-320))

    References
    ----------
    Bergstra, J., Desjardins, G., Lamblin, P., Bengio, Y. (2009). Quadratic polynomials learn better image features.
    """

    facts = Facts(
        name="softsign",
        formula="a / (1 + |a|)",
        derivative="1 / (1 + |a|)^2",
        latex=r"\frac{a}{1 + |a|}",
        range=Interval(-1.0, 1.0),
        onnx="Softsign",
        source="Bergstra, Desjardins, Lamblin, Bengio 2009",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        x = np.clip(x, -LARGEST, LARGEST)
        return x / (1.0 + np.abs(x))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        total, lost = two_sum(1.0, np.minimum(np.abs(x), LARGEST))
        return (1.0 - 2.0 * (lost / total)) / total / total


softsign = Softsign()

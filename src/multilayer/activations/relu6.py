"""The rectifier with a ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["ReLU6", "relu6"]


@final
@dataclass(frozen=True)
class ReLU6(Elementwise):
    r"""ReLU6: h(a) = a held between 0 and 6.

    .. math:: h(a) = \min(\max(a, 0), 6), \qquad h'(a) = [0 < a < 6]

    h(-0) = +0; nan stays nan, in the derivative too. At the kinks h'(0) = h'(6) = 0, as in PyTorch and JAX.

    Traps
    -----
    The derivative of `minimum(maximum(a, 0), 6)` by automatic differentiation is 1/2 at both
    kinks in JAX; its own `jax.nn.relu6` says 0. ONNX has no operator of this name: it is Clip with min 0 and
    max 6.

    Examples
    --------
    >>> relu6(7.0), relu6.derivative(6.0)
    (np.float64(6.0), np.float64(0.0))

    References
    ----------
    Krizhevsky, A. (2010). Convolutional deep belief networks on CIFAR-10.
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source."""
        return Facts(
            name="relu6",
            formula="min(max(a, 0), 6)",
            derivative="1 if 0 < a < 6 else 0",
            latex=r"\min(\max(a, 0), 6)",
            range=Interval(0.0, 6.0, (True, True)),
            kinks=(0.0, 6.0),
            aliases=("relu_6",),
            onnx="Clip",
            source="Krizhevsky 2010",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.where(x <= 0, 0.0, np.where(x >= 6, 6.0, x))

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.where(np.isnan(x), x, np.where((x > 0) & (x < 6), 1.0, 0.0))


relu6 = ReLU6()

"""Cross-entropy of independent yes-or-no outputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import setting
from multilayer.activations import LogSigmoid, Sigmoid
from multilayer.activations.activation import Activation, Interval
from multilayer.backend.training import LossKernel
from multilayer.losses.loss import Array, Loss, LossFacts, log, log_derivative

__all__ = [
    "BinaryCrossEntropy",
    "binary_cross_entropy",
]


@final
@dataclass(frozen=True)
class BinaryCrossEntropy(Loss):
    r"""Binary cross-entropy: each output is the probability of its own yes; two classes, or several labels.

    .. math:: l(z, y) = -y \log z - (1 - y) \log(1 - z)

    Fused with sigmoid (and log_sigmoid) into a function of the weighted sum, which neither overflows nor loses the
    tails:

    .. math:: l(a, y) = \max(a, 0) - a y + \log(1 + e^{-|a|}), \qquad \frac{\partial l}{\partial a} = \sigma(a) - y

    With another output activation whose values are probabilities, log is replaced by its tangent below 2.2e-16. Of K
    labels the loss is the sum, as in scikit-learn; PyTorch and Keras report the mean, a Kth of it. Targets are in
    [0, 1]. `label_smoothing` s moves them to y (1 - s) + s / 2.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer.activations import sigmoid
    >>> a = np.array([[-1000.0], [0.0]])
    >>> binary_cross_entropy.values(np.array([[1.0], [1.0]]), a, sigmoid(a), sigmoid)
    array([1.00000000e+03, 6.93147181e-01])
    """

    label_smoothing: float = setting(0.0, minimum=0.0, below=1.0)
    fused_activations: ClassVar[tuple[type[Activation], ...]] = (Sigmoid, LogSigmoid)

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="binary_cross_entropy",
            formula="-y log(z) - (1 - y) log(1 - z)",
            derivative="(1 - y) / (1 - z) - y / z",
            latex=r"-y \log z - (1 - y) \log(1 - z)",
            outputs=Interval(0.0, 1.0, (True, True)),
            targets=Interval(0.0, 1.0, (True, True)),
            advice="use sigmoid",
            aliases=("bce", "bce_loss", "binary_log_loss"),
            source="Good 1952",
        )

    def dense(self, y: NDArray[Any], units: int) -> Array:
        t = super().dense(y, units)
        s = self.label_smoothing
        return t * (1.0 - s) + 0.5 * s if s else t

    def kernel(self, units: int) -> LossKernel:
        s = self.label_smoothing
        return LossKernel("binary_cross_entropy", target_scale=1.0 - s, target_offset=s / 2)

    def formula(self, z: Array, y: Array, /) -> Array:
        return -(y * log(z) + (1.0 - y) * log(1.0 - z))

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return (1.0 - y) * log_derivative(1.0 - z) - y * log_derivative(z)

    def fused_formula(self, a: Array, y: Array, /) -> Array:
        # softplus(a) - a y with the two terms that could cancel taken together: both are never negative.
        return np.maximum(a, 0.0) * (1.0 - y) - np.minimum(a, 0.0) * y + np.log1p(np.exp(-np.abs(a)))

    def fused_derivative_formula(self, a: Array, y: Array, /) -> Array:
        # sigmoid(a) - y, but with sigmoid(-a) = 1 - sigmoid(a), so that y = 1 keeps its tail.
        return (1.0 - y) * Sigmoid.formula(a) - y * Sigmoid.formula(-a)


binary_cross_entropy = BinaryCrossEntropy()

"""Negative log-likelihoods: cross-entropies of yes-or-no outputs and of one class among several; Poisson for counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.data_frames import numbers
from multilayer._base.errors import InputError
from multilayer._base.fields import setting
from multilayer._base.translation import N_
from multilayer.activations import Exponential, LogSigmoid, LogSoftmax, Sigmoid, Softmax
from multilayer.activations.activation import Activation, Interval
from multilayer.backend.training import LossKernel
from multilayer.losses.logarithm import log, log_derivative
from multilayer.losses.loss import Array, Loss, LossFacts

__all__ = [
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "Poisson",
    "binary_cross_entropy",
    "categorical_cross_entropy",
    "poisson",
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
            fused_derivative="sigmoid(a) - y",
            outputs=Interval(0.0, 1.0, (True, True)),
            targets=Interval(0.0, 1.0, (True, True)),
            advice=N_("use sigmoid"),
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


@final
@dataclass(frozen=True)
class CategoricalCrossEntropy(Loss):
    r"""Categorical cross-entropy: the outputs are the probabilities of classes, of which one is right.

    .. math:: l(z, y) = -\sum_i y_i \log z_i

    Fused with softmax (and log_softmax) into a function of the weighted sums:

    .. math:: l(a, y) = \sum_i y_i \left(\log \sum_j e^{a_j} - a_i\right), \qquad
              \frac{\partial l}{\partial a} = \operatorname{softmax}(a) \sum_i y_i - y

    With another output activation whose values are probabilities, log is replaced by its tangent below 2.2e-16.
    Targets are class numbers from 0, of shape (samples,), or rows of probabilities that sum to 1. `label_smoothing` s
    moves those of K classes to y (1 - s) + s / K.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer.activations import softmax
    >>> a = np.array([[0.0, 1000.0, 0.0], [0.0, 0.0, 0.0]])
    >>> categorical_cross_entropy.values(np.array([0, 2]), a, softmax(a), softmax)
    array([1000.        ,    1.09861229])

    References
    ----------
    Bridle, J. S. (1990). Probabilistic interpretation of feedforward classification network outputs. Neurocomputing.
    """

    label_smoothing: float = setting(0.0, minimum=0.0, below=1.0)
    fused_activations: ClassVar[tuple[type[Activation], ...]] = (Softmax, LogSoftmax)

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="categorical_cross_entropy",
            formula="-sum_i y_i log(z_i)",
            derivative="-y_i / z_i",
            latex=r"-\sum_i y_i \log z_i",
            fused_derivative="softmax(a)_i - y_i",
            outputs=Interval(0.0, 1.0, (True, True)),
            targets=Interval(0.0, 1.0, (True, True)),
            distribution=True,
            advice=N_("use softmax"),
            aliases=(
                "cross_entropy",
                "cross_entropy_loss",
                "cce",
                "log_loss",
                "sparse_categorical_cross_entropy",
            ),
            source="Bridle 1990",
        )

    def targets(self, y: ArrayLike, units: int) -> NDArray[Any]:
        """Return targets as training takes them: class numbers (samples,), or probabilities (samples, units)."""
        self.check_units(units)
        array = numbers("y", y)
        return self._class_numbers(array, units) if array.ndim == 1 else self._probabilities(array, units)

    def targets_of_classes(self, numbers: NDArray[np.int64], units: int) -> NDArray[Any]:
        """Return class numbers as targets, as they are: this loss takes them."""
        return self.targets(numbers, units)

    def _class_numbers(self, y: NDArray[Any], units: int) -> NDArray[Any]:
        fits = (y >= 0) & (y < units) & (y == np.floor(y))
        if not fits.all():
            place = int(np.argmin(fits))
            raise InputError(
                "y, sample {place}: {name} needs class numbers from 0 to {last}; found {found}",
                place=place + 1,
                name=self.facts.name,
                last=units - 1,
                found=y[place],
            )
        return y.astype(np.intp, copy=False)

    def _probabilities(self, y: NDArray[Any], units: int) -> NDArray[Any]:
        y = super().targets(y, units)
        total = y.sum(axis=1, dtype=np.float64)
        wrong = np.abs(total - 1.0) > 1e-6
        if wrong.any():
            place = int(np.argmax(wrong))
            raise InputError(
                "y, sample {place}: {name} needs probabilities that sum to 1; their sum "
                "is {total:g}; for labels that do not exclude each other use "
                "binary_cross_entropy",
                place=place + 1,
                name=self.facts.name,
                total=total[place],
            )
        return y

    def dense(self, y: NDArray[Any], units: int) -> Array:
        if y.ndim == 1:
            t = np.zeros((len(y), units))
            t[np.arange(len(y)), y] = 1.0
        else:
            t = y.astype(np.float64, copy=False)
        s = self.label_smoothing
        return t * (1.0 - s) + s / units if s else t

    def kernel(self, units: int) -> LossKernel:
        s = self.label_smoothing
        return LossKernel("categorical_cross_entropy", target_scale=1.0 - s, target_offset=s / units)

    def formula(self, z: Array, y: Array, /) -> Array:
        return -(y * log(z))

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return -(y * log_derivative(z))

    def fused_formula(self, a: Array, y: Array, /) -> Array:
        # A class of probability 0 whose sum is -inf counts nothing, and 0 times infinity would be nan.
        return -np.where(y == 0.0, 0.0, y * LogSoftmax.formula(a))

    def fused_derivative_formula(self, a: Array, y: Array, /) -> Array:
        total: Array = y.sum(axis=-1, keepdims=True)
        return Softmax.formula(a) * total - y


categorical_cross_entropy = CategoricalCrossEntropy()


@final
@dataclass(frozen=True)
class Poisson(Loss):
    r"""Poisson loss: half the deviance of counts y whose expected value is z; 0 where z = y.

    .. math:: l(z, y) = z - y - y \log \frac{z}{y}, \qquad \frac{\partial l}{\partial z} = 1 - \frac{y}{z}

    Fused with the exponential (the log link):

    .. math:: l(a, y) = e^a - y - y (a - \log y), \qquad \frac{\partial l}{\partial a} = e^a - y

    With another output activation that is never negative, log is replaced by its tangent below 2.2e-16.

    References
    ----------
    McCullagh, P., Nelder, J. A. (1989). Generalized Linear Models, 2nd edition.
    """

    fused_activations: ClassVar[tuple[type[Activation], ...]] = (Exponential,)

    @property
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""
        return LossFacts(
            name="poisson",
            formula="z - y - y log(z / y)",
            derivative="1 - y / z",
            latex=r"z - y - y \log \frac{z}{y}",
            fused_derivative="exp(a) - y",
            outputs=Interval(0.0, math.inf, (True, False)),
            targets=Interval(0.0, math.inf, (True, False)),
            advice=N_("use exponential, or softplus"),
            source="McCullagh, Nelder 1989",
        )

    def kernel(self, units: int) -> LossKernel:
        return LossKernel("poisson")

    def formula(self, z: Array, y: Array, /) -> Array:
        return z - y - y * (log(z) - _log_of_count(y))

    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        return 1.0 - y * log_derivative(z)

    def fused_formula(self, a: Array, y: Array, /) -> Array:
        return np.exp(a) - y - y * (a - _log_of_count(y))

    def fused_derivative_formula(self, a: Array, y: Array, /) -> Array:
        return np.exp(a) - y


def _log_of_count(y: Array) -> Array:
    """log(y), and 0 for y = 0, where y log(y) is 0."""
    return np.log(np.where(y == 0.0, 1.0, y))


poisson = Poisson()

"""Random initial weights whose variance keeps the size of signals from layer to layer."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer._base.names import Entry, Registry
from multilayer._base.random import Random
from multilayer._base.text import one_line
from multilayer.activations import Activation, Elementwise, Sigmoid

__all__ = [
    "Glorot",
    "He",
    "Initializer",
    "LeCun",
    "Orthogonal",
    "Scaled",
    "ScikitLearn",
    "VariancePreserving",
    "for_activation",
    "get",
    "names",
]

Distribution = Literal["uniform", "normal"]


class Initializer(ABC):
    """Draws W and b of a layer: `initializer(inputs, units, activation, rng)`, float64."""

    @abstractmethod
    def __call__(
        self, inputs: int, units: int, activation: Activation, rng: Random, /
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return W of shape (inputs, units) and b of shape (units,)."""


class Scaled(Initializer):
    """W with mean 0 and the `variance` of a concrete initializer, b = 0."""

    distribution: Distribution

    @abstractmethod
    def variance(self, inputs: int, units: int, activation: Activation, /) -> float:
        """Return the variance of a weight."""

    @final
    def __call__(
        self, inputs: int, units: int, activation: Activation, rng: Random, /
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        scale = math.sqrt(self.variance(inputs, units, activation))
        if self.distribution == "normal":
            return scale * rng.standard_normal((inputs, units)), np.zeros(units)
        bound = math.sqrt(3.0) * scale
        return rng.uniform(-bound, bound, (inputs, units)), np.zeros(units)

    def __post_init__(self) -> None:
        if not isinstance(self.distribution, str) or self.distribution not in ("uniform", "normal"):
            raise InputError(
                "{kind}: distribution must be 'uniform' or 'normal'; got {distribution}",
                kind=type(self).__name__,
                distribution=one_line(repr(self.distribution), 60),
            )


@final
@dataclass(frozen=True)
class Glorot(Scaled):
    """Variance 2 / (inputs + units): for functions that are near the identity around 0.

    References
    ----------
    Glorot, X., Bengio, Y. (2010). Understanding the difficulty of training deep feedforward neural networks. AISTATS.
    """

    distribution: Distribution = "uniform"

    def variance(self, inputs: int, units: int, activation: Activation, /) -> float:
        return 2.0 / (inputs + units)


@final
@dataclass(frozen=True)
class He(Scaled):
    """Variance 2 / inputs: for rectifiers, which let half of the signal through.

    References
    ----------
    He, K., Zhang, X., Ren, S., Sun, J. (2015). Delving deep into rectifiers. ICCV.
    """

    distribution: Distribution = "normal"

    def variance(self, inputs: int, units: int, activation: Activation, /) -> float:
        return 2.0 / inputs


@final
@dataclass(frozen=True)
class LeCun(Scaled):
    """Variance 1 / inputs: for SELU, and the identity.

    References
    ----------
    LeCun, Y., Bottou, L., Orr, G., Müller, K.-R. (1998). Efficient BackProp.
    """

    distribution: Distribution = "normal"

    def variance(self, inputs: int, units: int, activation: Activation, /) -> float:
        return 1.0 / inputs


@final
@dataclass(frozen=True)
class VariancePreserving(Scaled):
    """Variance 1 / (inputs E[h(g)^2]), g standard normal: what He et al. derived for ReLU, for any elementwise h.

    It is He's for relu, He's with the slope for leaky_relu, and LeCun's for selu, which is made to have E[h(g)^2] = 1.
    """

    distribution: Distribution = "normal"

    def variance(self, inputs: int, units: int, activation: Activation, /) -> float:
        return 1.0 / (inputs * _mean_square(activation))


@final
@dataclass(frozen=True)
class Orthogonal(Initializer):
    """Rows or columns (whichever are fewer) of length `gain` and at right angles; b = 0.

    References
    ----------
    Saxe, A., McClelland, J., Ganguli, S. (2014). Exact solutions to the nonlinear dynamics of learning in deep linear
    neural networks. ICLR.
    """

    gain: float = setting(1.0, above=0.0)

    def __post_init__(self) -> None:
        check_settings(self)

    def __call__(
        self, inputs: int, units: int, activation: Activation, rng: Random, /
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        q, r = np.linalg.qr(rng.standard_normal((max(inputs, units), min(inputs, units))))
        # With the signs of r's diagonal the matrix is uniformly distributed over orthogonal ones (Mezzadri 2007).
        q = q * np.sign(np.diagonal(r))
        return self.gain * (q if inputs >= units else q.T), np.zeros(units)


@final
@dataclass(frozen=True)
class ScikitLearn(Initializer):
    """W and b uniform within sqrt(factor / (inputs + units)), factor 2 for hidden sigmoids and 6 otherwise.

    Given a `RandomState`, the numbers are the ones that scikit-learn draws. The factor of the output layer depends on
    the hidden activation, too, so it is a parameter.
    """

    hidden: Activation

    def __post_init__(self) -> None:
        if not isinstance(self.hidden, Activation):
            raise InputError(
                "ScikitLearn: hidden must be an Activation, such as relu; got {hidden!r}", hidden=self.hidden
            )

    def __call__(
        self, inputs: int, units: int, activation: Activation, rng: Random, /
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        factor = 2.0 if isinstance(self.hidden, Sigmoid) else 6.0
        bound = np.sqrt(factor / (inputs + units))
        return rng.uniform(-bound, bound, (inputs, units)), rng.uniform(-bound, bound, units)


_NOT_AN_INITIALIZER = {
    **dict.fromkeys(
        ("zeros", "ones", "constant"),
        "units that start equal stay equal: take 'glorot_uniform', or leave initializer= out",
    ),
    **dict.fromkeys(
        ("normal", "uniform", "randomnormal", "randomuniform", "truncatednormal"),
        "the variance has to fit the width of the layer: take 'glorot_normal', 'he_normal' or 'lecun_normal', or their "
        "uniform kinds",
    ),
    "variancescaling": "its kinds have names: take 'lecun_normal' for a scale of 1, 'he_normal' for 2, "
    "'glorot_uniform' for the mean of both widths",
}

registry: Registry[Initializer] = Registry(
    kind="initializer",
    types=(Initializer,),
    entries=(
        Entry(Glorot("uniform"), "glorot_uniform", ("xavier_uniform", "glorot", "xavier")),
        Entry(Glorot("normal"), "glorot_normal", ("xavier_normal",)),
        Entry(He("uniform"), "he_uniform", ("kaiming_uniform",)),
        Entry(He("normal"), "he_normal", ("kaiming_normal", "he", "kaiming")),
        Entry(LeCun("uniform"), "lecun_uniform"),
        Entry(LeCun("normal"), "lecun_normal", ("lecun",)),
        Entry(VariancePreserving(), "variance_preserving"),
        Entry(Orthogonal(), "orthogonal"),
    ),
    where="multilayer.initializers",
    refused=_NOT_AN_INITIALIZER,
)


def names() -> tuple[str, ...]:
    """Return the names that `get`, and every `initializer=`, accepts.

    >>> names()[0]
    'glorot_uniform'
    """
    return registry.names()


def get(name: str | Initializer, /, **parameters: Any) -> Initializer:
    """Return the initializer of this name, with the parameters given; an `Initializer` is returned as it is.

    >>> get("he_normal"), get("orthogonal", gain=2.0)
    (He(distribution='normal'), Orthogonal(gain=2.0))
    """
    return registry.get(name, parameters)


def for_activation(activation: Activation, /) -> Initializer:
    """Return the default initializer for a layer with this activation.

    It is Glorot's for functions that are symmetric about (0, h(0)), such as the identity, sigmoid and tanh, and for
    those along an axis. The others (rectifiers, smooth or not) reduce the variance of a signal, for which
    `VariancePreserving` compensates.

    >>> from multilayer.activations import relu, tanh
    >>> for_activation(relu), for_activation(tanh)
    (VariancePreserving(distribution='normal'), Glorot(distribution='uniform'))
    """
    symmetric = not isinstance(activation, Elementwise) or _is_symmetric(activation)
    return Glorot() if symmetric else VariancePreserving()


def _is_symmetric(activation: Activation) -> bool:
    a = np.linspace(0.25, 3.0, 12)[:, np.newaxis]  # a column: parameters may differ from unit to unit
    centre = np.asarray(activation(np.zeros((1, 1))))
    return bool(np.allclose(activation(a) - centre, centre - np.asarray(activation(-a))))


def _mean_square(activation: Activation) -> float:
    """E[h(g)^2] for a standard normal g, by the trapezoidal rule, exact to 1e-6 even with kinks at 0.

    Where units have parameters of their own it is the mean over them.
    """
    g = np.linspace(-10.0, 10.0, 20_001)[:, np.newaxis]
    density = np.exp(-0.5 * g * g)
    h = np.asarray(activation(g), dtype=np.float64)
    return float((h * h * density).sum() / (density.sum() * h.shape[1]))


def __dir__() -> list[str]:
    return sorted(__all__)

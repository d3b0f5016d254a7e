"""The step of the perceptron, and the surrogate derivative that trains networks of steps."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer.activations.activation import Activation, Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["BinaryStep", "Surrogate", "step"]


@final
@dataclass(frozen=True)
class BinaryStep(Elementwise):
    r"""Step: h(a) = 1 for a > 0, else 0: the unit of the perceptron.

    .. math:: h(a) = [a > 0], \qquad h'(a) = 0

    h(0) = h(-0) = 0; h(nan) = h'(nan) = nan. The derivative is 0 everywhere, at the jump as well, so gradient descent
    cannot train through it (`facts.trainable` is False).

    Traps
    -----
    The value at 0 is a convention, and differs: `np.heaviside` asks for it, scikit-learn's Perceptron and Rosenblatt
    decide by a > 0 as here, MATLAB's hardlim and many textbooks by a >= 0.

    Examples
    --------
    >>> import numpy as np
    >>> step(np.array([-1.5, 0.0, 2.0]))
    array([0., 0., 1.])

    References
    ----------
    Rosenblatt, F. (1958). The perceptron: a probabilistic model for information storage and organization in the brain.
    Psychological Review 65. McCulloch, W. S., Pitts, W. (1943).
    """

    facts = Facts(
        name="step",
        formula="1 if a > 0 else 0",
        derivative="0",
        latex=r"[a > 0]",
        range=Interval(0.0, 1.0, (True, True)),
        kinks=(0.0,),
        aliases=("heaviside", "binary_step", "threshold_unit"),
        source="Rosenblatt 1958",
        trainable=False,
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # nan is neither > 0 nor <= 0, and falls through to x itself.
        return np.where(x > 0, 1.0, np.where(x <= 0, 0.0, x))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return np.where(np.isnan(x), x, 0.0)


step = BinaryStep()


@final
@dataclass(frozen=True)
class Surrogate(Activation):
    r"""`forward` going forward, and the derivative of `backward` going back.

    .. math:: z = h(a), \qquad da = dz\,g'(a)

    A step has the derivative 0 wherever it has one, so that nothing behind it could be trained. With a smooth stand-in
    g for its derivative (the straight-through estimator, where g is the identity), networks of step units can be.

    Examples
    --------
    >>> from multilayer.activations import sigmoid, step
    >>> fire = Surrogate(step, sigmoid)
    >>> fire([-1.0, 1.0]), fire.derivative(0.0)
    (array([0., 1.]), np.float64(0.25))

    References
    ----------
    Bengio, Y., Léonard, N., Courville, A. (2013). Estimating or propagating gradients through stochastic neurons for
    conditional computation. arXiv:1308.3432.
    """

    forward: Activation
    backward: Activation

    def __post_init__(self) -> None:
        for role, given in (("forward", self.forward), ("backward", self.backward)):
            if not isinstance(given, Activation):
                raise InputError(
                    "{role} must be an Activation, such as sigmoid; got {given}",
                    role=role,
                    given=one_line(repr(given), 60),
                )
        if not self.backward.facts.trainable:
            raise InputError(
                "{name} is no surrogate: its own derivative is 0 wherever it has one; "
                "use a smooth one, such as sigmoid",
                name=self.backward.facts.name,
            )

    @property
    def facts(self) -> Facts:
        """The facts of `forward`, with the derivative of `backward`."""
        forward, backward = self.forward.facts, self.backward.facts
        return dataclasses.replace(
            forward,
            name=f"{forward.name}_as_{backward.name}",
            derivative=backward.derivative,
            aliases=(),
            trainable=True,
        )

    @property
    def parameters(self) -> tuple[Any, ...]:
        """Those of both."""
        return (*self.forward.parameters, *self.backward.parameters)

    def __call__(self, x: Any, /, **keywords: Any) -> Any:
        """Return forward(x)."""
        return self.forward(x, **keywords)

    def derivative(self, x: Any, /, **keywords: Any) -> Any:
        """Return the derivative of `backward`."""
        return self.backward.derivative(x, **keywords)

    def vjp(self, a: ArrayLike, z: ArrayLike, dz: ArrayLike) -> NDArray[Any]:
        """Return dz times the derivative of `backward`; z, which belongs to `forward`, is not used."""
        return self.backward.vjp(a, self.backward(a), dz)

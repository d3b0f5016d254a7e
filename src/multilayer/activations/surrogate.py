"""One function forward, the derivative of another backward: this trains networks with steps."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, final

from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer.activations.activation import Activation, Facts

__all__ = ["Surrogate"]


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
                    f"{role} must be an Activation, such as sigmoid; got {one_line(repr(given), 60)}"
                )
        if not self.backward.facts.trainable:
            raise InputError(
                f"{self.backward.facts.name} is no surrogate: its own derivative is 0 wherever it has one; "
                "use a smooth one, such as sigmoid"
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

"""The step of the perceptron."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["Step", "step"]


@final
@dataclass(frozen=True)
class Step(Elementwise):
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


step = Step()

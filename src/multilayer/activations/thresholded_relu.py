"""The rectifier with a threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import setting
from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["ThresholdedReLU", "thresholded_relu"]


@final
@dataclass(frozen=True)
class ThresholdedReLU(Elementwise):
    r"""Thresholded ReLU: h(a) = a for a > theta, else 0.

    .. math:: h(a) = a\,[a > \theta], \qquad h'(a) = [a > \theta]

    It jumps at theta (unless theta is 0), where h = h' = 0, as in PyTorch. nan stays nan, in the derivative
    too.

    Parameters
    ----------
    theta : float
        The threshold; 1 in ONNX and Keras.

    Traps
    -----
    It does not shift: h(1.5) is 1.5, not 0.5 (that would be soft_shrink). PyTorch's
    `Threshold(threshold, value)` is this function for value 0 only. ONNX calls the threshold `alpha`.

    Examples
    --------
    >>> thresholded_relu(1.5), ThresholdedReLU(theta=2.0)(1.5)
    (np.float64(1.5), np.float64(0.0))

    References
    ----------
    Konda, K., Memisevic, R., Krueger, D. (2014). Zero-bias autoencoders and the
    benefits of co-adapting features.
    """

    theta: float = setting(1.0)

    @property
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source."""
        return Facts(
            name="thresholded_relu",
            formula="a if a > theta else 0",
            derivative="1 if a > theta else 0",
            latex=r"a\,[a > \theta]",
            range=Interval(min(self.theta, 0.0), math.inf, (self.theta >= 0, False)),
            kinks=(self.theta,),
            aliases=("threshold", "threshold_relu", "trec"),
            onnx="ThresholdedRelu",
            source="Konda, Memisevic, Krueger 2014",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /, theta: np.float64) -> NDArray[np.float64]:
        return np.where(x <= theta, 0.0, x)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /, theta: np.float64) -> NDArray[np.float64]:
        return np.where(x > theta, 1.0, np.where(x <= theta, 0.0, x))


thresholded_relu = ThresholdedReLU()

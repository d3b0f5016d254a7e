"""Tanh made of straight lines: a number held between two bounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import setting
from multilayer.activations.activation import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["HardTanh", "hard_tanh"]


@final
@dataclass(frozen=True)
class HardTanh(Elementwise):
    r"""Hard tanh: h(a) = a held between low and high.

    .. math:: h(a) = \min(\max(a, l), u), \qquad h'(a) = [l < a < u]

    nan stays nan, in the derivative too. At the kinks h' = 0, as in PyTorch; JAX says 1.

    Parameters
    ----------
    low, high : float
        The bounds, low < high; -1 and 1 in every framework.

    Examples
    --------
    >>> hard_tanh(-3.0), hard_tanh.derivative(1.0)
    (np.float64(-1.0), np.float64(0.0))

    References
    ----------
    Collobert, R. (2004). Large scale machine learning. PhD thesis, Université Paris 6.
    """

    low: float = setting(-1.0)
    high: float = setting(1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.low < self.high:
            raise InputError(f"HardTanh: low must be below high; got low={self.low:g}, high={self.high:g}")

    @property
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source."""
        return Facts(
            name="hard_tanh",
            formula="min(max(a, low), high)",
            derivative="1 if low < a < high else 0",
            latex=r"\min(\max(a, l), u)",
            range=Interval(self.low, self.high, (True, True)),
            kinks=(self.low, self.high),
            aliases=("hardtanh", "clip", "satlins"),
            onnx="Clip",
            source="Collobert 2004",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /, low: np.float64, high: np.float64) -> NDArray[np.float64]:
        return np.where(x <= low, low, np.where(x >= high, high, x))

    @staticmethod
    def derivative_formula(
        x: NDArray[np.float64], /, low: np.float64, high: np.float64
    ) -> NDArray[np.float64]:
        return np.where(np.isnan(x), x, np.where((x > low) & (x < high), 1.0, 0.0))


hard_tanh = HardTanh()

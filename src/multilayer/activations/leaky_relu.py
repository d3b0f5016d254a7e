"""Rectifiers that let some of the negative side through: leaky ReLU and PReLU."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.contract import Facts, Interval, parameter
from multilayer.activations.elementwise import Elementwise

__all__ = ["LeakyReLU", "leaky_relu"]


@final
@dataclass(frozen=True)
class LeakyReLU(Elementwise):
    r"""Leaky ReLU: h(a) = a for a > 0, else slope * a.

    .. math:: h(a) = \max(a, 0) + s \min(a, 0)

    (to be finished: this file is the sample of an activation with a parameter)
    """

    slope: float = parameter(0.01)

    @property
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source."""
        return Facts(
            name="leaky_relu",
            formula="a if a > 0 else slope * a",
            derivative="1 if a > 0 else slope",
            latex=r"\max(a, 0) + s \min(a, 0)",
            range=Interval(-math.inf, math.inf),
            kinks=(0.0,),
            aliases=("lrelu",),
            onnx="LeakyRelu",
            source="Maas, Hannun, Ng 2013",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /, slope: np.float64) -> NDArray[np.float64]:
        return np.where(x > 0, x, slope * x)

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /, slope: np.float64) -> NDArray[np.float64]:
        return np.where(x > 0, 1.0, np.where(np.isnan(x), x, slope))


leaky_relu = LeakyReLU()

"""Step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.contract import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["Step", "step"]


@final
@dataclass(frozen=True)
class Step(Elementwise):
    """Step."""

    @property
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source."""
        return Facts(name="step", formula="", derivative="", latex="", range=Interval(-math.inf, math.inf))

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.where(np.isnan(x), x, np.where(x > 0, 1.0, 0.0))

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.where(np.isnan(x), x, 0.0)


step = Step()

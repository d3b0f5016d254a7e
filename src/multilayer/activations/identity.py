"""Identity."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.contract import Facts, Interval
from multilayer.activations.elementwise import Elementwise

__all__ = ["Identity", "identity"]


@final
@dataclass(frozen=True)
class Identity(Elementwise):
    """Identity."""

    @property
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source."""
        return Facts(
            name="identity", formula="", derivative="", latex="", range=Interval(-math.inf, math.inf)
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return x + 0.0

    @staticmethod
    def derivative_formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        return np.where(np.isnan(x), x, 1.0)


identity = Identity()

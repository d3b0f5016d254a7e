"""Softmax: a row of numbers into a row of probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.along_axis import AlongAxis
from multilayer.activations.contract import Facts, Interval

__all__ = ["Softmax", "softmax"]


@final
@dataclass(frozen=True)
class Softmax(AlongAxis):
    """Softmax (to be finished: this file is the sample of an activation along an axis)."""

    @property
    def facts(self) -> Facts:
        """Name, formulas, range and source."""
        return Facts(
            name="softmax",
            formula="exp(a_i) / sum_j exp(a_j)",
            derivative="dh_i/da_j = h_i ([i = j] - h_j)",
            latex=r"\frac{e^{a_i}}{\sum_j e^{a_j}}",
            range=Interval(0.0, 1.0, (True, True)),
            onnx="Softmax",
            source="Bridle 1990",
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    @staticmethod
    def vjp_formula(
        dz: NDArray[np.float64], a: NDArray[np.float64], z: NDArray[np.float64], /
    ) -> NDArray[np.float64]:
        return z * (dz - (dz * z).sum(axis=-1, keepdims=True))


softmax = Softmax()

"""Columns that are centred and scaled before or after a layer, as one layer with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError

__all__ = ["Affine", "Floats", "Weights"]

Floats = NDArray[np.float64]
Weights = tuple[NDArray[Any], NDArray[Any]]
"""W of shape (inputs, units), and b."""


@dataclass(frozen=True, eq=False)
class Affine:
    """x -> (x - centre) / spread * scale + shift, column by column, with all numbers in float64."""

    centre: Floats
    spread: Floats
    scale: Floats
    shift: Floats

    def after(self, W: Floats, b: Floats) -> Weights:
        """Return the layer that computes it of x W + b."""
        factor = self.scale / self.spread
        return W * factor, (b - self.centre) * factor + self.shift

    def before(self, W: Floats, b: Floats) -> Weights:
        """Return the layer that computes x W + b of it."""
        factor = self.scale / self.spread
        return factor[:, np.newaxis] * W, b + (self.shift - self.centre * factor) @ W

    def check_before(self, dtype: np.dtype[Any]) -> None:
        """Refuse columns that the layer of `before` would lose more than half of the digits of, in this dtype.

        It takes the centre off after the product, no longer before: a column whose centre is r times its spread away
        from 0 loses a factor r of its precision.

        Raises
        ------
        InputError
            Naming the column.
        """
        distance = np.abs(self.centre / self.spread)
        worst = int(distance.argmax())
        if distance[worst] > 1.0 / np.sqrt(np.finfo(dtype).eps):
            raise InputError(
                f"the mean of column {worst + 1} is {distance[worst]:.2g} standard deviations from 0; folded into the "
                f"next layer, {dtype} would lose more than half of its digits; standardize the data yourself and give "
                "the layers behind"
            )

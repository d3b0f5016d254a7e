"""Hardmax: the largest entry takes all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from multilayer.activations.activation import Facts, Interval
from multilayer.activations.along_axis import AlongAxis

__all__ = ["Hardmax", "hardmax"]


@final
@dataclass(frozen=True)
class Hardmax(AlongAxis):
    r"""Hardmax: 1 at the first of the largest entries, 0 elsewhere.

    .. math:: h(a)_i = [i = \min \arg\max_j a_j], \qquad \frac{\partial h_i}{\partial a_j} = 0

    Along the last axis unless told. inf is a number like others here; a row with nan in it is nan throughout.
    The derivative is 0 everywhere, so gradient descent cannot train through it (`facts.trainable` is False).

    Traps
    -----
    ONNX's Hardmax before operator set 13 flattened its input to two dimensions at `axis`, as Softmax did.

    Examples
    --------
    >>> hardmax([1.0, 3.0, 3.0])
    array([0., 1., 0.])
    """

    @property
    def facts(self) -> Facts:
        """Name, formulas and range."""
        return Facts(
            name="hardmax",
            formula="1 at the first largest a_i, else 0",
            derivative="0",
            latex=r"[i = \min \arg\max_j a_j]",
            range=Interval(0.0, 1.0, (True, True)),
            aliases=("argmax", "one_hot_max"),
            onnx="Hardmax",
            source="ONNX operator Hardmax",
            trainable=False,
            distribution=True,
        )

    @staticmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        result = np.zeros_like(x)
        np.put_along_axis(result, x.argmax(axis=-1)[..., np.newaxis], 1.0, axis=-1)
        return np.where(np.isnan(x).any(axis=-1, keepdims=True), np.nan, result)

    @staticmethod
    def vjp_formula(
        dz: NDArray[np.float64], a: NDArray[np.float64], z: NDArray[np.float64], /
    ) -> NDArray[np.float64]:
        return np.where(np.isnan(z), z, np.zeros_like(dz))


hardmax = Hardmax()

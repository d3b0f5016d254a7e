"""Activations along an axis: each output depends on a whole row of inputs, as with softmax."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import backend
from multilayer._base.arrays import plain_array, refuse_masked
from multilayer.activations.activation import Activation

__all__ = ["AlongAxis"]


class AlongAxis(Activation):
    """h applied to each row along an axis (by default the last one).

    A concrete activation writes `formula` and `vjp_formula` for float64 arrays, over their last axis.
    """

    @staticmethod
    @abstractmethod
    def formula(x: NDArray[np.float64], /) -> NDArray[np.float64]:
        """h(x) over the last axis of a float64 array."""

    @staticmethod
    @abstractmethod
    def vjp_formula(
        dz: NDArray[np.float64], a: NDArray[np.float64], z: NDArray[np.float64], /
    ) -> NDArray[np.float64]:
        """The gradient da over the last axis, for float64 arrays of one shape."""

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return backend.along_axis(self.facts.name, self.formula)

    @cached_property
    def _vjp(self) -> Callable[..., Any]:
        return backend.along_axis(f"{self.facts.name}_vjp", self.vjp_formula)

    @final
    @property
    def kernel(self) -> Callable[..., Any]:
        """The function over an axis behind h."""
        return self._value

    @final
    def __call__(self, x: Any, /, *, axis: int = -1, out: NDArray[Any] | None = None) -> Any:
        """Return h(x) along `axis`. Masked values are refused: the others would depend on what the mask hides."""
        if type(x) is not np.ndarray:
            refuse_masked("x", x)
        return self._value(x, axis=axis, out=out)

    @final
    def derivative(self, x: Any, /, *, axis: int = -1) -> Any:
        """Return the Jacobian dh_i / da_j as [..., i, j]: x with `axis` moved last, and an axis more."""
        a = np.moveaxis(plain_array("x", x), axis, -1)
        z = self(a)
        units = a.shape[-1]
        basis = np.broadcast_to(np.eye(units, dtype=z.dtype), (*z.shape, units))
        return self.vjp(a[..., np.newaxis, :], z[..., np.newaxis, :], basis)

    @final
    def vjp(self, a: ArrayLike, z: ArrayLike, dz: ArrayLike, *, axis: int = -1) -> NDArray[Any]:
        """Return dz times the Jacobian, without building it."""
        da: NDArray[Any] = self._vjp(np.asarray(dz), np.asarray(a), np.asarray(z), axis=axis)
        return da

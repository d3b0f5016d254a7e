"""The first kind of activation: each output depends on the one input at its place."""

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

__all__ = ["AlongAxis", "Elementwise", "curves_of"]


class Elementwise(Activation):
    """h applied to each element; value and derivative are ufuncs.

    A concrete activation writes `formula` and `derivative_formula` for float64 arrays, parameters behind x. They are
    the NumPy reference: stable, readable, and the reference for the native kernel of that name. NumPy's floating-point
    warnings are off while they run.
    """

    @staticmethod
    @abstractmethod
    def formula(x: NDArray[np.float64], /, *parameters: Any) -> NDArray[np.float64]:
        """h(x) for a float64 array."""

    @staticmethod
    @abstractmethod
    def derivative_formula(x: NDArray[np.float64], /, *parameters: Any) -> NDArray[np.float64]:
        """h'(x) for a float64 array."""

    @final
    @cached_property
    def kernel(self) -> Callable[..., Any]:
        """The ufunc of x and the parameters that computes h."""
        return self._ufunc(self.facts.name, self.formula)

    @final
    @cached_property
    def derivative_kernel(self) -> Callable[..., Any]:
        """The ufunc of x and the parameters that computes h'."""
        return self._ufunc(f"{self.facts.name}_derivative", self.derivative_formula)

    def _ufunc(self, name: str, formula: Callable[..., NDArray[np.float64]]) -> Callable[..., Any]:
        return backend.elementwise(name, formula, len(self.parameters))

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return backend.with_parameters(self.kernel, self.parameters)

    @cached_property
    def _derivative(self) -> Callable[..., Any]:
        return backend.with_parameters(self.derivative_kernel, self.parameters)

    @final
    def __call__(self, x: Any, /, *, out: Any = None, **keywords: Any) -> Any:
        """Return h(x) elementwise; takes the keywords of a ufunc (out=, where=, dtype=, casting=)."""
        if keywords:
            return self._value(x, out=out, **keywords)
        return self._value(x, out=out)  # without a dictionary to unpack

    @final
    def derivative(self, x: Any, /, *, out: Any = None, **keywords: Any) -> Any:
        """Return h'(x) elementwise; takes the keywords of a ufunc (out=, where=, dtype=, casting=)."""
        if keywords:
            return self._derivative(x, out=out, **keywords)
        return self._derivative(x, out=out)  # without a dictionary to unpack

    @final
    def vjp(self, a: ArrayLike, z: ArrayLike, dz: ArrayLike) -> NDArray[Any]:
        """Return dz * h'(a)."""
        slope = self.derivative(np.asarray(a))
        with np.errstate(all="ignore"):
            return np.asarray(np.asarray(dz) * slope)


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


def curves_of(activation: Activation) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Return h and h' as functions of one number, to be drawn or measured.

    Of an activation along an axis they are the first output for the row (a, 0), and its derivative by a.
    """
    if np.ndim(activation.derivative(np.zeros(2))) == 1:
        return activation, activation.derivative

    def row(a: ArrayLike) -> NDArray[Any]:
        given = np.asarray(a)
        return np.stack([given, np.zeros_like(given)], axis=-1)

    return lambda a: activation(row(a))[..., 0], lambda a: activation.derivative(row(a))[..., 0, 0]

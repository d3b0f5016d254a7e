"""The first kind of activation: each output depends on the one input at its place."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import backend
from multilayer.activations.activation import Activation

__all__ = ["Elementwise"]


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

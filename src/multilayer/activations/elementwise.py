"""The first kind of activation: each output depends on the one input at its place."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import backend
from multilayer.activations.contract import Activation

__all__ = ["Elementwise"]


class Elementwise(Activation):
    """h applied to each element; value and derivative are ufuncs.

    A concrete activation writes `formula` and `derivative_formula` for float64 arrays, parameters behind
    x. They are the NumPy twin: stable, readable, and the reference for the native kernel of that name.
    NumPy's floating-point warnings are off while they run.
    """

    @staticmethod
    @abstractmethod
    def formula(x: NDArray[np.float64], /, *parameters: Any) -> NDArray[np.float64]:
        """h(x) for a float64 array."""

    @staticmethod
    @abstractmethod
    def derivative_formula(x: NDArray[np.float64], /, *parameters: Any) -> NDArray[np.float64]:
        """h'(x) for a float64 array."""

    @cached_property
    def _value(self) -> Callable[..., Any]:
        return backend.elementwise(self.facts.name, self.formula, len(self.parameters))

    @cached_property
    def _derivative(self) -> Callable[..., Any]:
        name = f"{self.facts.name}_derivative"
        return backend.elementwise(name, self.derivative_formula, len(self.parameters))

    @cached_property
    def _operands(self) -> tuple[NDArray[np.float64], ...]:
        # A ufunc makes an array of each number, at every call.
        return tuple(np.asarray(p) for p in self.parameters)

    @final
    @property
    def kernel(self) -> Callable[..., Any]:
        """The ufunc behind h."""
        return self._value

    @final
    def __call__(self, x: Any, /, *, out: Any = None, **keywords: Any) -> Any:
        """Return h(x) elementwise; takes the keywords of a ufunc (out=, where=, dtype=, casting=)."""
        if keywords or type(out) is tuple:
            return self._value(x, *self._operands, out=out, **keywords)
        # A ufunc reads its operands sooner than its keywords, and unpacking none of them takes 0.1 us.
        if not self._operands:
            return self._value(x, out)
        return self._value(x, *self._operands, out)

    @final
    def derivative(self, x: Any, /, *, out: Any = None, **keywords: Any) -> Any:
        """Return h'(x) elementwise; takes the keywords of a ufunc (out=, where=, dtype=, casting=)."""
        if keywords or type(out) is tuple:
            return self._derivative(x, *self._operands, out=out, **keywords)
        if not self._operands:
            return self._derivative(x, out)
        return self._derivative(x, *self._operands, out)

    @final
    def vjp(self, a: ArrayLike, z: ArrayLike, dz: ArrayLike) -> NDArray[Any]:
        """Return dz * h'(a)."""
        slope = self.derivative(np.asarray(a))
        with np.errstate(all="ignore"):
            return np.asarray(np.asarray(dz) * slope)

"""A NumPy formula over the last axis: the twin of a native softmax-like kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer.backend.reference_ufunc import narrow, result_type

__all__ = ["TwinAxisFunction"]


class TwinAxisFunction:
    """`formula`, written for float64 arrays with at least one axis, over any axis and any real type."""

    def __init__(self, name: str, formula: Callable[..., NDArray[np.float64]]) -> None:
        self.__name__ = name
        self.formula = formula

    def __repr__(self) -> str:
        return f"<twin axis function '{self.__name__}'>"

    def __call__(self, *inputs: Any, axis: int = -1, out: NDArray[Any] | None = None) -> Any:
        """Apply the formula along `axis` of every input; the type of the first input is the result's."""
        arrays = [np.asarray(operand) for operand in inputs]
        kind = result_type(self.__name__, arrays[0].dtype)
        if arrays[0].ndim == 0:
            raise InputError(f"{self.__name__}() works along an axis, of arrays; got a single number")
        with np.errstate(all="ignore"):
            moved = [np.moveaxis(array.astype(np.float64, copy=False), axis, -1) for array in arrays]
            # Rows without any number in them have no largest one to start from, and nothing to compute.
            wide = np.copy(moved[0]) if arrays[0].size == 0 else self.formula(*moved)
            result = np.moveaxis(narrow(wide, kind), -1, axis)
            if out is None:
                return np.ascontiguousarray(result)
            np.copyto(out, result, casting="same_kind")
        return out

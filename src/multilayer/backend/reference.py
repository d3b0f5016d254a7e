"""NumPy formulas in the place of native kernels: elementwise ones behave like ufuncs, others work along an axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError

__all__ = ["ReferenceAxisFunction", "ReferenceUfunc"]

# Formulas are written once, for float64. The narrower types pass through it, so each is rounded
# once and the formula's own error never shows in them; float16 goes by way of float32.
_THROUGH = {np.dtype(np.float16): np.dtype(np.float32)}
_FLOATS = tuple(np.dtype(t) for t in (np.float16, np.float32, np.float64))


class ReferenceUfunc:
    """`formula` as an elementwise function of one array and any number of float64 parameters.

    Follows the ufunc protocol as far as its users reach: `out=`, `where=`, `dtype=`, `casting=`,
    broadcasting, scalars for 0-d results, and `__array_ufunc__`, so that Dask, pandas and xarray objects come
    back as what they were; a masked array keeps its mask. float16, float32 and float64 keep their type; integers
    and booleans become float64.
    """

    nout = 1
    signature = None
    identity = None
    types = ("e->e", "f->f", "d->d")

    def __init__(self, name: str, formula: Callable[..., NDArray[np.float64]], n_parameters: int = 0) -> None:
        self.__name__ = name
        self.formula = formula
        self.nin = 1 + n_parameters
        self.nargs = self.nin + 1

    def __repr__(self) -> str:
        return f"<NumPy reference ufunc '{self.__name__}'>"

    def __call__(self, *inputs: Any, out: Any = None, **keywords: Any) -> Any:
        if len(inputs) == self.nargs and out is None:
            *inputs, out = inputs  # type: ignore[assignment]
        if len(inputs) != self.nin:
            raise TypeError(f"{self.__name__}() takes {self.nin} inputs, got {len(inputs)}")
        if isinstance(out, tuple):
            (out,) = out
        for operand in (*inputs, out):
            if _overrides(operand):
                return self._dispatch(inputs, out, keywords)
        result = self._compute(inputs, out, **keywords)
        mask = getattr(inputs[0], "mask", None) if isinstance(inputs[0], np.ndarray) else None
        return result if mask is None or out is not None else np.ma.array(result, mask=np.array(mask))

    def _dispatch(self, inputs: tuple[Any, ...], out: Any, keywords: dict[str, Any]) -> Any:
        if out is not None:
            keywords = keywords | {"out": (out,)}
        for operand in (*inputs, out):
            if _overrides(operand) and operand.__array_ufunc__ is not None:
                result = operand.__array_ufunc__(self, "__call__", *inputs, **keywords)
                if result is not NotImplemented:
                    return result
        kinds = ", ".join(type(operand).__name__ for operand in inputs)
        raise TypeError(f"operand types ({kinds}) do not support {self.__name__}()")

    def _compute(
        self,
        inputs: tuple[Any, ...],
        out: NDArray[Any] | None,
        where: Any = True,
        dtype: Any = None,
        casting: Any = "same_kind",
    ) -> Any:
        x, *parameters = (np.asarray(operand) for operand in inputs)
        kind = _result_type(self.__name__, np.dtype(dtype) if dtype is not None else x.dtype)
        with np.errstate(all="ignore"):
            result = _narrow(self.formula(x.astype(np.float64, copy=False), *parameters), kind)
            if out is None and where is True:
                return result[()]
            if out is None:
                out = np.empty(np.broadcast_shapes(result.shape, np.shape(where)), kind)
            if not isinstance(out, np.ndarray):
                raise TypeError(f"{self.__name__}(): out must be an array, got {type(out).__name__}")
            np.copyto(out, result, casting=casting, where=where)
        return out


class ReferenceAxisFunction:
    """`formula`, written for float64 arrays with at least one axis, over any axis and any real type."""

    def __init__(self, name: str, formula: Callable[..., NDArray[np.float64]]) -> None:
        self.__name__ = name
        self.formula = formula

    def __repr__(self) -> str:
        return f"<NumPy reference axis function '{self.__name__}'>"

    def __call__(self, *inputs: Any, axis: int = -1, out: NDArray[Any] | None = None) -> Any:
        """Apply the formula along `axis` of every input; the type of the first input is the result's."""
        arrays = [np.asarray(operand) for operand in inputs]
        kind = _result_type(self.__name__, arrays[0].dtype)
        if arrays[0].ndim == 0:
            raise InputError(
                "{name}() works along an axis, of arrays; got a single number", name=self.__name__
            )
        with np.errstate(all="ignore"):
            moved = [np.moveaxis(array.astype(np.float64, copy=False), axis, -1) for array in arrays]
            # Rows without any number in them have no largest one to start from, and nothing to compute.
            wide = np.copy(moved[0]) if arrays[0].size == 0 else self.formula(*moved)
            result = np.moveaxis(_narrow(wide, kind), -1, axis)
            if out is None:
                return np.ascontiguousarray(result)
            np.copyto(out, result, casting="same_kind")
        return out


def _overrides(operand: Any) -> bool:
    """Whether the operand's own class wants to handle ufuncs, as Dask, pandas and xarray do."""
    plain = np.ndarray.__array_ufunc__
    return getattr(type(operand), "__array_ufunc__", plain) is not plain


def _result_type(name: str, kind: np.dtype[Any]) -> np.dtype[Any]:
    """Return the type of the result for an input of type `kind`."""
    kind = kind.newbyteorder("=")
    if kind in _FLOATS:
        return kind
    if kind.kind in "biu":
        return np.dtype(np.float64)
    raise TypeError(f"{name}() takes float16, float32, float64, integer or boolean arrays, got {kind}")


def _narrow(wide: NDArray[np.float64], kind: np.dtype[Any]) -> NDArray[Any]:
    """Round a float64 result to `kind`, float16 by way of float32."""
    return np.asarray(wide).astype(_THROUGH.get(kind, kind), copy=False).astype(kind, copy=False)

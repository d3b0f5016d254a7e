"""One fully connected layer, and which follow each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from multilayer import backend
from multilayer._base.arrays import real_array, well_laid_out
from multilayer._base.data_frames import numbers
from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer._base.translation import N_
from multilayer.activations import Activation, get, identity

__all__ = ["Dense", "check_chain", "float_type", "samples_in", "samples_of"]

_NETWORK = N_("x has shape {shape}; this network takes ({width},), or (samples, {width})")
_LAYER = N_("x has shape {shape}; this layer takes ({width},), or (samples, {width})")


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Dense:
    """A fully connected layer: a = x W + b, z = h(a).

    Parameters
    ----------
    W : array_like, shape (inputs, units)
        Weights; W[i, j] joins input i to unit j. float32 and float64 keep their type, float16 becomes
        float32, integers become float64.
    b : array_like, shape (units,), optional
        Biases; zero unless given.
    activation : Activation or str, optional
        h; the identity unless given.

    The layer owns read-only copies, and cannot be changed. Two layers are equal when type, shape, every bit of W and
    b, and the activation are.

    Raises
    ------
    InputError
        When a shape, type or parameter does not fit.

    Examples
    --------
    >>> layer = Dense([[0.5, 0.2, -0.3], [0.1, -0.2, 0.7]], [0.3, -0.1, 0.5], "relu")
    >>> layer
    Dense(2 inputs, 3 units, ReLU(), float64)
    >>> layer.W.shape
    (2, 3)
    """

    W: NDArray[Any]
    b: NDArray[Any]
    activation: Activation

    def __init__(
        self, W: ArrayLike, b: ArrayLike | None = None, activation: Activation | str = identity
    ) -> None:
        weights = _numbers("W", W)
        if weights.ndim != 2 or 0 in weights.shape:
            raise InputError(
                "W has shape {shape}; expected (inputs, units) with at least one of each", shape=weights.shape
            )
        units = weights.shape[1]
        biases = np.zeros(units, weights.dtype) if b is None else _numbers("b", b)
        if biases.shape != (units,):
            raise InputError(
                "b has shape {shape} but W has {units} columns; expected ({units},), a bias per unit",
                shape=biases.shape,
                units=units,
            )
        activation = get(activation)
        for value in activation.parameters:
            if value.ndim and value.shape != (units,):
                raise InputError(
                    "activation {activation!r} has {size} numbers but the layer has "
                    "{units} units; expected one number, or one per unit",
                    activation=activation,
                    size=value.size,
                    units=units,
                )
        kind = np.result_type(weights, biases)
        object.__setattr__(self, "W", _owned(weights, kind))
        object.__setattr__(self, "b", _owned(biases, kind))
        object.__setattr__(self, "activation", activation)

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return int(self.W.shape[0])

    @property
    def units(self) -> int:
        """Number of units, and so of outputs."""
        return int(self.W.shape[1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of W, b and of what the layer computes: float32 or float64."""
        return self.W.dtype

    @cached_property
    def weighted_sums(self) -> Callable[[ArrayLike], NDArray[Any]]:
        """The function x -> x W + b, with what it prepares once; x is taken in the layer's dtype."""
        sums, inputs = backend.affine(self.W, self.b), self.inputs

        def weighted_sums(x: ArrayLike) -> NDArray[Any]:
            try:
                return sums(x)
            except (TypeError, ValueError):
                plain = samples_of(x, inputs, taker=_LAYER)  # raises with what is wrong with x
                if plain is x:
                    raise
            return sums(plain)

        return weighted_sums

    def _content(self) -> tuple[Any, ...]:
        return self.dtype, self.W.shape, self.W.tobytes(), self.b.tobytes(), self.activation

    def __eq__(self, other: object) -> bool:
        return self._content() == other._content() if isinstance(other, Dense) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._content())

    def __reduce__(self) -> tuple[Any, ...]:
        return Dense, (self.W, self.b, self.activation)

    def __repr__(self) -> str:
        return f"Dense({self.inputs} inputs, {self.units} units, {self.activation!r}, {self.dtype})"


def float_type(dtype: DTypeLike) -> np.dtype[Any]:
    """Return a type that a network can have: float32 or float64.

    Raises
    ------
    InputError
        For any other type: integers would make zeros of most weights, float16 is no type to compute in.
    """
    for kind in (np.dtype(np.float32), np.dtype(np.float64)):
        try:
            if dtype is not None and np.dtype(dtype) == kind:
                return kind
        except (TypeError, ValueError):
            break
    raise InputError("dtype must be float32 or float64; got {dtype}", dtype=one_line(str(dtype), 60))


def samples_of(
    x: ArrayLike, width: int, names: Sequence[str] | None = None, taker: str = _NETWORK
) -> NDArray[Any]:
    """Return one sample, of shape (inputs,), or several, of shape (samples, inputs), as a plain array.

    What x may be, and how the columns of a data frame are found: see `multilayer._base.arrays`.

    Raises
    ------
    InputError
        When x holds something else than real numbers, or has another shape.
    """
    array = numbers("x", x, names)
    if array.ndim not in (1, 2) or array.shape[-1] != width:
        raise InputError(taker, shape=array.shape, width=width)
    return well_laid_out(np.asarray(array))


def samples_in(dtype: np.dtype[Any], array: NDArray[Any]) -> NDArray[Any]:
    """Return a plain array in the type of a network; what is beyond its range is infinite."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype)


def _numbers(name: str, values: ArrayLike) -> NDArray[Any]:
    array = real_array(name, values)
    if array.dtype.itemsize > 8:
        raise InputError(
            "{name} holds {dtype} values; expected real numbers (float32 or float64)",
            name=name,
            dtype=array.dtype,
        )
    if array.dtype == np.float16:
        return array.astype(np.float32)
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def _owned(array: NDArray[Any], kind: np.dtype[Any]) -> NDArray[Any]:
    copy = np.array(array, dtype=kind, order="C")
    copy.flags.writeable = False
    return copy


def check_chain(layers: tuple[Dense, ...]) -> None:
    """Refuse layers that do not follow each other.

    Raises
    ------
    InputError
        Naming the layer: it is no `Dense`, takes another number of inputs, or is of another type.
    """
    if not layers:
        raise InputError("a network needs at least one layer; got none")
    for number, layer in enumerate(layers, 1):
        if not isinstance(layer, Dense):
            raise InputError(
                "layer {number} is of type {kind}; expected multilayer.Dense, or take "
                "multilayer.initialize((2, 4, 3), ...) for widths",
                number=number,
                kind=type(layer).__name__,
            )
    for number, (before, layer) in enumerate(pairwise(layers), 2):
        if layer.inputs != before.units:
            raise InputError(
                "layer {number}: W has shape {shape} but layer {before} has {units} "
                "units; expected ({units}, n)",
                number=number,
                shape=layer.W.shape,
                before=number - 1,
                units=before.units,
            )
        if layer.dtype != before.dtype:
            raise InputError(
                "layer {number} is {dtype} but layer {before} is {before_dtype}; "
                "expected one type for all layers",
                number=number,
                dtype=layer.dtype,
                before=number - 1,
                before_dtype=before.dtype,
            )

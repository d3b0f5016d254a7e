"""The weighted sums of a layer and the forward pass of a network: native and fused, or in NumPy.

Native results have the same bits however they are computed: a row alone or in any batch, with any number
of threads, the layers one by one or the whole network. Each weighted sum is one chain of fused multiply-adds
over the inputs in their order, starting from the bias. The NumPy reference does not promise that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer.backend.choice import kernel_name, native_or_warn

__all__ = ["affine", "compile_network"]

Array = NDArray[Any]


class _Activation(Protocol):
    @property
    def kernel(self) -> Callable[..., Any] | None: ...
    @property
    def parameters(self) -> tuple[Any, ...]: ...
    def __call__(self, x: Any, /) -> Any: ...


class _Layer(Protocol):
    @property
    def W(self) -> Array: ...
    @property
    def b(self) -> Array: ...
    @property
    def activation(self) -> _Activation: ...


def affine(W: Array, b: Array) -> Callable[[ArrayLike], Array]:
    """Return the function x -> x W + b, for x of shape (inputs,) or (samples, inputs).

    x is a plain array of any real type, taken in that of W; ValueError for another shape, TypeError for anything else.
    The native function keeps a packed copy of W and b.
    """
    core = native_or_warn()
    if core is not None:
        weighted_sum: Callable[[ArrayLike], Array] = core.Network([(W, b, None, ())])
        return weighted_sum

    def reference(x: ArrayLike) -> Array:
        if type(x) is not np.ndarray or x.dtype.kind not in "biuf":
            raise TypeError(f"x is a {type(x).__name__}; expected a plain array of real numbers")
        if x.ndim not in (1, 2) or x.shape[-1] != len(W):
            raise ValueError(f"x has shape {x.shape}; expected ({len(W)},), or (samples, {len(W)})")
        with np.errstate(all="ignore"):
            return np.asarray(x.astype(W.dtype, copy=False) @ W + b)

    return reference


def compile_network(layers: Sequence[_Layer]) -> Callable[[ArrayLike], Array] | None:
    """Return the function x -> y of the whole network, its weights packed; None without the native core.

    It takes a plain array x of shape (inputs,) or (samples, inputs) and of any real type, raises ValueError for
    another shape and TypeError for anything else. Layers are fused up to one whose activation has no native kernel;
    such an activation is called as it is, and the layers behind it are fused again.
    """
    core = native_or_warn()
    if core is None:
        return None
    stages: list[Callable[..., Any]] = []
    fused: list[tuple[Array, Array, str | None, tuple[Any, ...]]] = []
    for layer in layers:
        name, parameters = kernel_name(layer.activation.kernel), layer.activation.parameters
        if name is not None:
            fused.append((layer.W, layer.b, name, parameters))
            continue
        fused.append((layer.W, layer.b, None, ()))
        stages += [core.Network(fused), layer.activation]
        fused = []
    if fused:
        stages.append(core.Network(fused))
    return stages[0] if len(stages) == 1 else _Chain(stages)


class _Chain:
    """Functions one after the other."""

    def __init__(self, stages: Sequence[Callable[..., Any]]) -> None:
        self.stages = tuple(stages)

    def __call__(self, x: ArrayLike) -> Any:
        for stage in self.stages:
            x = stage(x)
        return x

"""The table of kernels: which functions compute an activation, and which constants they take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from multilayer import activations as h
from multilayer.exchange.source.kernels import (
    exponentials,
    gelu,
    mish,
    piecewise,
    rectifiers,
    rows,
    sigmoids,
    softplus,
    sparse_rows,
    tanh,
)

__all__ = ["KERNELS", "Kernel", "kernel_arguments"]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Kernel:
    """The kernels of an activation, of one number or of a row of outputs in place, for float32 and for float64.

    A kernel of a row may take an array of as many float64 numbers, which it uses on the way.
    """

    float32: Function
    float64: Function
    of_row: bool = False
    bounds: Callable[..., tuple[float, ...]] | None = None
    """The constants of the kernel from the parameters and the type, where they are not the parameters themselves."""


def _floor(p: float, dtype: np.dtype[Any]) -> float:
    """Return the largest number of the type that is not above p: x > p is x > that."""
    nearest = dtype.type(p)
    return float(np.nextafter(nearest, dtype.type(-np.inf)) if float(nearest) > p else nearest)


def _ceiling(p: float, dtype: np.dtype[Any]) -> float:
    return -_floor(-p, dtype)


def _same(function: Function, **more: Any) -> Kernel:
    return Kernel(function, function, **more)


def _row(float32: Function, float64: Function) -> Kernel:
    return Kernel(float32, float64, of_row=True)


KERNELS: dict[type[h.Activation], Kernel] = {
    type(h.identity): _same(rectifiers.identity),
    type(h.step): _same(rectifiers.step),
    type(h.sigmoid): Kernel(sigmoids.sigmoid_f32, sigmoids.sigmoid_f64),
    type(h.tanh): Kernel(tanh.tanh_f32, tanh.tanh_f64),
    type(h.relu): _same(rectifiers.relu),
    type(h.leaky_relu): Kernel(rectifiers.leaky_relu_f32, rectifiers.leaky_relu_f64),
    type(h.prelu): Kernel(rectifiers.leaky_relu_f32, rectifiers.leaky_relu_f64),
    type(h.relu6): _same(rectifiers.relu6),
    type(h.thresholded_relu): _same(
        rectifiers.thresholded_relu, bounds=lambda dtype, theta: (_floor(theta, dtype),)
    ),
    type(h.celu): Kernel(exponentials.celu_f32, exponentials.celu_f64),
    type(h.elu): Kernel(exponentials.elu_f32, exponentials.elu_f64),
    type(h.selu): Kernel(exponentials.selu_f32, exponentials.selu_f64),
    type(h.gelu): Kernel(gelu.gelu_f32, gelu.gelu_f64),
    type(h.gelu_tanh): Kernel(sigmoids.gelu_tanh_f32, sigmoids.gelu_tanh_f64),
    type(h.silu): Kernel(sigmoids.silu_f32, sigmoids.silu_f64),
    type(h.mish): Kernel(mish.mish_f32, mish.mish_f64),
    type(h.log_sigmoid): Kernel(softplus.log_sigmoid_f32, softplus.log_sigmoid_f64),
    type(h.softplus): Kernel(softplus.softplus_f32, softplus.softplus_f64),
    type(h.squareplus): Kernel(piecewise.squareplus_f32, piecewise.squareplus_f64),
    type(h.hard_sigmoid): Kernel(piecewise.hard_sigmoid_f32, piecewise.hard_sigmoid_f64),
    type(h.hard_swish): Kernel(piecewise.hard_swish_f32, piecewise.hard_swish_f64),
    type(h.hard_tanh): _same(
        rectifiers.hard_tanh,
        bounds=lambda dtype, low, high: (low, _ceiling(low, dtype), high, _floor(high, dtype)),
    ),
    type(h.softsign): Kernel(piecewise.softsign_f32, piecewise.softsign_f64),
    type(h.hard_shrink): _same(rectifiers.hard_shrink, bounds=lambda dtype, t: (_floor(t, dtype),)),
    type(h.soft_shrink): Kernel(
        rectifiers.soft_shrink_f32, rectifiers.soft_shrink_f64, bounds=lambda dtype, t: (t, _floor(t, dtype))
    ),
    type(h.tanh_shrink): Kernel(tanh.tanh_shrink_f32, tanh.tanh_shrink_f64),
    type(h.exponential): Kernel(exponentials.exponential_f32, exponentials.exponential_f64),
    type(h.gaussian): Kernel(exponentials.gaussian_f32, exponentials.gaussian_f64),
    type(h.log_softmax): _row(rows.log_softmax_f32, rows.log_softmax_f64),
    type(h.softmax): _row(rows.softmax_f32, rows.softmax_f64),
    type(h.softmin): _row(rows.softmin_f32, rows.softmin_f64),
    type(h.sparsemax): _row(sparse_rows.sparsemax, sparse_rows.sparsemax),
    type(h.hardmax): _row(sparse_rows.hardmax, sparse_rows.hardmax),
}


def kernel_arguments(activation: h.Activation, dtype: np.dtype[Any]) -> tuple[Any, ...]:
    """Return the constants that the kernel takes beside x: floats, or arrays of a number for each unit."""
    bounds = KERNELS[type(activation)].bounds
    if bounds is None:
        return tuple(float(p) if p.ndim == 0 else p for p in activation.parameters)
    with np.errstate(all="ignore"):
        return bounds(dtype, *map(float, activation.parameters))

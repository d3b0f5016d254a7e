"""NumPy as a careful user writes it: matrix products, and formulas that reuse the output array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Layers

NAME, PACKAGE = "NumPy", "numpy"


def _copy(x: Any, out: Any) -> Any:
    np.copyto(out, x)
    return out


def _sigmoid(x: Any, out: Any) -> Any:
    np.negative(x, out=out)
    np.exp(out, out=out)
    out += 1
    return np.reciprocal(out, out=out)


def _silu(x: Any, out: Any) -> Any:
    return np.multiply(x, _sigmoid(x, out), out=out)


def _gelu_tanh(x: Any, out: Any) -> Any:
    np.multiply(x, x, out=out)
    out *= 0.044715
    out += 1
    out *= x
    out *= np.sqrt(2 / np.pi).astype(x.dtype)
    np.tanh(out, out=out)
    out += 1
    out *= x
    out *= 0.5
    return out


def _softplus(x: Any, out: Any) -> Any:
    return np.logaddexp(x, 0, out=out)


def _hard_sigmoid(x: Any, out: Any) -> Any:
    np.multiply(x, x.dtype.type(1 / 6), out=out)
    out += 0.5
    return np.clip(out, 0, 1, out=out)


def _mish(x: Any, out: Any) -> Any:
    np.tanh(_softplus(x, out), out=out)
    out *= x
    return out


def _elu(x: Any, out: Any) -> Any:
    np.minimum(x, 0, out=out)
    np.expm1(out, out=out)
    return np.maximum(out, x, out=out)


def _gaussian(x: Any, out: Any) -> Any:
    np.multiply(x, x, out=out)
    np.negative(out, out=out)
    return np.exp(out, out=out)


def _softsign(x: Any, out: Any) -> Any:
    np.abs(x, out=out)
    out += 1
    return np.divide(x, out, out=out)


def _squareplus(x: Any, out: Any) -> Any:
    np.multiply(x, x, out=out)
    out += 4
    np.sqrt(out, out=out)
    out += x
    out *= 0.5
    return out


def _log_sigmoid(x: Any, out: Any) -> Any:
    np.negative(x, out=out)
    np.logaddexp(out, 0, out=out)
    return np.negative(out, out=out)


FORMULAS: dict[str, Callable[[Any, Any], Any]] = {
    "identity": _copy,
    "step": lambda x, out: np.heaviside(x, 0, out=out),
    "sigmoid": _sigmoid,
    "tanh": lambda x, out: np.tanh(x, out=out),
    "relu": lambda x, out: np.maximum(x, 0, out=out),
    "leaky_relu": lambda x, out: np.maximum(x, np.multiply(x, 0.01, out=out), out=out),
    "prelu": lambda x, out: np.maximum(x, np.multiply(x, 0.25, out=out), out=out),
    "relu6": lambda x, out: np.clip(x, 0, 6, out=out),
    "thresholded_relu": lambda x, out: np.multiply(x, x > 1, out=out),
    "elu": _elu,
    "celu": _elu,
    "gelu_tanh": _gelu_tanh,
    "silu": _silu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_swish": lambda x, out: np.multiply(_hard_sigmoid(x, out), x, out=out),
    "hard_tanh": lambda x, out: np.clip(x, -1, 1, out=out),
    "softplus": _softplus,
    "softsign": _softsign,
    "mish": _mish,
    "log_sigmoid": _log_sigmoid,
    "tanh_shrink": lambda x, out: np.subtract(x, np.tanh(x, out=out), out=out),
    "squareplus": _squareplus,
    "exponential": lambda x, out: np.exp(x, out=out),
    "gaussian": _gaussian,
}


def _softmax(x: Any, _: Any) -> Any:
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def _nothing(x: Any, out: Any) -> Any:
    return x


# Within a network the weighted sums are not needed again, so these may overwrite them; others write an array of
# their own.
_IN_PLACE = {name: FORMULAS[name] for name in ("sigmoid", "tanh", "relu")} | {
    "identity": _nothing,
    "softmax": _softmax,
}


def _within_a_network(name: str) -> Callable[[Any, Any], Any]:
    formula = FORMULAS.get(name)
    return _IN_PLACE.get(name) or (lambda x, _: formula(x, np.empty_like(x)))  # type: ignore[misc]


def forward(layers: Layers, x: NDArray[Any]) -> Callable[[], Any] | None:
    """x @ W + b and the formula, layer by layer, in place where that can be."""
    if any(h not in FORMULAS | _IN_PLACE for _, _, h in layers):
        return None
    steps = [(W, b, _within_a_network(h)) for W, b, h in layers]

    def run() -> Any:
        z = x
        for W, b, formula in steps:
            a = z @ W
            a += b
            z = formula(a, a)
        return z

    return run


def elementwise(name: str, x: NDArray[Any]) -> Callable[[], Any] | None:
    """The formula into an array that is there already."""
    formula, out = FORMULAS.get(name), np.empty_like(x)
    return None if formula is None else lambda: formula(x, out)

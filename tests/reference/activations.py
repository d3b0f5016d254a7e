"""What every elementwise activation should return: its definition, in numbers of any precision.

`REFERENCES[name]` holds value and derivative as functions of (m, x, *parameters), m being the arithmetic;
they are written from the definitions, not from the formulas under test. `evaluate` rounds them to float64,
together with the distance to the exact result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tests.reference.arithmetic import Arithmetic, fast

__all__ = ["REFERENCES", "Exact", "Reference", "evaluate"]

Function = Callable[..., Any]

SELU_SCALE = "1.0507009873554804934193349852946"
SELU_ALPHA = "1.6732632423543772848170429916717"
# Two to this power stands for infinity: every limit is reached there, once the result is rounded.
FAR = 2000


@dataclass(frozen=True)
class Reference:
    """Value and derivative; where the derivative is zero with a sign change, and its largest size."""

    value: Function
    derivative: Function
    zeros: Callable[..., tuple[float, ...]] = lambda *_: ()
    largest_derivative: Callable[..., float] = lambda *_: 1.0


class Exact(NamedTuple):
    """Results to more than float64: the nearest float64, and the exact result minus it, in ulps of it."""

    nearest: np.ndarray
    rest: np.ndarray


def _sigmoid(m: Arithmetic, v: Any) -> Any:
    return 1 / (1 + m.exp(-v))


def _sigmoid_derivative(m: Arithmetic, v: Any) -> Any:
    return 1 / (2 * m.cosh(v / 2)) ** 2


def _softplus(m: Arithmetic, v: Any) -> Any:
    return v + m.log1p(m.exp(-v)) if v > 0 else m.log1p(m.exp(v))


def _normal(m: Arithmetic, x: Any) -> Any:
    return m.erfc(-x / m.sqrt(m.real(2))) / 2


def _density(m: Arithmetic, x: Any) -> Any:
    return m.exp(-x * x / 2) / m.sqrt(2 * m.pi())


def _gelu_tanh_argument(m: Arithmetic, x: Any) -> Any:
    return 2 * m.sqrt(2 / m.pi()) * (x + m.real(44715) / 1000000 * x * x * x)


def _gelu_tanh_derivative(m: Arithmetic, x: Any) -> Any:
    v = _gelu_tanh_argument(m, x)
    slope = 2 * m.sqrt(2 / m.pi()) * (1 + m.real(134145) / 1000000 * x * x)
    return _sigmoid(m, v) + x * slope * _sigmoid_derivative(m, v)


def _mish_derivative(m: Arithmetic, x: Any) -> Any:
    s = _softplus(m, x)
    return m.tanh(s) + x * _sigmoid(m, x) / m.cosh(s) ** 2


def _hard_sigmoid_derivative(m: Arithmetic, x: Any, alpha: float, beta: float) -> Any:
    return alpha if -beta / alpha < x < (1.0 - beta) / alpha else 0


def _selu_scale(m: Arithmetic) -> Any:
    return m.real(SELU_SCALE)


def _selu_product(m: Arithmetic) -> Any:
    return m.real(SELU_SCALE) * m.real(SELU_ALPHA)


_two_slopes = Reference(
    lambda m, x, slope: x if x > 0 else slope * x,
    lambda m, x, slope: 1 if x > 0 else slope,
)

REFERENCES: dict[str, Reference] = {
    "identity": Reference(lambda m, x: x, lambda m, x: 1),
    "step": Reference(lambda m, x: 1 if x > 0 else 0, lambda m, x: 0),
    "sigmoid": Reference(_sigmoid, _sigmoid_derivative),
    "tanh": Reference(lambda m, x: m.tanh(x), lambda m, x: 1 / m.cosh(x) ** 2),
    "relu": Reference(lambda m, x: max(x, 0), lambda m, x: 1 if x > 0 else 0),
    "leaky_relu": _two_slopes,
    "prelu": _two_slopes,
    "relu6": Reference(lambda m, x: min(max(x, 0), 6), lambda m, x: 1 if 0 < x < 6 else 0),
    "thresholded_relu": Reference(
        lambda m, x, theta: x if x > theta else 0,
        lambda m, x, theta: 1 if x > theta else 0,
    ),
    "elu": Reference(
        lambda m, x, alpha: x if x > 0 else alpha * m.expm1(x),
        lambda m, x, alpha: 1 if x > 0 else alpha * m.exp(x),
    ),
    "celu": Reference(
        lambda m, x, alpha: x if x > 0 else alpha * m.expm1(x / alpha),
        lambda m, x, alpha: 1 if x > 0 else m.exp(x / alpha),
    ),
    "selu": Reference(
        lambda m, x: _selu_scale(m) * x if x > 0 else _selu_product(m) * m.expm1(x),
        lambda m, x: _selu_scale(m) if x > 0 else _selu_product(m) * m.exp(x),
    ),
    "gelu": Reference(
        lambda m, x: x * _normal(m, x),
        lambda m, x: _normal(m, x) + x * _density(m, x),
        zeros=lambda: (-0.7517915246935645,),
        largest_derivative=lambda: 1.1289,
    ),
    "gelu_tanh": Reference(
        lambda m, x: x * _sigmoid(m, _gelu_tanh_argument(m, x)),
        _gelu_tanh_derivative,
        zeros=lambda: (-0.7524614220710163,),
        largest_derivative=lambda: 1.1290,
    ),
    "silu": Reference(
        lambda m, x, beta: x * _sigmoid(m, beta * x),
        lambda m, x, beta: _sigmoid(m, beta * x) + beta * x * _sigmoid_derivative(m, beta * x),
        zeros=lambda beta: (-1.2784645427610738 / beta,),
        largest_derivative=lambda beta: 1.0998,
    ),
    "mish": Reference(
        lambda m, x: x * m.tanh(_softplus(m, x)),
        _mish_derivative,
        zeros=lambda: (-1.1924312145154952,),
        largest_derivative=lambda: 1.0885,
    ),
    "softplus": Reference(
        lambda m, x, beta: _softplus(m, beta * x) / beta,
        lambda m, x, beta: _sigmoid(m, beta * x),
    ),
    "log_sigmoid": Reference(lambda m, x: -_softplus(m, -x), lambda m, x: _sigmoid(m, -x)),
    "squareplus": Reference(
        lambda m, x, b: (x + m.sqrt(x * x + b)) / 2,
        lambda m, x, b: (1 + x / m.sqrt(x * x + b)) / 2,
    ),
    "hard_sigmoid": Reference(
        lambda m, x, alpha, beta: min(max(alpha * x + beta, 0), 1),
        _hard_sigmoid_derivative,
    ),
    "hard_swish": Reference(
        lambda m, x: x * min(max(x + 3, 0), 6) / 6,
        lambda m, x: 0 if x <= -3 else 1 if x >= 3 else (2 * x + 3) / 6,
        zeros=lambda: (-1.5,),
        largest_derivative=lambda: 1.5,
    ),
    "hard_tanh": Reference(
        lambda m, x, low, high: min(max(x, low), high),
        lambda m, x, low, high: 1 if low < x < high else 0,
    ),
    "softsign": Reference(lambda m, x: x / (1 + abs(x)), lambda m, x: 1 / (1 + abs(x)) ** 2),
    "soft_shrink": Reference(
        lambda m, x, t: x - t if x > t else x + t if x < -t else 0,
        lambda m, x, t: 1 if abs(x) > t else 0,
    ),
    "hard_shrink": Reference(
        lambda m, x, t: x if abs(x) > t else 0,
        lambda m, x, t: 1 if abs(x) > t else 0,
    ),
    "tanh_shrink": Reference(lambda m, x: x - m.tanh(x), lambda m, x: m.tanh(x) ** 2),
    "exponential": Reference(lambda m, x: m.exp(x), lambda m, x: m.exp(x)),
    "gaussian": Reference(
        lambda m, x: m.exp(-x * x),
        lambda m, x: -2 * x * m.exp(-x * x),
        largest_derivative=lambda: 0.8578,
    ),
}


def evaluate(
    function: Function, points: Iterable[float], parameters: tuple[float, ...] = (), m: Arithmetic = fast
) -> Exact:
    """Return `function` at the points: exact limits at +-inf, nan at nan.

    The precision is raised until the result stands still.
    """
    pairs = [_rounded(function, float(x), parameters, m) for x in points]
    nearest, rest = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return Exact(nearest, rest)


def _rounded(
    function: Function, x: float, parameters: tuple[float, ...], m: Arithmetic
) -> tuple[float, float]:
    if math.isnan(x):
        return math.nan, 0.0
    previous = None
    for bits in (128, 256, 640, 2600, 5200, 10400):
        with m.precision(bits):
            at = m.real(x) if math.isfinite(x) else m.real(math.copysign(2.0, x)) * m.real(2) ** (FAR - 1)
            result = m.real(function(m, at, *parameters))
            if not math.isfinite(result):
                return float(result), 0.0
            # A zero may be the last trace of a cancellation: only the highest precisions are believed.
            settled = previous is not None and abs(result - previous) <= abs(result) * 2.0**-70
            if settled and (result != 0 or bits > 2000):
                nearest = float(result)
                rest = 0.0 if math.isinf(nearest) else float((result - nearest) / math.ulp(nearest))
                return nearest, rest
            previous = result
    raise ArithmeticError(f"no stable result at {x!r}")

"""How each activation is written in operators of ONNX: one table, by which they are written and recognized.

A formula is a function of `o`, which applies an operator, of x and of the activation. The writer's `o` makes nodes, the
reader's makes normal forms (`algebra`). The first formula of an activation that fits is written; all are recognized.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from multilayer import activations as act
from multilayer.activations import Activation

__all__ = ["FORMULAS", "Formula"]

Operator = Callable[..., Any]
Build = Callable[[Operator, Any, Any], Any]


@dataclass(frozen=True)
class Formula:
    """A way to write an activation."""

    kind: type[Activation]
    build: Build
    opset: int = 1
    """The first version of ONNX's operators that has all of it."""
    double: bool = True
    """Whether it is exact in float64: attributes are float32, and some operators run in float32 alone."""
    only: Activation | None = None
    """The one activation that it is for, where it is not for all parameters."""


# (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) x / 2
_ROOT, _CUBIC = math.sqrt(2.0 / math.pi), 0.044715
# selu of Klambauer et al. 2017.
_ALPHA, _SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


def _positive(o: Operator, x: Any) -> Any:
    return o("Max", x, 0.0)


def _negative_exponential(o: Operator, x: Any, alpha: float, inner: float) -> Any:
    """alpha (exp(inner x) - 1) where that is below 0, else 0."""
    return o("Min", o("Sub", o("Mul", o("Exp", _times(o, x, inner)), alpha), alpha), 0.0)


def _times(o: Operator, x: Any, factor: float) -> Any:
    return x if factor == 1.0 else o("Mul", x, factor)


def _silu(o: Operator, x: Any, h: Any) -> Any:
    return o("Mul", x, o("Sigmoid", _times(o, x, h.beta)))


def _gelu(o: Operator, x: Any, h: Any) -> Any:
    return o("Mul", o("Mul", x, 0.5), o("Add", o("Erf", o("Mul", x, math.sqrt(0.5))), 1.0))


def _gelu_tanh(o: Operator, x: Any, h: Any) -> Any:
    cube = o("Mul", o("Mul", x, x), x)
    inner = o("Mul", o("Add", x, o("Mul", cube, _CUBIC)), _ROOT)
    return o("Mul", o("Mul", x, 0.5), o("Add", o("Tanh", inner), 1.0))


def _squareplus(o: Operator, x: Any, h: Any) -> Any:
    # (x + r) / 2 without the difference of two like numbers: max(x, 0) + b / 2 / (|x| + r), r = sqrt(x^2 + b).
    root = o("Sqrt", o("Add", o("Mul", x, x), h.b))
    return o("Add", _positive(o, x), o("Div", h.b / 2.0, o("Add", o("Abs", x), root)))


def _squareplus_by_root(o: Operator, x: Any, h: Any) -> Any:
    return o("Mul", o("Add", x, o("Sqrt", o("Add", o("Mul", x, x), h.b))), 0.5)


def _softplus(o: Operator, x: Any, h: Any) -> Any:
    found = o("Softplus", _times(o, x, h.beta))
    return found if h.beta == 1.0 else o("Div", found, h.beta)


def _log_of_one_plus(o: Operator, x: Any, factor: float) -> Any:
    """log(1 + exp(-|factor x|)), which all runtimes have in float64, unlike Softplus."""
    return o("Log", o("Add", o("Exp", o("Mul", o("Abs", x), -factor)), 1.0))


def _softplus_double(o: Operator, x: Any, h: Any) -> Any:
    return o("Add", _positive(o, x), _times(o, _log_of_one_plus(o, x, h.beta), 1.0 / h.beta))


def _mish_double(o: Operator, x: Any, h: Any) -> Any:
    return o("Mul", x, o("Tanh", _softplus_double(o, x, act.softplus)))


def _log_sigmoid_double(o: Operator, x: Any, h: Any) -> Any:
    return o("Sub", o("Min", x, 0.0), _log_of_one_plus(o, x, 1.0))


def _softplus_of_torch(o: Operator, x: Any, h: Any) -> Any:
    scaled = _times(o, x, h.beta)
    return o("Where", o("Greater", scaled, 20.0), x, _softplus(o, x, h))


def _piecewise(o: Operator, x: Any, above: Any, below: Any, threshold: float = 0.0) -> Any:
    return o("Where", o("Greater", x, threshold), above, below)


def _alpha(name: str) -> Build:
    return lambda o, x, h: o(name, x, alpha=h.alpha)


def _from_zero(o: Operator, x: Any, above: Any, below: Any) -> Any:
    return o("Where", o("GreaterOrEqual", x, 0.0), above, below)


def _softmax_of(o: Operator, x: Any) -> Any:
    """exp(x) / sum exp(x) of a row"""
    return o("Div", o("Exp", x), o("RowSum", o("Exp", x)))


def _log_softmax_of(o: Operator, x: Any) -> Any:
    """x - log sum exp(x) of a row"""
    return o("Sub", x, o("RowLogSumExp", x))


def _of_row(
    kind: type[Activation], function: Callable[[Operator, Any], Any], *outer: str, negative: bool = False
) -> list[Formula]:
    """Return formulas of a function of x, or of -x, and of that below its maximum; then come outer operators."""

    def build(o: Operator, x: Any, h: Any, below: bool) -> Any:
        x = o("Neg", x) if negative else x
        z = function(o, o("Sub", x, o("RowMax", x)) if below else x)
        for name in outer:
            z = o(name, z)
        return z

    return [Formula(kind, partial(build, below=below)) for below in (False, True)]


def _plain(name: str) -> Build:
    return lambda o, x, h: o(name, x)


def _elu(o: Operator, x: Any, h: Any) -> Any:
    return o("Add", _positive(o, x), _negative_exponential(o, x, h.alpha, 1.0))


def _celu(o: Operator, x: Any, h: Any) -> Any:
    return o("Add", _positive(o, x), _negative_exponential(o, x, h.alpha, 1.0 / h.alpha))


def _selu(o: Operator, x: Any, h: Any) -> Any:
    return o("Mul", o("Add", _positive(o, x), _negative_exponential(o, x, _ALPHA, 1.0)), _SCALE)


def _exponential_where(o: Operator, x: Any, alpha: float, inner: float) -> Any:
    return _piecewise(o, x, x, o("Mul", o("Sub", o("Exp", _times(o, x, inner)), 1.0), alpha))


def _exponential_of_bounded(o: Operator, x: Any, alpha: float, inner: float) -> Any:
    """max(x, 0) + alpha (exp(inner min(x, 0)) - 1)"""
    below = o("Sub", o("Exp", _times(o, o("Min", x, 0.0), inner)), 1.0)
    return o("Add", _positive(o, x), o("Mul", below, alpha))


def _leaky(o: Operator, x: Any, h: Any) -> Any:
    return o("Add", _positive(o, x), o("Mul", o("Min", x, 0.0), h.slope))


def _hard_swish(o: Operator, x: Any, h: Any) -> Any:
    return o("Div", o("Mul", x, o("Clip", o("Add", x, 3.0), 0.0, 6.0)), 6.0)


def _hard_shrink(o: Operator, x: Any, h: Any) -> Any:
    return o("Where", o("Greater", o("Abs", x), h.threshold), x, 0.0)


def _soft_shrink(o: Operator, x: Any, h: Any) -> Any:
    return o("Sub", x, o("Clip", x, -h.threshold, h.threshold))


def _soft_shrink_by_sign(o: Operator, x: Any, h: Any) -> Any:
    inner = o("Sub", x, o("Mul", o("Sign", x), h.threshold))
    return o("Where", o("Greater", o("Abs", x), h.threshold), inner, 0.0)


def _soft_shrink_by_sides(o: Operator, x: Any, h: Any) -> Any:
    above = o("Where", o("Greater", x, h.threshold), o("Sub", x, h.threshold), 0.0)
    return o("Add", above, o("Where", o("Less", x, -h.threshold), o("Add", x, h.threshold), 0.0))


def _soft_shrink_by_choices(o: Operator, x: Any, h: Any) -> Any:
    below = o("Where", o("Less", x, -h.threshold), o("Add", x, h.threshold), 0.0)
    return o("Where", o("Greater", x, h.threshold), o("Sub", x, h.threshold), below)


def _hard_shrink_by_sides(o: Operator, x: Any, h: Any) -> Any:
    return o("Where", o("Or", o("Greater", x, h.threshold), o("Less", x, -h.threshold)), x, 0.0)


def _hard_tanh_by_sides(o: Operator, x: Any, h: Any) -> Any:
    below = o("Where", o("Less", x, h.low), h.low, x)
    return o("Where", o("Greater", x, h.high), h.high, below)


def _sparsemax(o: Operator, x: Any, h: Any) -> Any:
    return o("Max", o("Sub", x, o("SparsemaxThreshold", x)), 0.0)


_F = Formula
# fmt: off
FORMULAS: tuple[Formula, ...] = (
    _F(act.Sigmoid, _plain("Sigmoid")),
    _F(act.Sigmoid, lambda o, x, h: o("Div", 1.0, o("Add", 1.0, o("Exp", o("Neg", x))))),
    _F(act.Tanh, _plain("Tanh")),
    _F(act.ReLU, _plain("Relu")),
    _F(act.ReLU, lambda o, x, h: _piecewise(o, x, x, 0.0)),
    _F(act.ReLU, lambda o, x, h: _from_zero(o, x, x, 0.0)),
    _F(act.LeakyReLU, lambda o, x, h: o("LeakyRelu", x, alpha=h.slope), 6, double=False),
    _F(act.LeakyReLU, _leaky, 8),
    _F(act.LeakyReLU, lambda o, x, h: _piecewise(o, x, x, o("Mul", x, h.slope))),
    _F(act.LeakyReLU, lambda o, x, h: _from_zero(o, x, x, o("Mul", x, h.slope))),
    _F(act.LeakyReLU, lambda o, x, h: o("Max", x, o("Mul", x, h.slope))),
    _F(act.ReLU6, lambda o, x, h: o("Clip", x, 0.0, 6.0), 11),
    _F(act.ThresholdedReLU, lambda o, x, h: o("ThresholdedRelu", x, alpha=h.theta), 10, double=False),
    _F(act.ThresholdedReLU, lambda o, x, h: _piecewise(o, x, x, 0.0, h.theta)),
    _F(act.ELU, _alpha("Elu"), 6, double=False),
    _F(act.ELU, _elu, 8),
    _F(act.ELU, lambda o, x, h: _exponential_where(o, x, h.alpha, 1.0)),
    _F(act.ELU, lambda o, x, h: _exponential_of_bounded(o, x, h.alpha, 1.0), 8),
    _F(act.CELU, _alpha("Celu"), 12, double=False),
    _F(act.CELU, _celu, 8),
    _F(act.CELU, lambda o, x, h: _exponential_where(o, x, h.alpha, 1.0 / h.alpha)),
    _F(act.CELU, lambda o, x, h: _exponential_of_bounded(o, x, h.alpha, 1.0 / h.alpha), 8),
    _F(act.SELU, _plain("Selu"), 6, double=False),
    _F(act.SELU, _selu, 8),
    _F(act.SELU, lambda o, x, h: o("Mul", o("Elu", x, alpha=_ALPHA), _SCALE)),
    _F(act.SELU, lambda o, x, h: o("Mul", _exponential_where(o, x, _ALPHA, 1.0), _SCALE)),
    _F(act.SELU, lambda o, x, h: o("Mul", _exponential_of_bounded(o, x, _ALPHA, 1.0), _SCALE), 8),
    _F(act.GELU, lambda o, x, h: o("Gelu", x, approximate="none"), 20, double=False),
    _F(act.GELU, _gelu, 9),
    _F(act.GELUTanh, lambda o, x, h: o("Gelu", x, approximate="tanh"), 20, double=False),
    _F(act.GELUTanh, _gelu_tanh),
    _F(act.SiLU, _silu),
    _F(act.SiLU, lambda o, x, h: o("Swish", x, alpha=h.beta), 24, double=False),
    _F(act.SiLU, lambda o, x, h: o("Div", x, o("Add", 1.0, o("Exp", o("Mul", x, -h.beta))))),
    _F(act.Mish, lambda o, x, h: o("Mul", x, o("Tanh", o("Softplus", x))), double=False),
    _F(act.Mish, _mish_double, 8),
    _F(act.Mish, _plain("Mish"), 18, double=False),
    _F(act.Mish, lambda o, x, h: o("Mul", x, o("Tanh", o("Log", o("Add", o("Exp", x), 1.0))))),
    _F(act.LogSigmoid, lambda o, x, h: o("Neg", o("Softplus", o("Neg", x))), double=False),
    _F(act.LogSigmoid, _log_sigmoid_double, 8),
    _F(act.LogSigmoid, lambda o, x, h: o("Log", o("Sigmoid", x))),
    _F(act.Softplus, _softplus, double=False),
    _F(act.Softplus, _softplus_double, 8),
    _F(act.Softplus, _softplus_of_torch),
    _F(act.Softplus, lambda o, x, h: o("Log", o("Add", o("Exp", x), 1.0)), only=act.Softplus()),
    _F(act.Squareplus, _squareplus),
    _F(act.Squareplus, _squareplus_by_root),
    _F(act.HardSigmoid, lambda o, x, h: o("HardSigmoid", x, alpha=h.alpha, beta=h.beta), 6, double=False),
    _F(act.HardSigmoid, lambda o, x, h: o("Clip", o("Add", o("Mul", x, h.alpha), h.beta), 0.0, 1.0), 11),
    _F(act.HardSigmoid, lambda o, x, h: o("Div", o("Clip", o("Add", x, 3.0), 0.0, 6.0), 6.0), only=act.HardSigmoid()),
    _F(act.HardSwish, _plain("HardSwish"), 14, double=False),
    _F(act.HardSwish, _hard_swish, 11),
    _F(act.HardSwish, lambda o, x, h: o("Mul", x, o("HardSigmoid", x, alpha=1.0 / 6.0, beta=0.5))),
    _F(act.HardTanh, lambda o, x, h: o("Clip", x, h.low, h.high), 11),
    _F(act.HardTanh, _hard_tanh_by_sides),
    _F(act.Softsign, _plain("Softsign"), double=False),
    _F(act.Softsign, lambda o, x, h: o("Div", x, o("Add", o("Abs", x), 1.0))),
    _F(act.HardShrink, lambda o, x, h: o("Shrink", x, lambd=h.threshold, bias=0.0), 9, double=False),
    _F(act.HardShrink, _hard_shrink),
    _F(act.HardShrink, _hard_shrink_by_sides),
    _F(act.SoftShrink, lambda o, x, h: o("Shrink", x, lambd=h.threshold, bias=h.threshold), 9, double=False),
    _F(act.SoftShrink, _soft_shrink, 11),
    _F(act.SoftShrink, _soft_shrink_by_sign),
    _F(act.SoftShrink, _soft_shrink_by_sides),
    _F(act.SoftShrink, _soft_shrink_by_choices),
    _F(act.TanhShrink, lambda o, x, h: o("Sub", x, o("Tanh", x))),
    _F(act.BinaryStep, lambda o, x, h: _piecewise(o, x, 1.0, 0.0)),
    _F(act.Exponential, _plain("Exp")),
    _F(act.Gaussian, lambda o, x, h: o("Exp", o("Neg", o("Mul", x, x)))),
    _F(act.Softmax, _plain("Softmax"), 13),
    *_of_row(act.Softmax, _softmax_of),
    *_of_row(act.Softmax, _log_softmax_of, "Exp"),
    _F(act.LogSoftmax, _plain("LogSoftmax"), 13),
    _F(act.LogSoftmax, lambda o, x, h: o("Log", o("Softmax", x))),
    *_of_row(act.LogSoftmax, _log_softmax_of),
    *_of_row(act.LogSoftmax, _softmax_of, "Log"),
    _F(act.Softmin, lambda o, x, h: o("Softmax", o("Neg", x)), 13),
    *_of_row(act.Softmin, _softmax_of, negative=True),
    _F(act.Hardmax, _plain("Hardmax"), 13),
    _F(act.Sparsemax, _sparsemax, 13),
)
# fmt: on

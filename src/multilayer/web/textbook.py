"""Activations as textbooks write them, in float32: what they lose beside the formulas of the catalogue."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from multilayer.activations import (
    GELU,
    Activation,
    LogSigmoid,
    Mish,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)

__all__ = ["in_float32"]

_ONE, _TWO = np.float32(1), np.float32(2)


def _sigmoid(a: np.float32) -> Any:
    return _ONE / (_ONE + np.exp(-a))


def _tanh(a: np.float32) -> Any:
    return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))


def _softplus(a: np.float32) -> Any:
    return np.log(_ONE + np.exp(a))


def _gelu(a: np.float32) -> Any:
    return a / _TWO * (_ONE + np.float32(math.erf(a / math.sqrt(2.0))))


_TEXTBOOK: dict[Activation, Callable[[np.float32], Any]] = {
    Sigmoid(): _sigmoid,
    Tanh(): _tanh,
    Softplus(): _softplus,
    LogSigmoid(): lambda a: np.log(_sigmoid(a)),
    SiLU(): lambda a: a * _sigmoid(a),
    Mish(): lambda a: a * _tanh(_softplus(a)),
    GELU(): _gelu,
}


def in_float32(activation: Activation, a: np.float32) -> Any:
    """Return h(a) by the textbook's formula, each operation in float32; None where that loses nothing.

    >>> a = np.float32(-100.0)
    >>> f"{in_float32(Sigmoid(), a):.2g}", f"{Sigmoid()(a):.2g}"
    ('0', '3.8e-44')
    """
    formula = _TEXTBOOK.get(activation)
    with np.errstate(all="ignore"):
        return None if formula is None else formula(a)

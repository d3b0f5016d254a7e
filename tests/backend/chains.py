"""Fused multiply-add in exact rational arithmetic: an oracle for the last bit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray


def rounded(value: Fraction, kind: np.dtype[Any]) -> Fraction:
    """Return `value` rounded to nearest, ties to even, in a binary format that is not overflown."""
    if value == 0:
        return value
    info = np.finfo(kind)
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length()
    if abs(value) < Fraction(2) ** exponent:
        exponent -= 1
    unit = Fraction(2) ** max(exponent - info.nmant, int(info.minexp) - info.nmant)
    return round(value / unit) * unit


def weighted_sums(x: NDArray[Any], W: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return a = x W + b, each a[i, j] one chain a <- fma(x[i, k], W[k, j], a) from b[j], k = 0, 1, 2, ..."""
    a = np.empty((len(x), len(b)), W.dtype)
    for i, row in enumerate(x):
        for j, bias in enumerate(b):
            total = Fraction(float(bias))
            for left, right in zip(row, W[:, j], strict=True):
                total = rounded(Fraction(float(left)) * Fraction(float(right)) + total, W.dtype)
            a[i, j] = float(total)
    return a

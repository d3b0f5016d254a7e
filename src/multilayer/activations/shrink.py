"""Functions that pull small numbers to zero: soft, hard and tanh shrinkage."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.fields import setting
from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import Elementwise
from multilayer.backend.elementary import two_product

__all__ = ["HardShrink", "SoftShrink", "TanhShrink", "hard_shrink", "soft_shrink", "tanh_shrink"]


@final
@dataclass(frozen=True)
class SoftShrink(Elementwise):
    r"""Soft shrink: every number is moved towards 0 by the threshold, and no further than 0.

    .. math:: h(a) = \operatorname{sign}(a) \max(|a| - \lambda, 0), \qquad h'(a) = [|a| > \lambda]

    Between the kinks h = +0. nan stays nan, in the derivative too. At the kinks h' = 0, as in PyTorch.

    Parameters
    ----------
    threshold : float
        The distance, above 0; 0.5 in every framework.

    Traps
    -----
    ONNX's Shrink needs both `lambd` and `bias` set to the threshold: its default bias, 0, makes it hard_shrink.

    Examples
    --------
    >>> soft_shrink(1.25), soft_shrink(-0.3)
    (np.float64(0.75), np.float64(0.0))

    References
    ----------
    Donoho, D. (1995). De-noising by soft-thresholding. IEEE Transactions on Information Theory 41.
    """

    threshold: float = setting(0.5, above=0.0)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="soft_shrink",
            formula="sign(a) max(|a| - threshold, 0)",
            derivative="1 if |a| > threshold else 0",
            latex=r"\operatorname{sign}(a) \max(|a| - \lambda, 0)",
            range=Interval(-math.inf, math.inf),
            kinks=(-self.threshold, self.threshold),
            aliases=("softshrink", "soft_threshold"),
            onnx="Shrink",
            source="Donoho 1995",
        )

    @staticmethod
    def formula(x: Array, /, threshold: np.float64) -> Array:
        shrunk = np.where(x > 0, x - threshold, x + threshold)
        return np.where(np.abs(x) <= threshold, 0.0, shrunk)

    @staticmethod
    def derivative_formula(x: Array, /, threshold: np.float64) -> Array:
        return _outside(x, threshold)


@final
@dataclass(frozen=True)
class HardShrink(Elementwise):
    r"""Hard shrink: numbers up to the threshold become 0, the others stay.

    .. math:: h(a) = a\,[|a| > \lambda], \qquad h'(a) = [|a| > \lambda]

    It jumps at the thresholds, where h = +0 and h' = 0, as in PyTorch. nan stays nan, in the derivative too.

    Parameters
    ----------
    threshold : float
        The largest size that becomes 0, above 0; 0.5 in every framework.

    Examples
    --------
    >>> hard_shrink(1.25), hard_shrink(-0.3)
    (np.float64(1.25), np.float64(0.0))

    References
    ----------
    Donoho, D., Johnstone, I. (1994). Ideal spatial adaptation by wavelet shrinkage. Biometrika 81.
    """

    threshold: float = setting(0.5, above=0.0)

    @property
    def facts(self) -> Facts:
        return Facts(
            name="hard_shrink",
            formula="a if |a| > threshold else 0",
            derivative="1 if |a| > threshold else 0",
            latex=r"a\,[|a| > \lambda]",
            range=Interval(-math.inf, math.inf),
            kinks=(-self.threshold, self.threshold),
            aliases=("hardshrink", "hard_threshold"),
            onnx="Shrink",
            source="Donoho, Johnstone 1994",
        )

    @staticmethod
    def formula(x: Array, /, threshold: np.float64) -> Array:
        return np.where(np.abs(x) <= threshold, 0.0, x)

    @staticmethod
    def derivative_formula(x: Array, /, threshold: np.float64) -> Array:
        return _outside(x, threshold)


@final
@dataclass(frozen=True)
class TanhShrink(Elementwise):
    r"""Tanh shrink: what tanh takes away from a.

    .. math:: h(a) = a - \tanh a, \qquad h'(a) = \tanh^2 a

    h(+-inf) = +-inf, h'(+-inf) = 1, h'(0) = 0, nan stays nan.

    Traps
    -----
    a - tanh(a), computed as it is written, has no correct digit below |a| = 1e-8 in float64 and
    2e-4 in float32, where it is a^3 / 3. Every framework computes it as it is written.

    Examples
    --------
    >>> tanh_shrink(1e-5)
    np.float64(3.3333333332e-16)
    """

    facts = Facts(
        name="tanh_shrink",
        formula="a - tanh(a)",
        derivative="tanh(a)^2",
        latex=r"a - \tanh a",
        range=Interval(-math.inf, math.inf),
        aliases=("tanhshrink",),
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # Lambert's continued fraction, tanh a = a / (1 + q) with q = a^2 / (3 + a^2 / (5 + ...)), has only
        # positive terms, and a - tanh a = a q / (1 + q) no difference in it. Twelve levels serve up to 3/2.
        near = np.clip(x, -1.5, 1.5)
        square, square_low = two_product(near, near)
        rest = np.zeros_like(square)
        for odd in range(25, 3, -2):
            rest = square / (odd + rest)
        cube = near * square
        cube_low = near * square_low + two_product(near, square)[1]
        ratio = cube / (3.0 + (rest + square))
        # The rounding of the cube is made good, where it is not lost among the subnormals.
        share = np.where(np.abs(cube) > 1e-280, cube_low / cube, 0.0)
        return np.where(np.abs(x) < 1.5, ratio + ratio * share, x - np.tanh(x))

    @staticmethod
    def derivative_formula(x: Array, /) -> Array:
        return np.tanh(x) ** 2


def _outside(x: Array, threshold: np.float64) -> Array:
    return np.where(np.abs(x) > threshold, 1.0, np.where(np.isnan(x), x, 0.0))


soft_shrink = SoftShrink()
hard_shrink = HardShrink()
tanh_shrink = TanhShrink()

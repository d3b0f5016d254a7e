"""Softmax, its logarithm and its mirror image: a row of numbers into a row of probabilities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import AlongAxis
from multilayer.backend.elementary import sum_of_fractions, two_sum

__all__ = ["LogSoftmax", "Softmax", "Softmin", "log_softmax", "softmax", "softmin"]


@final
@dataclass(frozen=True)
class Softmax(AlongAxis):
    r"""Softmax: positive numbers with sum 1, in the ratios of exp(a).

    .. math:: h(a)_i = \frac{e^{a_i}}{\sum_j e^{a_j}}, \qquad
              \frac{\partial h_i}{\partial a_j} = h_i ([i = j] - h_j)

    Along the last axis by default. -inf gives 0 (a masked entry). A row with nan or +inf in it, or of -inf alone, has
    no limit and is nan throughout, without a warning, as in every framework.

    Traps
    -----
    exp(a - max(a)) rounds its argument, which far from the maximum costs up to 256 ulp; here the difference keeps what
    rounding drops. ONNX's Softmax before operator set 13 flattened its input to two dimensions at `axis` (1 by
    default) and normalised over everything behind it; from 13 on it works along one axis, the last by default.

    Examples
    --------
    >>> softmax([1000.0, 1000.0])
    array([0.5, 0.5])

    References
    ----------
    Bridle, J. S. (1990). Probabilistic interpretation of feedforward classification network outputs. Neurocomputing.
    """

    facts = Facts(
        name="softmax",
        formula="exp(a_i) / sum_j exp(a_j)",
        derivative="dh_i/da_j = h_i ([i = j] - h_j)",
        latex=r"\frac{e^{a_i}}{\sum_j e^{a_j}}",
        range=Interval(0.0, 1.0, (True, True)),
        onnx="Softmax",
        source="Bridle 1990",
        distribution=True,
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return _softmax(x)

    @staticmethod
    def vjp_formula(dz: Array, a: Array, z: Array, /) -> Array:
        mean: Array = (dz * z).sum(axis=-1, keepdims=True)
        return z * (dz - mean)


@final
@dataclass(frozen=True)
class LogSoftmax(AlongAxis):
    r"""Log-softmax: the logarithm of softmax, for losses that need it.

    .. math:: h(a)_i = a_i - \log \sum_j e^{a_j}, \qquad
              \frac{\partial h_i}{\partial a_j} = [i = j] - \operatorname{softmax}(a)_j

    Along the last axis by default. -inf gives -inf. A row with nan or +inf in it, or of -inf alone, is nan.

    Traps
    -----
    log(softmax(a)) is -inf where softmax underflows, and has no digit left where it is near 1. Here the largest entry
    is -log1p of the others' sum, so that results near 0 are right as well. ONNX's LogSoftmax before operator set 13
    flattened its input, as Softmax did.

    Examples
    --------
    >>> log_softmax([0.0, 50.0, -1000.0])
    array([-5.00000000e+01, -1.92874985e-22, -1.05000000e+03])

    References
    ----------
    Blanchard, P., Higham, D., Higham, N. (2021). Accurately computing the log-sum-exp and softmax functions. IMA
    Journal of Numerical Analysis 41.
    """

    facts = Facts(
        name="log_softmax",
        formula="a_i - log(sum_j exp(a_j))",
        derivative="dh_i/da_j = [i = j] - softmax(a)_j",
        latex=r"a_i - \log \sum_j e^{a_j}",
        range=Interval(-math.inf, 0.0, (True, True)),
        aliases=("logsoftmax",),
        onnx="LogSoftmax",
        source="Blanchard, Higham, Higham 2021",
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        distance, lost, e = _exponentials(x)
        first = x.argmax(axis=-1)[..., np.newaxis]
        largest = np.take_along_axis(e, first, axis=-1)
        np.put_along_axis(e, first, 0.0, axis=-1)
        others, others_lost = sum_of_fractions(e)
        # The largest is exp(0) = 1, or nan in a row without a limit.
        others = others * largest
        logarithm = np.log1p(others) + others_lost / (1.0 + others)
        return (distance - logarithm) + lost

    @staticmethod
    def vjp_formula(dz: Array, a: Array, z: Array, /) -> Array:
        # softmax(a) and not exp(z), which would amplify the rounding of z.
        total: Array = dz.sum(axis=-1, keepdims=True)
        return dz - _softmax(a) * total


@final
@dataclass(frozen=True)
class Softmin(AlongAxis):
    r"""Softmin: the softmax of -a, so that the smallest entry gets the largest share.

    .. math:: h(a)_i = \frac{e^{-a_i}}{\sum_j e^{-a_j}}, \qquad
              \frac{\partial h_i}{\partial a_j} = -h_i ([i = j] - h_j)

    Along the last axis by default. +inf gives 0. A row with nan or -inf in it, or of +inf alone, is nan.

    Examples
    --------
    >>> softmin([0.0, 1000.0])
    array([1., 0.])
    """

    facts = Facts(
        name="softmin",
        formula="exp(-a_i) / sum_j exp(-a_j)",
        derivative="dh_i/da_j = -h_i ([i = j] - h_j)",
        latex=r"\frac{e^{-a_i}}{\sum_j e^{-a_j}}",
        range=Interval(0.0, 1.0, (True, True)),
        distribution=True,
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        return _softmax(-x)

    @staticmethod
    def vjp_formula(dz: Array, a: Array, z: Array, /) -> Array:
        mean: Array = (dz * z).sum(axis=-1, keepdims=True)
        return z * (mean - dz)


def _exponentials(x: Array) -> tuple[Array, Array, Array]:
    """x minus its largest, what rounding dropped of that, and exp of both together."""
    distance, lost = two_sum(x, -x.max(axis=-1, keepdims=True))
    lost = np.where(np.isfinite(distance), lost, 0.0)
    e = np.exp(distance)
    return distance, lost, e + e * lost


def _softmax(x: Array) -> Array:
    _, _, e = _exponentials(x)
    total, _ = sum_of_fractions(e)
    return e / total


softmax = Softmax()
log_softmax = LogSoftmax()
softmin = Softmin()

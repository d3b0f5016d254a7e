"""A row of numbers into probabilities many of which are 0: sparsemax and hardmax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer.activations.activation import Array, Facts, Interval
from multilayer.activations.elementwise import AlongAxis
from multilayer.backend.elementary import split_at_2_to_minus_32, two_sum

__all__ = ["Hardmax", "Sparsemax", "hardmax", "sparsemax"]


@final
@dataclass(frozen=True)
class Sparsemax(AlongAxis):
    r"""Sparsemax: the point of the probability simplex nearest to a.

    .. math:: h(a)_i = \max(a_i - \tau, 0), \quad \tau \text{ such that } \sum_i h_i = 1, \qquad
              \frac{\partial h_i}{\partial a_j} = [i = j] - \frac{1}{|S|} \text{ for } i, j \in S, \text{ else
              } 0

    where S is the support, the entries that are not 0. Along the last axis by default. -inf gives 0. A row with nan or
    +inf in it, or of -inf alone, is nan.

    Examples
    --------
    >>> sparsemax([0.5, 0.3, -1.0])
    array([0.6, 0.4, 0. ])

    References
    ----------
    Martins, A., Astudillo, R. (2016). From softmax to sparsemax: a sparse model of attention and multi-label
    classification. ICML.
    """

    facts = Facts(
        name="sparsemax",
        formula="max(a_i - tau, 0), tau such that the sum is 1",
        derivative="dh_i/da_j = [i = j] - 1 / |S| within the support S, else 0",
        latex=r"\max(a_i - \tau, 0)",
        range=Interval(0.0, 1.0, (True, True)),
        source="Martins, Astudillo 2016",
        distribution=True,
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        # Whatever lies 1 or more below the largest entry is 0, so only distances between -1 and 0 count; cut
        # at 2^-32, the upper parts add and multiply exactly, and a difference of nearly equal numbers loses
        # nothing.
        largest = x.max(axis=-1, keepdims=True)
        distance, lost = two_sum(x, -largest)
        near = np.maximum(distance, -1.0)
        upper, lower = split_at_2_to_minus_32(near)
        lower = lower + np.where(near == distance, lost, 0.0)
        order = np.argsort(-near, axis=-1, kind="stable")
        upper_sorted, lower_sorted = (np.take_along_axis(part, order, axis=-1) for part in (upper, lower))
        upper_sum, lower_sum = upper_sorted.cumsum(axis=-1), lower_sorted.cumsum(axis=-1)
        rank = np.arange(1.0, x.shape[-1] + 1.0)
        holds = (1.0 + rank * upper_sorted - upper_sum) + (rank * lower_sorted - lower_sum) > 0.0
        size = np.maximum(holds.sum(axis=-1, keepdims=True), 1)
        upper_sum, lower_sum = (
            np.take_along_axis(part, size - 1, axis=-1) for part in (upper_sum, lower_sum)
        )
        share = ((1.0 + size * upper - upper_sum) + (size * lower - lower_sum)) / size
        return np.where(np.isfinite(largest), np.where(share <= 0.0, 0.0, share), np.nan)

    @staticmethod
    def vjp_formula(dz: Array, a: Array, z: Array, /) -> Array:
        support = z > 0
        size = support.sum(axis=-1, keepdims=True)
        mean = np.where(support, dz, 0.0).sum(axis=-1, keepdims=True) / size
        return np.where(support, dz - mean, np.where(np.isnan(z), z, 0.0))


@final
@dataclass(frozen=True)
class Hardmax(AlongAxis):
    r"""Hardmax: 1 at the first of the largest entries, 0 elsewhere.

    .. math:: h(a)_i = [i = \min \arg\max_j a_j], \qquad \frac{\partial h_i}{\partial a_j} = 0

    Along the last axis by default. inf is a number like others here; a row with nan in it is nan throughout. The
    derivative is 0 everywhere, so gradient descent cannot train through it (`facts.trainable` is False).

    Traps
    -----
    ONNX's Hardmax before operator set 13 flattened its input to two dimensions at `axis`, as Softmax did.

    Examples
    --------
    >>> hardmax([1.0, 3.0, 3.0])
    array([0., 1., 0.])
    """

    facts = Facts(
        name="hardmax",
        formula="1 at the first largest a_i, else 0",
        derivative="0",
        latex=r"[i = \min \arg\max_j a_j]",
        range=Interval(0.0, 1.0, (True, True)),
        aliases=("argmax", "one_hot_max"),
        onnx="Hardmax",
        source="ONNX operator Hardmax",
        trainable=False,
        distribution=True,
    )

    @staticmethod
    def formula(x: Array, /) -> Array:
        result = np.zeros_like(x)
        np.put_along_axis(result, x.argmax(axis=-1)[..., np.newaxis], 1.0, axis=-1)
        return np.where(np.isnan(x).any(axis=-1, keepdims=True), np.nan, result)

    @staticmethod
    def vjp_formula(dz: Array, a: Array, z: Array, /) -> Array:
        return np.where(np.isnan(z), z, np.zeros_like(dz))


sparsemax = Sparsemax()
hardmax = Hardmax()

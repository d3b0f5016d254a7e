"""What a gain may be by chance: the standard error of a difference between two scores of the same samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shares", "gain_by_chance", "of_classes", "of_classes_weighted_equally", "of_numbers"]

Shares = Callable[[NDArray[Any], NDArray[Any]], NDArray[np.float64]]
"""From targets and outputs to what each sample adds to the score."""
_ERRORS = 1.5
"""Standard errors: without an effect, one gain in fifteen is larger."""


def of_classes(y: NDArray[Any], z: NDArray[Any]) -> NDArray[np.float64]:
    """Return the shares in the accuracy: 1/n for each of n samples whose class is right."""
    actual, right = _right(y, z)
    return right / len(actual)


def of_classes_weighted_equally(y: NDArray[Any], z: NDArray[Any]) -> NDArray[np.float64]:
    """Return the shares in the mean accuracy over the K classes that there are: 1/(K n_k) for a sample of class k."""
    actual, right = _right(y, z)
    _, which, counts = np.unique(actual, return_inverse=True, return_counts=True)
    return np.asarray(right / (len(counts) * counts[which]), np.float64)


def of_numbers(y: NDArray[Any], z: NDArray[Any]) -> NDArray[np.float64]:
    """Return the shares in R^2 but for its 1: minus the squared error over its sum for the mean, mean over outputs."""
    y, z = y.astype(np.float64), z.astype(np.float64)
    around = ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(-((y - z) ** 2 / np.where(around > 0.0, around, np.inf)).mean(axis=1))


def _right(y: NDArray[Any], z: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    one = z.shape[1] == 1
    actual = y.ravel() if y.ndim == 1 or one else y.argmax(axis=1)
    actual = actual.astype(np.int64)
    return actual, np.asarray((z[:, 0] > 0.5 if one else z.argmax(axis=1)) == actual)


def gain_by_chance(
    rows: Sequence[NDArray[np.int64]],
    baseline: Sequence[NDArray[np.float64]],
    remedied: Sequence[NDArray[np.float64]],
) -> float:
    r"""Return what the gain over k seeds may be by chance: one and a half standard errors.

    With d_i the mean over seeds of what sample i adds with the remedy and not without it, that is
    :math:`1.5 \sqrt{\sum d_i^2}`: where nothing has changed, each d_i has either sign with the same probability. Of the
    accuracy this is McNemar's test (1947), where each sample is scored once. What a sample adds with several seeds is
    added up first, as that makes no more samples. It is 0 where a share is not finite: a training that broke off is
    not chance.

    Parameters
    ----------
    rows : sequence of int arrays
        Which samples were scored with each seed.
    baseline, remedied : sequence of float arrays
        Their shares in the score without the remedy and with it, as `of_classes` and its kin return them.

    Examples
    --------
    Of 100 samples 10 are right after and not before, and 6 the other way round: 4% more, and 6% are chance.

    >>> changed = np.zeros(100)
    >>> changed[:10], changed[10:16] = 0.01, -0.01
    >>> print(f"{gain_by_chance([np.arange(100)], [np.zeros(100)], [changed]):.2f}")
    0.06
    """
    total = np.zeros(1 + max(int(each.max()) for each in rows))
    with np.errstate(all="ignore"):
        for each, one, other in zip(rows, baseline, remedied, strict=True):
            total[each] += (other - one) / len(rows)
        chance = _ERRORS * math.sqrt(float(np.square(total).sum()))
    return chance if math.isfinite(chance) else 0.0

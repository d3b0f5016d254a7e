"""What is there to be learned: the score that a model of a few hundred samples reaches on samples it has not seen.

Kernel ridge regression, linear and with a Gaussian kernel, on standardized columns; classes are 0/1 columns. Each
sample is predicted by the model of all others: with G = (K + lambda I)^-1 the residual is (G y)_i / G_ii (Craven &
Wahba 1979). So the score is one of held-out data, where a network's score on its own training data is not.

What a network of the same shape reaches there, if it fits all samples that it has seen, is estimated in the same way:
trained from its drawn weights in small steps it is a kernel model, whose kernel is the product of two samples'
derivatives in all weights (the tangent kernel, Jacot et al. 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multilayer.diagnosis.evidence import Floats, Integers
from multilayer.diagnosis.moments import scale_of
from multilayer.network.dense import Dense
from multilayer.network.trace import LayerRecord, forward
from multilayer.training import backward

__all__ = ["COMPARED", "Attainable", "attainable"]

COMPARED, _FEWEST = 300, 20
"""Samples that are predicted from all others, at most, and at least."""
_RIDGES = (3.0, 0.3, 0.01)
"""Lambda, where the mean of K's diagonal is 1."""
_COPIES = 1e-12
_OUTPUTS = 8
"""Of which derivatives are taken, at most."""


class Attainable(NamedTuple):
    """What the best of the kernel models reaches on samples that it has not seen."""

    score: float
    """Accuracy, or R^2 (mean over outputs)."""
    explained: float
    """R^2 of the targets; of classes, that of their 0/1 columns, which does not depend on their sizes."""
    by_heart: tuple[float | None, ...] = ()
    """The scores of networks that start from certain weights and fit all samples which they have seen; None where the
    products of their derivatives are not finite."""


def attainable(
    x: NDArray[Any], y: Floats, classes: Integers | None, *starts: Sequence[Dense]
) -> Attainable | None:
    """Return what the best kernel model reaches; None for fewer than 20 samples, and for numbers too large to square.

    Of more than 300 samples, evenly spaced ones are taken. `starts` are the layers of networks before training, where
    what these reach is wanted, too.
    """
    if len(x) < _FEWEST:
        return None
    rows = np.linspace(0, len(x) - 1, min(len(x), COMPARED)).astype(np.intp)
    with np.errstate(all="ignore"):
        scaled, y = _standard(x[rows]), y[rows] / scale_of(y[rows])
        targets = y - y.mean(axis=0)
        if not np.isfinite(scaled).all() or not np.isfinite(targets).all():
            return None
        some = None if classes is None else classes[rows]
        found = [
            _reached(kernel, ridge, y, targets, some) for kernel in _kernels(scaled) for ridge in _RIDGES
        ]
        tangents = [_tangent(tuple(forward(layers, x[rows]))) for layers in starts]
        heart = tuple(
            _reached(tangent, _RIDGES[-1], y, targets, some).score if np.isfinite(tangent).all() else None
            for tangent in tangents
        )
    whole = [one for one in found if np.isfinite(one[:2]).all()]
    if not whole:
        return None
    return Attainable(max(one.score for one in whole), max(one.explained for one in whole), heart)


def _tangent(records: Sequence[LayerRecord]) -> Floats:
    """Return the products of the samples' derivatives in all weights and biases, summed over outputs; mean 1."""
    kernel = np.zeros((len(records[0].x),) * 2)
    units = records[-1].layer.units
    for unit in np.linspace(0, units - 1, min(units, _OUTPUTS)).astype(int):
        da = np.zeros_like(records[-1].a)
        da[:, unit] = 1.0
        for record, gradient in zip(reversed(records), backward(records, da, inputs=False), strict=True):
            kernel += (record.x @ record.x.T + 1.0) * (gradient.da @ gradient.da.T)
    return kernel / (np.diag(kernel).mean() or 1.0)


def _standard(x: NDArray[Any]) -> Floats:
    unit = x / scale_of(x)
    mean, std = unit.mean(axis=0, dtype=np.float64), unit.std(axis=0, dtype=np.float64)
    scaled: Floats = (unit - mean) / np.where(std > _COPIES * np.abs(mean), std, np.inf)
    return scaled


def _kernels(x: Floats) -> tuple[Floats, Floats]:
    """Return the linear kernel and a Gaussian of the median distance's width, with 1 as the diagonal's mean."""
    products = x @ x.T
    squares = np.diag(products)
    distance = np.maximum(squares[:, np.newaxis] + squares - 2.0 * products, 0.0)
    width = float(np.median(distance)) or 1.0
    return products / (squares.mean() or 1.0), np.exp(-2.0 * distance / width)


def _reached(
    kernel: Floats, ridge: float, y: Floats, targets: Floats, classes: Integers | None
) -> Attainable:
    inverse = np.linalg.inv(kernel + ridge * np.eye(len(kernel)))
    predicted = y - inverse @ targets / np.diag(inverse)[:, np.newaxis]
    total = (targets**2).sum(axis=0)
    left = ((y - predicted) ** 2).sum(axis=0) / np.where(total > 0, total, 1.0)
    explained = float((1.0 - left)[total > 0].mean()) if (total > 0).any() else 0.0
    if classes is None:
        return Attainable(explained, explained)
    found = predicted[:, 0] > 0.5 * y.max() if y.shape[1] == 1 else predicted.argmax(axis=1)
    return Attainable(float((found == classes).mean()), explained)

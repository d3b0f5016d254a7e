"""Who may be timed: only what gives the right numbers, within what its own precision allows."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import ElementwiseCase, ForwardCase, TrainingCase
from multilayer.activations import get


def agrees(case: ForwardCase | ElementwiseCase | TrainingCase, found: NDArray[Any]) -> bool:
    """Whether `found` is the result, against float64; generous, so that tails known to be poor still race.

    Of a training it is the loss curve, from which it may stray by 15 %: not all can be told the order of the samples,
    and scikit-learn gives two classes one output, whose logit takes half the step that the difference of two takes.
    """
    if isinstance(case, TrainingCase):
        curve = _curve(case)
        return found.shape == curve.shape and bool(np.all(np.abs(found - curve) <= 0.15 * curve))
    expected = (
        _forward(case) if isinstance(case, ForwardCase) else get(case.activation)(case.x().astype(float))
    )
    if found.shape != expected.shape:
        return False
    scale = float(np.abs(expected).max())
    tolerance = 1e-4 if found.dtype == np.float32 else 1e-12
    return bool(np.abs(found - expected).max() <= tolerance * scale)


def _forward(case: ForwardCase) -> NDArray[np.float64]:
    z = case.x().astype(np.float64)
    for W, b, h in case.layers():
        z = get(h)(z @ W.astype(np.float64) + b)
    return z


@cache
def _curve(case: TrainingCase) -> NDArray[np.float64]:
    """The mean loss of each epoch, from plain NumPy in float64: scikit-learn's Adam, written out."""
    X, y = case.data()
    X = X.astype(np.float64)
    parameters = [array.astype(np.float64) for pair in case.parameters() for array in pair]
    m, v = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
    curve, t = np.zeros(case.epochs), 0
    for epoch in range(case.epochs):
        order = case.order(epoch)
        for start in range(0, case.rows, case.batch):
            rows, t = order[start : start + case.batch], t + 1
            z = [X[rows]]
            for W, b in zip(parameters[::2], parameters[1::2], strict=True):
                z.append(np.maximum(z[-1] @ W + b, 0) if len(z) < len(case.shape) - 1 else z[-1] @ W + b)
            p = np.exp(z[-1] - z[-1].max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            chosen = np.arange(len(rows)), y[rows]
            curve[epoch] -= np.log(p[chosen]).sum() / case.rows
            p[chosen] -= 1
            da, gradients = p / len(rows), list[NDArray[np.float64]]()
            for i in range(len(z) - 2, -1, -1):
                gradients = [z[i].T @ da, da.sum(axis=0), *gradients]
                da = da @ parameters[2 * i].T * (z[i] > 0)
            rate = case.rate * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            for i, g in enumerate(gradients):
                m[i] += 0.1 * (g - m[i])
                v[i] += 0.001 * (g * g - v[i])
                parameters[i] -= rate * m[i] / (np.sqrt(v[i]) + 1e-8)
    return curve

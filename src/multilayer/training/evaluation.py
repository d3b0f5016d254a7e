"""Loss and metrics of data that are not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multilayer.training.data import Arrays
from multilayer.training.metrics import Metric
from multilayer.training.plan import Plan, State, shares
from multilayer.training.steps import outputs

__all__ = ["evaluate"]

_BLOCK, _LEAST = 4096, 64
"""Rows at a time: enough to be fast, few enough for data that do not fit into memory."""


def evaluate(
    plan: Plan, state: State, data: Arrays, metrics: Sequence[Metric], batch_size: int
) -> tuple[float, dict[str, float]]:
    """Return the mean loss (without penalties), and the metrics by name.

    Where the native core has the state it makes the outputs too, of a batch at a time, which it has room for.
    """
    held, dtype = state.held, state.dtype
    parameters = state.parameters if held is None else ()
    losses, zs, ys = [], [], []
    weights: list[NDArray[np.float64]] = []
    for blocks in data.batches(_BLOCK if held is None else max(batch_size, _LEAST), None):
        for number in range(len(blocks)):
            x, y, weight = blocks.gather(number, dtype)
            a, z = outputs(plan, parameters, x) if held is None else held.outputs(x)
            losses.append(plan.loss.values(y, a, z, plan.activations[-1]).astype(np.float64))
            if weight is not None:
                weights.append(weight)
            if metrics:
                zs.append(z)
                ys.append(y)
    together = np.concatenate(weights) if weights else None
    share, _ = shares(together, data.rows)
    measured: dict[str, float] = {}
    if metrics:
        z, y = np.concatenate(zs), np.concatenate(ys)
        measured = {metric.name: float(metric.function(y, z, together)) for metric in metrics}
    with np.errstate(all="ignore"):
        return float(np.dot(np.concatenate(losses), share)), measured

"""Metrics: what is measured beside the loss, of targets and outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.errors import InputError
from multilayer.wording import near_matches, quoted

__all__ = ["Metric", "chosen"]


@dataclass(frozen=True)
class Metric:
    """A number for targets and outputs of shape (samples, units), weights of shape (samples,) or None.

    Targets come as the loss prepares them: as class numbers (samples,) where a cross-entropy was given such.
    """

    name: str
    function: Callable[[NDArray[Any], NDArray[Any], NDArray[Any] | None], float]
    greater_is_better: bool = True


def accuracy(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the share of samples whose class is right: the largest output, or those above one half."""
    if z.shape[-1] == 1:
        right = (z[:, 0] > 0.5) == (y[:, 0] > 0.5)
    else:
        right = z.argmax(axis=-1) == (y if y.ndim == 1 else y.argmax(axis=-1))
    return float(np.average(right, weights=weights))


def r2(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the share of the targets' variance that is explained, mean over outputs; 0 for constant targets."""
    y, z = y.astype(np.float64), z.astype(np.float64)
    left = np.average((y - z) ** 2, weights=weights, axis=0)
    spread = np.average((y - np.average(y, weights=weights, axis=0)) ** 2, weights=weights, axis=0)
    explained = 1.0 - left / np.where(spread == 0.0, 1.0, spread)
    return float(np.where(spread == 0.0, np.where(left == 0.0, 1.0, 0.0), explained).mean())


def mean_absolute_error(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the mean distance, over samples and outputs."""
    return float(np.average(np.abs(y - z).astype(np.float64), weights=weights, axis=0).mean())


def root_mean_squared_error(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the root of the mean squared distance, over samples and outputs."""
    return float(np.sqrt(np.average((y - z).astype(np.float64) ** 2, weights=weights, axis=0).mean()))


_METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", accuracy),
        Metric("r2", r2),
        Metric("mean_absolute_error", mean_absolute_error, greater_is_better=False),
        Metric("root_mean_squared_error", root_mean_squared_error, greater_is_better=False),
    )
}


def chosen(metrics: Iterable[str | Metric]) -> tuple[Metric, ...]:
    """Return metrics, names looked up.

    Raises
    ------
    InputError
        For an unknown name (the message lists near matches), or a name given twice.
    """
    found = tuple(metric if isinstance(metric, Metric) else _get(metric) for metric in metrics)
    names = [metric.name for metric in found]
    if len({*names, "loss", "validation_loss"}) != len(names) + 2:
        raise InputError(f"metrics need names of their own; got {', '.join(names)}")
    return found


def _get(name: str) -> Metric:
    if name not in _METRICS:
        raise InputError(f"no metric is called {quoted(str(name))}; {near_matches(str(name), _METRICS)}")
    return _METRICS[name]

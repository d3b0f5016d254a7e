"""Metrics: numbers for targets and outputs, measured beside the loss."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, entries
from multilayer._base.names import Entry, Registry
from multilayer.training.temperature import inverse_temperature

__all__ = ["Metric", "catalogue", "chosen", "get", "names"]

_OFF_ONE = 1e-3
"""How far the sum of probabilities in float32 may be from 1."""


@dataclass(frozen=True)
class Metric:
    """A number for targets and outputs of shape (samples, units), weights of shape (samples,) or None.

    Targets come as the loss prepares them: as class numbers (samples,) where a cross-entropy was given such.

    Raises
    ------
    InputError
        When `name` is no text, or `function` cannot be called.

    Examples
    --------
    >>> worst = Metric("worst", lambda y, z, weights: abs(y - z).max(), greater_is_better=False)
    >>> float(worst.function(np.array([[1.0], [0.0]]), np.array([[0.5], [0.25]]), None))
    0.5
    """

    name: str
    function: Callable[[NDArray[Any], NDArray[Any], NDArray[Any] | None], float]
    greater_is_better: bool = True
    aliases: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_settings(self)
        if not isinstance(self.name, str) or not self.name or not callable(self.function):
            raise InputError(
                "Metric: expected a name and a function of y, z and weights; got {name!r}", name=self.name
            )


def accuracy(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the fraction of samples with the right class: the largest output, or those above one half."""
    if z.shape[-1] == 1:
        right = (z[:, 0] > 0.5) == (y[:, 0] > 0.5)
    else:
        right = z.argmax(axis=-1) == (y if y.ndim == 1 else y.argmax(axis=-1))
    return float(np.average(right, weights=weights))


def r2(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the explained fraction of the targets' variance, mean over outputs; 0 for constant targets."""
    _check_numbers(y, z)
    y, z = y.astype(np.float64), z.astype(np.float64)
    left = np.average((y - z) ** 2, weights=weights, axis=0)
    variance = np.average((y - np.average(y, weights=weights, axis=0)) ** 2, weights=weights, axis=0)
    explained = 1.0 - left / np.where(variance == 0.0, 1.0, variance)
    return float(np.where(variance == 0.0, np.where(left == 0.0, 1.0, 0.0), explained).mean())


def mean_absolute_error(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the mean distance, over samples and outputs."""
    _check_numbers(y, z)
    return float(np.average(np.abs(y - z).astype(np.float64), weights=weights, axis=0).mean())


def root_mean_squared_error(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the root of the mean squared distance, over samples and outputs."""
    return math.sqrt(mean_squared_error(y, z, weights))


def mean_squared_error(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the mean squared distance, over samples and outputs."""
    _check_numbers(y, z)
    return float(np.average((y - z).astype(np.float64) ** 2, weights=weights, axis=0).mean())


def calibrated_cross_entropy(y: NDArray[Any], z: NDArray[Any], weights: NDArray[Any] | None) -> float:
    """Return the least cross-entropy of softmax(log z / T), with temperatures T of 1 or more."""
    # A temperature below 1 would make the few held-out samples of a small table certain as soon as all are right.
    if not np.isfinite(z).all():
        return math.nan
    if z.min() < 0.0 or np.abs(z.sum(axis=1) - 1.0).max() > _OFF_ONE:
        raise InputError(
            "calibrated_cross_entropy: expected outputs that are probabilities, as softmax gives them; found rows "
            "whose sum is not 1"
        )
    logits = np.log(np.maximum(z, np.finfo(z.dtype).tiny).astype(np.float64))
    own = logits[np.arange(len(y)), y.astype(np.intp)] if y.ndim == 1 else (y * logits).sum(axis=1)
    inverse = inverse_temperature(logits, float(np.average(own, weights=weights)), weights, most=1.0)
    losses = np.logaddexp.reduce(inverse * logits, axis=1) - inverse * own
    return float(np.average(losses, weights=weights))


def _check_numbers(y: NDArray[Any], z: NDArray[Any]) -> None:
    if y.shape != z.shape:
        raise InputError(
            "the targets are class numbers, one per sample, and not a number per output; give metrics='accuracy'"
        )


catalogue: tuple[Metric, ...] = (
    Metric(
        "accuracy",
        accuracy,
        aliases=("acc", "accuracy_score", "categorical_accuracy", "sparse_categorical_accuracy"),
    ),
    Metric("calibrated_cross_entropy", calibrated_cross_entropy, greater_is_better=False),
    Metric("r2", r2, aliases=("r2_score",)),
    Metric("mean_absolute_error", mean_absolute_error, greater_is_better=False, aliases=("mae",)),
    Metric("mean_squared_error", mean_squared_error, greater_is_better=False, aliases=("mse",)),
    Metric("root_mean_squared_error", root_mean_squared_error, greater_is_better=False, aliases=("rmse",)),
)

registry: Registry[Metric] = Registry(
    kind="metric",
    types=(Metric,),
    entries=tuple(
        Entry(metric, metric.name, metric.aliases, (metric.function.__doc__ or "").removeprefix("Return "))
        for metric in catalogue
    ),
    where="multilayer.training.metrics",
    refused={
        **dict.fromkeys(
            ("loss", "logloss", "crossentropy", "binarycrossentropy", "bce", "categoricalcrossentropy"),
            "give it as loss=; its history is always kept, with validation= for held-out samples too",
        ),
        **dict.fromkeys(
            ("f1", "f1score", "precision", "recall", "auc", "rocauc", "balancedaccuracy", "mcc"),
            "write Metric(name, function of y, z and weights), and call a function of sklearn.metrics in it",
        ),
    },
)


def names() -> tuple[str, ...]:
    """Return the names that `get` and `metrics=` take.

    >>> names()[:2]
    ('accuracy', 'calibrated_cross_entropy')
    """
    return registry.names()


def get(name: str | Metric, /) -> Metric:
    """Return the metric of this name; one that is no name is returned as it is.

    >>> get("rmse").name
    'root_mean_squared_error'
    """
    return registry.get(name)


def chosen(metrics: str | Metric | Iterable[str | Metric]) -> tuple[Metric, ...]:
    """Return metrics, with names looked up; one or several.

    Raises
    ------
    InputError
        For an unknown name (the message lists near matches), or a name given twice.
    """
    if isinstance(metrics, str | Metric):
        metrics = (metrics,)
    listed = entries(metrics)
    if listed is None:
        raise InputError("metrics must be names or Metrics; got {kind}", kind=type(metrics).__name__)
    found = tuple(map(get, listed))
    given = [metric.name for metric in found]
    if len({*given, "loss", "validation_loss"}) != len(given) + 2:
        raise InputError("each metric needs another name; got {given}", given=", ".join(given))
    return found


def __dir__() -> list[str]:
    return sorted(__all__)

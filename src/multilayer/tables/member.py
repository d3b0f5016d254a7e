"""A member of a bag: how one network of a table is trained."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import softmax
from multilayer.network import MLP, Dense
from multilayer.tables.folds import Fold
from multilayer.tables.recipe import Plan, Recipe
from multilayer.training import Checkpoint, Epoch, History, Step
from multilayer.training.checkpoint import previous
from multilayer.training.loop import Training

__all__ = ["Member", "train_member", "training_of"]

_STEPS_BETWEEN_LOOKS = 64
"""Steps after which a callback may end training, within a long epoch."""
_KEPT = 20
"""How often in an epoch of blocks the checkpoint of a member is written."""
_BY_ITSELF = frozenset({"epochs", "plateau"})
"""How training ends where nothing ends it."""


_SAMPLE = 1024
"""Rows that first weights are made for."""
_MIXED = 5
_LEAST_SPREAD = 1e-6


@dataclass(frozen=True, eq=False)
class Member:
    """A network of a bag, and how it was trained."""

    network: MLP
    """Of the best epoch, by its score."""
    scores: tuple[float, ...]
    """The loss of the rows that were held out, after each epoch; for classes after a temperature, where the recipe
    is `calibrated`."""
    best_epoch: int
    """From 1."""
    outputs: NDArray[np.float32]
    """Weighted sums of the last layer for the rows that were held out, (rows, units): logits, or the target."""
    seconds: float
    cut_short: bool = False
    """Whether it would have had more epochs, but for the time, Ctrl-C, or numbers that were not finite."""
    part_of_epoch: bool = False
    """Whether it was ended before its first epoch was over."""

    @property
    def score(self) -> float:
        """Of the best epoch."""
        return self.scores[self.best_epoch - 1]


def train_member(
    fold: Fold,
    classes: int | None,
    recipe: Recipe,
    rng: np.random.Generator,
    *,
    plan: Plan | None = None,
    callback: Callable[[Step | Epoch], Any] | None = None,
    checkpoint: str | None = None,
) -> Member | None:
    """Return a plain network, trained on the rows that are not held out; the others choose the best epoch.

    Parameters
    ----------
    fold : Fold
    classes : int, optional
        The number of classes; None where y is a number.
    recipe : Recipe
    rng : Generator
        The source of first weights, orders and dropout.
    plan : Plan, optional
        Epochs and batch size, where not those of the recipe.
    callback : callable, optional
        Called with the events of training; True ends it.
    checkpoint : str, optional
        A file that training goes on from, in mid epoch; it is removed when the last epoch is over.

    Returns
    -------
    Member or None
        None where training was ended before the first epoch was over, unless rows are in blocks and some were taken.
    """
    began = time.perf_counter()
    plan = recipe.plan(fold.rows) if plan is None else plan
    training = training_of(fold, classes, recipe, rng, plan, callback, checkpoint)
    trained = training.run()
    cut_short = trained.stopped not in _BY_ITSELF
    if checkpoint is not None and not cut_short:
        for path in (checkpoint, previous(checkpoint)):
            Path(path).unlink(missing_ok=True)
    part = trained.best_epoch is None
    if part and not (fold.in_blocks and training.progress.steps and trained.stopped != "not finite"):
        return None
    outputs = _weighted_sums(trained.network, fold)
    scores = (
        (_score(outputs, fold.held_out_y, classes, recipe),)
        if part
        else _scores(trained.history, classes, recipe)
    )
    seconds = time.perf_counter() - began
    return Member(trained.network, scores, trained.best_epoch or 1, outputs, seconds, cut_short, part)


def _scores(history: History, classes: int | None, recipe: Recipe) -> tuple[float, ...]:
    metric = recipe.metric(classes is not None)
    return history.validation_loss if metric is None else history.metrics[metric.name]


def _score(outputs: NDArray[np.float32], y: NDArray[Any], classes: int | None, recipe: Recipe) -> float:
    """Return the score of rows that were held out, from their weighted sums."""
    a, metric = outputs.astype(np.float64), recipe.metric(classes is not None)
    if metric is not None:
        return metric.function(y, softmax(a), None)
    if classes is None:
        return float(np.mean((a[:, 0] - y) ** 2))
    return float(np.mean(np.logaddexp.reduce(a, axis=1) - a[np.arange(len(y)), y]))


def training_of(
    fold: Fold,
    classes: int | None,
    recipe: Recipe,
    rng: np.random.Generator,
    plan: Plan,
    callback: Callable[[Step | Epoch], Any] | None = None,
    checkpoint: str | None = None,
) -> Training:
    """Return the training of a member from its first weights, as `train_member` runs it."""
    steps = -(-fold.rows // plan.batch_rows)
    return fold.training(
        _start(fold.some(_SAMPLE, rng), classes, recipe, rng),
        config=recipe.config(classes is not None, plan),
        rng=rng,
        callbacks=() if callback is None else callback,
        every=_STEPS_BETWEEN_LOOKS,
        checkpoint=None if checkpoint is None else Checkpoint(checkpoint, batches=-(-steps // _KEPT)),
    )


def _weighted_sums(network: MLP, fold: Fold) -> NDArray[np.float32]:
    *layers, last = network.layers
    sums = MLP([*layers, Dense(last.W, last.b)])
    return np.concatenate([sums(x) for x in fold.held_out_x()]).astype(np.float32, copy=False)


def _start(x: NDArray[np.float32], classes: int | None, recipe: Recipe, rng: np.random.Generator) -> MLP:
    """Return first weights for rows x, and a last layer of 0.

    W is normal, such that each weighted sum over the rows has a standard deviation of 1. Each b is minus a random
    convex mixture of weighted sums, so that the place where a unit bends lies among the rows.
    """
    hidden = recipe.activation_of_numbers if classes is None else recipe.activation_of_classes
    layers = list[Dense]()
    for units in recipe.hidden:
        W = rng.standard_normal((x.shape[1], units)) / math.sqrt(x.shape[1])
        sums = MLP([Dense(W.astype(np.float32), np.zeros(units, np.float32))])(x)
        spread = sums.std(axis=0, dtype=np.float64)
        spread[spread < _LEAST_SPREAD] = 1.0
        shares = rng.dirichlet(np.ones(_MIXED), units)
        chosen = rng.integers(0, len(x), (units, _MIXED))
        b = -(shares * sums[chosen, np.arange(units)[:, np.newaxis]]).sum(axis=1) / spread
        layers.append(Dense((W / spread).astype(np.float32), b.astype(np.float32), hidden))
        x = MLP(layers[-1:])(x)
    outputs, last = (1, "identity") if classes is None else (classes, "softmax")
    layers.append(Dense(np.zeros((x.shape[1], outputs), np.float32), np.zeros(outputs, np.float32), last))
    return MLP(layers)

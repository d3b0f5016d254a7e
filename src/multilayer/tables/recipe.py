"""How one network of a table is trained: the recipe with all its constants, and a member of a bag."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import activations
from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer._base.text import one_line
from multilayer.network import MLP, Dense
from multilayer.optimizers import Adam, CosineLog, FlatCosine
from multilayer.tables.folds import Fold
from multilayer.training import Checkpoint, EarlyStopping, Epoch, RateFactors, Step, TrainConfig
from multilayer.training.checkpoint import previous
from multilayer.training.loop import Training

__all__ = ["Member", "Plan", "Recipe", "train_member", "training_of"]

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


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Every constant of the way tables are learned.

    Parameters
    ----------
    hidden : tuple of int
        Units of each hidden layer.
    activation_of_classes, activation_of_numbers : str
        The hidden activation for a category as target, and for a number.
    rate_of_classes, rate_of_numbers : float
        The learning rate, of weights that are divided by the square root of their layer's inputs.
    bias_factor, scale_factor : float
        Of the learning rate: for biases, and for the trained scale of each input, which the first layer has in the end.
    beta1, beta2 : float
        Of Adam.
    weight_decay, dropout : float
        As `multilayer.TrainConfig` has them; they stay for half of the training, and go down to 0 in the other half.
    bins_of_classes, bins_of_numbers : int
        Bins of the piecewise-linear encoding of each number.
    most_bins : int
        Bins of all numbers together, at most: where there are many, each has fewer, and none where one would be left.
    epochs, batch_size : int
        For small tables; `plan` has the rule for large ones.
    patience_of_classes, patience_of_numbers : float
        A member ends after more than so many epochs in a row without a better one.
    most_rows : int
        Rows of a member in all its epochs together, at most (but 4 epochs at least).
    most_steps : int
        Steps of an epoch at most: batches grow with the table, by doubling.

    References
    ----------
    Holzmüller, D., Grinsztajn, L., Steinwart, I. (2024). Better by default: strong pre-tuned MLPs and boosted trees on
    tabular data. NeurIPS.

    Gorishniy, Y., Rubachev, I., Babenko, A. (2022). On embeddings for numerical features in tabular deep learning.
    NeurIPS.
    """

    hidden: tuple[int, ...] = (256, 256, 256)
    activation_of_classes: str = "selu"
    activation_of_numbers: str = "mish"
    rate_of_classes: float = setting(0.04, above=0.0)
    rate_of_numbers: float = setting(0.03, above=0.0)
    bias_factor: float = setting(0.1, minimum=0.0)
    scale_factor: float = setting(6.0, minimum=0.0)
    beta1: float = setting(0.9, minimum=0.0, below=1.0)
    beta2: float = setting(0.95, minimum=0.0, below=1.0)
    weight_decay: float = setting(0.0, minimum=0.0)
    dropout: float = setting(0.15, minimum=0.0, below=1.0)
    bins_of_classes: int = setting(16, minimum=0, maximum=1000, integer=True)
    bins_of_numbers: int = setting(32, minimum=0, maximum=1000, integer=True)
    most_bins: int = setting(2**16, minimum=0, integer=True)
    epochs: int = setting(96, minimum=1, integer=True)
    patience_of_classes: float = setting(32, minimum=0, infinite=True)
    patience_of_numbers: float = setting(math.inf, minimum=0, infinite=True)
    batch_size: int = setting(256, minimum=1, integer=True)
    most_rows: int = setting(2**23, minimum=1, integer=True)
    most_steps: int = setting(1024, minimum=1, integer=True)

    def __post_init__(self) -> None:
        check_settings(self)
        object.__setattr__(self, "hidden", tuple(self.hidden))
        if not self.hidden or not all(isinstance(units, int) and units > 0 for units in self.hidden):
            raise InputError(
                "Recipe: hidden must be the units of each hidden layer, as (256, 256); got {hidden}",
                hidden=one_line(repr(self.hidden), 60),
            )
        for name in (self.activation_of_classes, self.activation_of_numbers):
            activations.get(name)

    def bins(self, classes: bool, numbers: int) -> int:
        """Return the bins of each number, for a target of classes or not, where there are so many columns of numbers.

        >>> Recipe().bins(True, 100), Recipe().bins(True, 10_000), Recipe().bins(True, 100_000)
        (16, 6, 0)
        """
        usual = self.bins_of_classes if classes else self.bins_of_numbers
        most = min(usual, self.most_bins // max(numbers, 1))
        return most if most > 1 else 0

    def patience(self, classes: bool) -> float:
        """Return the patience for a target of classes or not."""
        return self.patience_of_classes if classes else self.patience_of_numbers

    def plan(self, rows: int) -> Plan:
        """Return epochs and batch size for so many rows of training.

        >>> Recipe().plan(5_000), Recipe().plan(1_000_000)
        (Plan(epochs=96, batch_rows=256), Plan(epochs=8, batch_rows=1024))
        """
        batch_rows = self.batch_size
        while rows > batch_rows * self.most_steps:
            batch_rows *= 2
        at_most = max(self.most_rows // max(rows, 1), 4)
        return Plan(min(self.epochs, at_most), batch_rows)


@dataclass(frozen=True)
class Plan:
    """How long to train, and how many rows to take at a time."""

    epochs: int
    batch_rows: int


@dataclass(frozen=True, eq=False)
class Member:
    """A network of a bag, and how it was trained."""

    network: MLP
    """Of the best epoch, by the loss of the rows that were held out."""
    scores: tuple[float, ...]
    """The loss of the rows that were held out, after each epoch."""
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
        """The loss of the best epoch."""
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
    scores = (_score(outputs, fold.held_out_y, classes),) if part else trained.history.validation_loss
    seconds = time.perf_counter() - began
    return Member(trained.network, scores, trained.best_epoch or 1, outputs, seconds, cut_short, part)


def _score(outputs: NDArray[np.float32], y: NDArray[Any], classes: int | None) -> float:
    """Return the loss of rows that were held out, from their weighted sums."""
    a = outputs.astype(np.float64)
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
        config=_config(classes, recipe, plan),
        rng=rng,
        callbacks=() if callback is None else callback,
        every=_STEPS_BETWEEN_LOOKS,
        checkpoint=None if checkpoint is None else Checkpoint(checkpoint, batches=-(-steps // _KEPT)),
    )


def _weighted_sums(network: MLP, fold: Fold) -> NDArray[np.float32]:
    *layers, last = network.layers
    sums = MLP([*layers, Dense(last.W, last.b)])
    return np.concatenate([sums(x) for x in fold.held_out_x()]).astype(np.float32, copy=False)


def _config(classes: int | None, recipe: Recipe, plan: Plan) -> TrainConfig:
    rate = recipe.rate_of_numbers if classes is None else recipe.rate_of_classes
    return TrainConfig(
        loss="mean_squared_error" if classes is None else "categorical_cross_entropy",
        optimizer=Adam(rate, recipe.beta1, recipe.beta2),
        schedule=CosineLog(),
        epochs=plan.epochs,
        batch_size=plan.batch_rows,
        stopping=EarlyStopping(patience=recipe.patience(classes is not None), ties="last"),
        dropout=recipe.dropout,
        weight_decay=recipe.weight_decay,
        rate_factors=RateFactors(biases=recipe.bias_factor, by_inputs=True),
        input_scale=recipe.scale_factor,
        dropout_schedule=FlatCosine(),
        weight_decay_schedule=FlatCosine(),
    )


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

"""The recipe with which networks of tables are trained: all its constants."""

from __future__ import annotations

import math
from dataclasses import dataclass

from multilayer import activations
from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer._base.text import one_line
from multilayer.optimizers import Adam, CosineLog, FlatCosine
from multilayer.training import EarlyStopping, Metric, RateFactors, TrainConfig, metrics

__all__ = ["Plan", "Recipe"]


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
    calibrated : bool
        Whether the best epoch, for a category as target, is the one whose held-out rows have the least loss after a
        temperature that makes them less certain (the metric "calibrated_cross_entropy"), as a model has a temperature
        in the end; else the one with the least loss.
    most_rows : int
        Rows of a member in all its epochs together, at most (but 4 epochs at least).
    most_steps : int
        Steps of an epoch at most: batches grow with the table, by doubling.

    References
    ----------
    Holzmüller, D., Grinsztajn, L., Steinwart, I. (2024). Better by default: strong pre-tuned MLPs and boosted trees on
    tabular data. NeurIPS.

    Berta, E., Holzmüller, D., Jordan, M. I., Bach, F. (2025). Rethinking early stopping: refine, then calibrate.

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
    patience_of_classes: float = setting(24, minimum=0, infinite=True)
    patience_of_numbers: float = setting(math.inf, minimum=0, infinite=True)
    calibrated: bool = True
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

    def metric(self, classes: bool) -> Metric | None:
        """Return the metric that chooses the best epoch for a target of classes or not; None for the loss."""
        return metrics.get("calibrated_cross_entropy") if classes and self.calibrated else None

    def config(self, classes: bool, plan: Plan) -> TrainConfig:
        """Return how a member is trained, for a target of classes or not."""
        metric = self.metric(classes)
        return TrainConfig(
            loss="categorical_cross_entropy" if classes else "mean_squared_error",
            optimizer=Adam(self.rate_of_classes if classes else self.rate_of_numbers, self.beta1, self.beta2),
            schedule=CosineLog(),
            epochs=plan.epochs,
            batch_size=plan.batch_rows,
            stopping=EarlyStopping(
                patience=self.patience(classes), monitor=None if metric is None else metric.name, ties="last"
            ),
            dropout=self.dropout,
            weight_decay=self.weight_decay,
            rate_factors=RateFactors(biases=self.bias_factor, by_inputs=True),
            input_scale=self.scale_factor,
            dropout_schedule=FlatCosine(),
            weight_decay_schedule=FlatCosine(),
            metrics=() if metric is None else metric,
        )

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

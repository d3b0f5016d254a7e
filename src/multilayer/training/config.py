"""How to train: every setting that is neither network nor data nor randomness."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from multilayer import losses, optimizers
from multilayer._base.errors import InputError
from multilayer._base.fields import Limits, check_settings, setting
from multilayer._base.text import one_line
from multilayer._base.translation import N_, translated
from multilayer.backend.training import OptimizerKernel
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Adam, AdamW, Clip, Constant, Optimizer, Schedule, schedules
from multilayer.training.metrics import Metric, chosen
from multilayer.training.metrics import registry as metric_names
from multilayer.training.rates import RateFactors, one_or_several
from multilayer.training.stopping import EarlyStopping

__all__ = ["Settings", "TrainConfig"]

_RATE = Limits(minimum=0.0, below=1.0)
_OBJECTS = {
    "stopping": (EarlyStopping | None, N_("an EarlyStopping, or None")),
    "clip": (Clip | None, N_("a ClipByNorm or ClipByValue, or None")),
    "rate_factors": (RateFactors, N_("a RateFactors")),
}
_SCHEDULES = ("schedule", "dropout_schedule", "weight_decay_schedule")
_OF_STEPS = ("clip", "dropout", "weight_decay", "rate_factors", "input_scale", *_SCHEDULES)
"""What L-BFGS does not take: it needs the same objective in every iteration."""


class Settings(TypedDict, total=False):
    """The fields of TrainConfig as they may be given: names as well as objects, one entry as well as several."""

    loss: Loss | str
    optimizer: Optimizer | LBFGS | str
    schedule: Schedule | str
    epochs: int
    batch_size: int
    shuffle: bool
    stopping: EarlyStopping | None
    clip: Clip | None
    dropout: float | Sequence[float]
    l2: float
    weight_decay: float
    rate_factors: RateFactors
    input_scale: float
    dropout_schedule: Schedule | str
    weight_decay_schedule: Schedule | str
    block_sums: bool
    metrics: str | Metric | Iterable[str | Metric]


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """How to train. `dataclasses.replace` changes a setting.

    Parameters
    ----------
    loss : Loss or str
        The loss to minimize; `multilayer.losses.names()` lists them.
    optimizer : Optimizer or str
        The update rule: "adam" or Adam(0.01), say; `multilayer.optimizers.names()` lists them.
    schedule : Schedule or str
        The learning rate over time, starting from the optimizer's own: "cosine", say;
        `multilayer.optimizers.schedules.names()` lists them.
    epochs, batch_size : int
        Passes over the data; samples per step, at most all of them.
    shuffle : bool
        Whether each epoch draws a new order of the samples.
    stopping : EarlyStopping, optional
        When to stop early, and whether the best weights are restored. None: all epochs, and the last weights.
    clip : Clip, optional
        ClipByNorm or ClipByValue, applied to the gradients of a step.
    dropout : float or sequence of float
        Fraction of units to drop at random in a step, in every hidden layer or one number per hidden layer. The others
        are scaled up by 1 / (1 - fraction), so that the trained network needs no change.
    l2 : float
        Penalty l2 / (2 n) * sum of W^2, n the sum of a batch's weights: scikit-learn's `alpha`.
    weight_decay : float
        Decoupled decay: W shrinks by the fraction rate * weight_decay per step, the rate being that of the step times
        the factor of W in `rate_factors`.
    rate_factors : RateFactors
        Factors of the learning rate, for weights and for biases, and whether the rate of a layer goes by its inputs.
    input_scale : float
        Where it is not 0, each input x_i is multiplied by a number s_i that is trained too: it starts at 1, and
        `input_scale` is the factor of its rate. The trained network has s in its first layer, and is a plain one.
    dropout_schedule, weight_decay_schedule : Schedule or str
        A factor of dropout, and of weight decay, over time, from 0 to 1: "flat_cosine", say.
    block_sums : bool
        Whether the gradient of a batch is a sum over blocks of 1,024 rows, made in one order by whatever number of
        workers a cluster has, or by this process. It is for batches of many blocks, and takes no dropout.
    metrics : str or Metric, or iterable of them
        What else to measure after each epoch: "accuracy", "r2", "mae", "mse", "rmse".

    Examples
    --------
    >>> from dataclasses import replace
    >>> config = TrainConfig(loss="mse", optimizer="sgd", epochs=10)
    >>> replace(config, optimizer="adam").optimizer
    Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)

    Raises
    ------
    InputError
        When a setting is out of its limits, or two of them do not go together.
    """

    loss: Loss
    optimizer: Optimizer | LBFGS = Adam()  # noqa: RUF009  (frozen)
    schedule: Schedule = Constant()  # noqa: RUF009  (frozen)
    epochs: int = setting(200, minimum=1, integer=True)
    batch_size: int = setting(200, minimum=1, integer=True)
    shuffle: bool = True
    stopping: EarlyStopping | None = None
    clip: Clip | None = None
    dropout: float | tuple[float, ...] = 0.0
    l2: float = setting(0.0, minimum=0.0)
    weight_decay: float = setting(0.0, minimum=0.0)
    rate_factors: RateFactors = RateFactors()  # noqa: RUF009  (frozen)
    input_scale: float = setting(0.0, minimum=0.0)
    dropout_schedule: Schedule = Constant()  # noqa: RUF009  (frozen)
    weight_decay_schedule: Schedule = Constant()  # noqa: RUF009  (frozen)
    block_sums: bool = False
    metrics: tuple[Metric, ...] = ()

    if TYPE_CHECKING:  # names and single entries are looked up at run time, by __post_init__

        def __init__(self, **settings: Unpack[Settings]) -> None: ...

    def __post_init__(self) -> None:
        for name, value in (
            ("loss", losses.get(self.loss)),
            ("optimizer", optimizers.get(self.optimizer)),
            *((name, schedules.get(getattr(self, name))) for name in _SCHEDULES),
            ("dropout", one_or_several("dropout", self.dropout, _RATE)),
            ("metrics", chosen(self.metrics)),
        ):
            object.__setattr__(self, name, value)
        check_settings(self, where="")
        for name, (kind, words) in _OBJECTS.items():
            if not isinstance(value := getattr(self, name), kind):
                raise InputError(
                    "{name} must be {words}; got {value}",
                    name=name,
                    words=translated(words),
                    value=one_line(repr(value), 80),
                )
        if self.weight_decay and isinstance(self.optimizer, AdamW):
            raise InputError("AdamW has its own weight_decay; set it there, or use Adam with weight_decay=")
        if self.weight_decay_schedule != Constant() and isinstance(self.optimizer, AdamW):
            raise InputError(
                "weight_decay_schedule is for weight_decay=, and AdamW has its own; use Adam with weight_decay="
            )
        if isinstance(self.optimizer, LBFGS):
            self._check_full_batch()
        elif self.block_sums and self._drops:
            raise InputError(
                "block_sums=True takes no dropout, whose masks belong to a whole batch; leave one of them out"
            )

    def full_batch(self, optimizer: LBFGS) -> TrainConfig:
        """Return these settings for L-BFGS, without those that it does not take."""
        without = {name: _defaults()[name] for name in (*_OF_STEPS, "stopping", "block_sums", "metrics")}
        return dataclasses.replace(self, optimizer=optimizer, **without)

    @property
    def _drops(self) -> bool:
        return any(self.dropout) if isinstance(self.dropout, tuple) else self.dropout > 0.0

    def _check_full_batch(self) -> None:
        for name in _OF_STEPS:
            if getattr(self, name) != _defaults()[name] and (name != "dropout" or self._drops):
                raise InputError(
                    "LBFGS takes no {name}: it needs the same objective in every iteration; leave it out",
                    name=name,
                )

    def check(self, network: MLP) -> None:
        """Refuse a network that these settings cannot train.

        Raises
        ------
        InputError
            Naming the setting, or the layer.
        """
        self.loss.check(network.layers[-1].activation, network.widths[-1])
        for number, layer in enumerate(network.layers, 1):
            facts = layer.activation.facts
            if not facts.trainable:
                raise InputError(
                    "layer {number}: {name} cannot be trained through, as its derivative "
                    "is 0 wherever it exists and no gradient reaches the weights; use a "
                    "surrogate derivative, such as Surrogate({name}, sigmoid)",
                    number=number,
                    name=facts.name,
                )
        self.dropout_rates(len(network.layers) - 1)
        self.rate_factors.rates([array.shape for layer in network.layers for array in (layer.W, layer.b)])

    def dropout_rates(self, hidden: int) -> tuple[float, ...]:
        """Return the dropout of each hidden layer; () without dropout."""
        rates = (self.dropout,) * hidden if isinstance(self.dropout, float) else self.dropout
        if len(rates) != hidden:
            raise InputError(
                "dropout has {rates} numbers; expected one for all, or one per hidden layer, {hidden}",
                rates=len(rates),
                hidden=hidden,
            )
        return rates if any(rates) else ()

    def with_decay(self, rule: OptimizerKernel | None) -> OptimizerKernel | None:
        """Return the native rule with the decay of these settings."""
        if rule is None:
            return None
        return dataclasses.replace(rule, weight_decay=rule.weight_decay + self.weight_decay)

    @property
    def schedules(self) -> dict[str, Schedule]:
        """The schedules of the learning rate, of dropout and of weight decay, by the names of their settings."""
        return {name: getattr(self, name) for name in _SCHEDULES}

    @property
    def shrinkage(self) -> float:
        """What draws the weights towards 0: l2 and weight_decay together."""
        return self.l2 + self.weight_decay

    def without_shrinkage(self) -> TrainConfig:
        """Return these settings without anything that draws the weights towards 0."""
        return dataclasses.replace(self, l2=0.0, weight_decay=0.0)

    @property
    def penalties(self) -> dict[str, float]:
        """The settings that add to the mean loss, by name."""
        return {"l2": self.l2}

    def apart_from_l2(self) -> tuple[TrainConfig, float]:
        """Return these settings without l2, and l2."""
        return dataclasses.replace(self, l2=0.0), self.l2

    def steps_of(self, rows: int) -> int:
        """Return how many whole batches so many rows are."""
        return rows // self.batch_size

    @property
    def evaluation_rows(self) -> int:
        """Rows to evaluate at a time in an engine that has room for a batch."""
        return max(self.batch_size, 64)

    def monitored(self, validation: bool) -> tuple[str, bool]:
        """Return the name of what decides on the best epoch, and whether more of it is better."""
        known = {"loss": False, **({"validation_loss": False} if validation else {})}
        known |= {metric.name: metric.greater_is_better for metric in self.metrics}
        default = "validation_loss" if validation else "loss"
        name = default if self.stopping is None or self.stopping.monitor is None else self.stopping.monitor
        if name not in known and metric_names.takes(name):
            name = metric_names.get(name).name  # an alias
        if name not in known:
            raise InputError(
                "stopping monitors {name!r}, which is not measured; measured are {known}",
                name=name,
                known=", ".join(known),
            )
        return name, known[name]

    def terms(self, network: MLP) -> dict[str, str]:
        """Return every setting in words, by name, to compare with those of a checkpoint.

        The number of epochs may change, unless a schedule depends on it.
        """
        words = {field.name: repr(getattr(self, field.name)) for field in dataclasses.fields(self)}
        words["dropout"] = repr(self.dropout_rates(len(network.layers) - 1))
        words["metrics"] = ", ".join(metric.name for metric in self.metrics)
        if not any(schedule.needs_total for schedule in self.schedules.values()):
            del words["epochs"]
        return words


def _defaults() -> dict[str, Any]:
    return {field.name: field.default for field in dataclasses.fields(TrainConfig)}

"""How to train: every setting of `train`, checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from multilayer import losses, optimizers
from multilayer._base.errors import InputError
from multilayer._base.fields import Limits, check_settings, setting
from multilayer._base.text import one_line
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, Adam, AdamW, Clip, Constant, Optimizer, Schedule, schedules
from multilayer.training.metrics import Metric, chosen
from multilayer.training.metrics import registry as metric_names
from multilayer.training.plan import Plan
from multilayer.training.stopping import EarlyStopping

__all__ = ["TrainConfig"]

_SHARE = Limits(minimum=0.0, below=1.0)
_A: dict[type, str] = {EarlyStopping: "an EarlyStopping", Clip: "a ClipByNorm or ClipByValue"}


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """The settings of a training that are neither network nor data nor randomness."""

    loss: Loss
    optimizer: Optimizer | LBFGS = Adam()  # noqa: RUF009  (frozen)
    schedule: Schedule = Constant()  # noqa: RUF009  (frozen)
    epochs: int = setting(200, minimum=1, integer=True)
    batch_size: int = setting(200, minimum=1, integer=True)
    shuffle: bool = True
    stopping: EarlyStopping | None = None
    clip: Clip | None = None
    dropout: tuple[float, ...] = ()
    """A fraction per hidden layer; empty for none."""
    l2: float = setting(0.0, minimum=0.0)
    weight_decay: float = setting(0.0, minimum=0.0)
    metrics: tuple[Metric, ...] = ()

    def __post_init__(self) -> None:
        for name, get in (("loss", losses.get), ("optimizer", optimizers.get), ("schedule", schedules.get)):
            object.__setattr__(self, name, get(getattr(self, name)))
        check_settings(self, where="")
        for name, kind in (
            ("stopping", EarlyStopping),
            ("clip", Clip),
        ):
            value = getattr(self, name)
            if value is not None and not isinstance(value, kind):
                raise InputError(f"{name} must be {_A[kind]}, or None; got {one_line(repr(value), 80)}")
        if self.weight_decay and isinstance(self.optimizer, AdamW):
            raise InputError(
                "AdamW has a weight_decay of its own; give it there, or use Adam with weight_decay="
            )
        if isinstance(self.optimizer, LBFGS):
            for name, given in (
                ("schedule", self.schedule != Constant()),
                ("clip", self.clip is not None),
                ("dropout", bool(self.dropout)),
                ("weight_decay", self.weight_decay > 0.0),
            ):
                if given:
                    raise InputError(
                        f"LBFGS takes no {name}: it needs one and the same objective all the way; leave it out"
                    )

    @staticmethod
    def of(
        network: MLP,
        *,
        loss: Loss | str,
        optimizer: Optimizer | LBFGS | str,
        schedule: Schedule | str,
        dropout: float | Sequence[float],
        metrics: str | Metric | Iterable[str | Metric],
        **others: Any,
    ) -> TrainConfig:
        """Return the recipe for this network, with names looked up.

        Raises
        ------
        InputError
            When a setting is out of its limits, or does not fit the network.
        """
        loss = losses.get(loss)
        loss.check(network.layers[-1].activation, network.shape[-1])
        _check_trainable(network)
        hidden = len(network.layers) - 1
        return TrainConfig(
            loss=loss,
            optimizer=optimizers.get(optimizer),
            schedule=schedules.get(schedule),
            dropout=_shares(dropout, hidden),
            metrics=chosen(metrics),
            **others,
        )

    def plan(self, network: MLP) -> Plan:
        """Return what a step of this training does."""
        return Plan(
            tuple(layer.activation for layer in network.layers),
            self.loss,
            self.optimizer if isinstance(self.optimizer, Optimizer) else None,
            self.l2,
            self.weight_decay,
            self.clip,
            self.dropout,
        )

    def monitored(self, validation: bool) -> tuple[str, bool]:
        """Return what is watched to find the best epoch, and whether more of it is better."""
        known = {"loss": False, **({"validation_loss": False} if validation else {})}
        known |= {metric.name: metric.greater_is_better for metric in self.metrics}
        name = None if self.stopping is None else self.stopping.monitor
        if name is None:
            name = "validation_loss" if validation else "loss"
        if name not in known and metric_names.takes(name):
            name = metric_names.get(name).name  # an alias
        if name not in known:
            raise InputError(
                f"stopping monitors {name!r}, which is not measured; measured are {', '.join(known)}"
            )
        return name, known[name]

    def terms(self) -> dict[str, str]:
        """Return every setting in words, by name, to compare with those of a checkpoint.

        More epochs are no other training, unless the learning rate depends on how many there are.
        """
        words = {field.name: repr(getattr(self, field.name)) for field in dataclasses.fields(self)}
        words["metrics"] = ", ".join(metric.name for metric in self.metrics)
        if not self.schedule.needs_total:
            del words["epochs"]
        return words


def _check_trainable(network: MLP) -> None:
    for number, layer in enumerate(network.layers, 1):
        facts = layer.activation.facts
        if not facts.trainable:
            raise InputError(
                f"layer {number}: {facts.name} cannot be trained through, as its derivative is 0 wherever it has one "
                f"and no gradient reaches the weights; train it by a stand-in's derivative, such as "
                f"Surrogate({facts.name}, sigmoid)"
            )


def _shares(dropout: float | Sequence[float], hidden: int) -> tuple[float, ...]:
    one = isinstance(dropout, str) or not isinstance(dropout, Sequence)
    shares = (dropout,) * hidden if one else tuple(dropout)  # type: ignore[arg-type]
    if len(shares) != hidden:
        raise InputError(
            f"dropout has {len(shares)} shares; expected one number, or one per hidden layer, {hidden}"
        )
    checked = tuple(_SHARE.checked("dropout", share) for share in (shares or (dropout,) * one))
    return checked[:hidden] if any(checked) else ()

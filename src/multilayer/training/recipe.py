"""How to train: every setting of `train`, checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from multilayer import losses
from multilayer.errors import InputError
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import LBFGS, AdamW, Clip, Constant, Optimizer, Schedule
from multilayer.settings import check_settings, setting
from multilayer.training.metrics import Metric, chosen
from multilayer.training.plan import Plan
from multilayer.training.stopping import Stopping

__all__ = ["Recipe"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The settings of a training that are neither network nor data nor randomness."""

    loss: Loss
    optimizer: Optimizer | LBFGS
    schedule: Schedule
    epochs: int = setting(least=1, whole=True)
    batch_size: int = setting(least=1, whole=True)
    shuffle: bool
    stopping: Stopping | None
    clip: Clip | None
    dropout: tuple[float, ...]
    """A share per hidden layer; empty for none."""
    l2: float = setting(least=0.0)
    weight_decay: float = setting(least=0.0)
    metrics: tuple[Metric, ...]

    def __post_init__(self) -> None:
        check_settings(self)
        for name, kinds, optional in (
            ("optimizer", (Optimizer, LBFGS), False),
            ("schedule", (Schedule,), False),
            ("stopping", (Stopping,), True),
            ("clip", (Clip,), True),
        ):
            value = getattr(self, name)
            if not isinstance(value, kinds) and not (optional and value is None):
                expected = " or ".join(kind.__name__ for kind in kinds)
                raise InputError(
                    f"{name} must be a {expected}{', or None' if optional else ''}; got {value!r}"
                )
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
        dropout: float | Sequence[float],
        metrics: Iterable[str | Metric],
        **others: Any,
    ) -> Recipe:
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
        return Recipe(loss=loss, dropout=_shares(dropout, hidden), metrics=chosen(metrics), **others)

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
                f"{facts.name}.surrogate(sigmoid)"
            )


def _shares(dropout: float | Sequence[float], hidden: int) -> tuple[float, ...]:
    shares = tuple(dropout) if isinstance(dropout, Sequence) else (dropout,) * hidden
    if len(shares) != hidden:
        raise InputError(
            f"dropout has {len(shares)} shares; expected one number, or one per hidden layer, {hidden}"
        )
    for share in shares:
        if isinstance(share, bool) or not isinstance(share, Real) or not 0.0 <= share < 1.0:
            raise InputError(f"dropout must be from 0 to below 1; got {share!r}")
    return tuple(map(float, shares)) if any(shares) else ()

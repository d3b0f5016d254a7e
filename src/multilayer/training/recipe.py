"""How to train: every setting of `train`, checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

from multilayer import losses
from multilayer.errors import InputError
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import Adam, AdamW, Clip, Constant, Optimizer, Schedule
from multilayer.settings import check_settings, setting
from multilayer.training.metrics import Metric, chosen
from multilayer.training.steps import Plan
from multilayer.training.stopping import Stopping

__all__ = ["Recipe"]


@dataclass(frozen=True)
class Recipe:
    """The settings of a training that are neither network nor data nor randomness."""

    loss: Loss
    optimizer: Optimizer = Adam()
    schedule: Schedule = Constant()
    epochs: int = setting(200, least=1, whole=True)
    batch_size: int = setting(200, least=1, whole=True)
    shuffle: bool = True
    stopping: Stopping | None = None
    clip: Clip | None = None
    dropout: tuple[float, ...] = ()
    l2: float = setting(0.0, least=0.0)
    weight_decay: float = setting(0.0, least=0.0)
    metrics: tuple[Metric, ...] = ()

    def __post_init__(self) -> None:
        check_settings(self)
        kinds: tuple[tuple[str, type], ...] = (
            ("optimizer", Optimizer),
            ("schedule", Schedule),
            ("stopping", Stopping),
            ("clip", Clip),
        )
        for name, kind in kinds:
            value = getattr(self, name)
            if not isinstance(value, kind) and not (value is None and name in ("stopping", "clip")):
                raise InputError(f"{name} must be a {kind.__name__}; got {value!r}")
        if self.weight_decay and isinstance(self.optimizer, AdamW):
            raise InputError(
                "AdamW has a weight_decay of its own; give it there, or use Adam with weight_decay="
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
        return Recipe(loss, dropout=_shares(dropout, hidden), metrics=chosen(metrics), **others)

    def plan(self, network: MLP) -> Plan:
        """Return what a step of this training does."""
        return Plan(
            tuple(layer.activation for layer in network.layers),
            self.loss,
            self.optimizer,
            self.l2,
            self.weight_decay,
            self.clip,
            self.dropout,
        )


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
    shares = (dropout,) * hidden if isinstance(dropout, Real) else tuple(dropout)  # type: ignore[arg-type]
    if len(shares) != hidden:
        raise InputError(
            f"dropout has {len(shares)} shares; expected one number, or one per hidden layer, {hidden}"
        )
    for share in shares:
        if isinstance(share, bool) or not isinstance(share, Real) or not 0.0 <= share < 1.0:
            raise InputError(f"dropout must be from 0 to below 1; got {share!r}")
    return tuple(map(float, shares)) if any(shares) else ()

"""How the session's network is to be trained: names and numbers, as the page and links hold them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from msgspec import Meta
from numpy.typing import NDArray

from multilayer import losses, optimizers
from multilayer._base.errors import InputError
from multilayer._base.names import Registry
from multilayer.diagnosis.case import loss_of_numbers
from multilayer.diagnosis.outputs import class_numbers
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.optimizers import Schedule, schedules
from multilayer.optimizers.table import registry
from multilayer.training import EarlyStopping, TrainConfig
from multilayer.training.samples import targets

__all__ = ["Recipe", "loss_for", "metric_for", "targets_of"]

_MOST_EPOCHS = 100_000
_LARGEST = 2**53
"""Of the whole numbers that the page can show."""


def _plain_settings() -> Iterator[tuple[str, Any, Any]]:
    """Yield name, type and default of what a training is told by a number, a yes or no, or the name of a schedule."""
    for field in dataclasses.fields(TrainConfig):
        if isinstance(field.default, Schedule):
            yield field.name, str, _name(schedules.registry, field.default)
        elif type(field.default) in (bool, float):
            yield field.name, type(field.default), field.default
        elif type(field.default) is int and field.name not in _Named.__annotations__:
            yield field.name, Annotated[int, Meta(ge=1, le=_LARGEST)], field.default


def _name(registry: Registry[Any], value: Any) -> str:
    """Return the name of the entry of this kind."""
    return next(entry.name for entry in registry.entries if type(entry.value) is type(value))


class _Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The settings that are more than a number; `config` looks all of them up and checks them."""

    loss: str | None = None
    """None: the one of `loss_for`."""
    optimizer: str = "adam"
    parameters: dict[str, int | float | bool] = {}
    """Of the optimizer, by name, the learning rate among them; those that are left out have their defaults."""
    epochs: Annotated[int, Meta(ge=1, le=_MOST_EPOCHS)] = 200
    seed: Annotated[int, Meta(ge=0, le=_LARGEST)] = 0
    """Of the order of the rows, of what is held out, and of dropout."""
    validation: float | None = None
    """The fraction of the rows that is held out."""
    patience: Annotated[int, Meta(ge=0, le=_LARGEST)] | None = None
    """Stop after so many epochs without improvement; None never stops early."""

    def config(self, network: MLP, y: NDArray[Any] | None) -> TrainConfig:
        """Return the settings as `multilayer.train` takes them, for a network and the targets of its rows.

        Raises
        ------
        InputError
            Naming the setting, its limits and what was found.
        """
        loss = loss_for(network, y, self.loss)
        optimizer = optimizers.get(self.optimizer, **self.parameters)
        # What is shown is the network after the last epoch, and not the best one.
        stopping = None if self.patience is None else EarlyStopping(self.patience, restore_best=False)
        return TrainConfig(
            loss=loss,
            optimizer=optimizer,
            epochs=self.epochs,
            stopping=stopping,
            metrics=metric_for(network, loss, y),
            **{name: getattr(self, name) for name in _PLAIN},
        )

    def with_config(self, config: TrainConfig) -> Recipe:
        """Return this recipe with what a remedy may change."""
        optimizer: Any = config.optimizer
        return msgspec.structs.replace(
            self,
            optimizer=_name(registry, optimizer),
            parameters=dataclasses.asdict(optimizer),
            epochs=config.epochs,
            patience=None if config.stopping is None else int(config.stopping.patience),
            **{name: _as_plain(getattr(config, name)) for name in _PLAIN},
        )


def _as_plain(value: Any) -> Any:
    if isinstance(value, Schedule):
        return _name(schedules.registry, value)
    return max(value) if isinstance(value, tuple) else value  # of the layers, where each has its own


_PLAIN = {name: (kind, default) for name, kind, default in _plain_settings()}

if TYPE_CHECKING:
    Recipe = _Named
else:
    Recipe = msgspec.defstruct(
        "Recipe",
        [(name, kind, default) for name, (kind, default) in _PLAIN.items()],
        bases=(_Named,),
        frozen=True,
        forbid_unknown_fields=True,
        module=__name__,
    )
    Recipe.__doc__ = (
        "The settings of a training: those of `_Named`, and the plain ones of `TrainConfig` by their names."
    )


def targets_of(y: NDArray[Any] | None) -> NDArray[Any]:
    """Return the targets of rows, which have some.

    Raises
    ------
    InputError
        When there are none.
    """
    if y is None:
        raise InputError(
            "the rows have no targets, so there is nothing to learn; open rows with a target column"
        )
    return y


def loss_for(network: MLP, y: NDArray[Any] | None, name: str | None = None) -> Loss:
    """Return the loss of this name, or else the one that belongs to the output activation and the targets.

    It is what a diagnosis takes: cross-entropy for sigmoid and softmax, squared error for the identity, and for other
    activations where there is a number for each output.

    Raises
    ------
    InputError
        When there are no targets, or no loss belongs to the activation and them.
    """
    y = targets_of(y)
    if name is not None:
        return losses.get(name)
    activation, units = network.layers[-1].activation, network.widths[-1]
    found = losses.for_activation(activation) or loss_of_numbers(y, units)
    if found is None:
        raise InputError(
            "no loss belongs to the output activation {activation} and these targets; choose a loss, or end the "
            "network in softmax, sigmoid or identity",
            activation=activation.facts.name,
        )
    return found


def metric_for(network: MLP, loss: Loss, y: NDArray[Any] | None) -> str:
    """Return the name of what is measured beside the loss: "accuracy" where the targets are classes, else "r2"."""
    return "r2" if class_numbers(network, loss, targets(network, loss, y)) is None else "accuracy"

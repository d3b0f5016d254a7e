"""Events of training: a `Step` after batches, an `Epoch` after each epoch, in the end `Trained`; and callbacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from multilayer._base.errors import InputError
from multilayer._base.fields import entries
from multilayer._base.table import Table, to_html
from multilayer._base.text import fill, one_line
from multilayer._base.translation import N_, translated
from multilayer.network import MLP
from multilayer.optimizers import OptimizerState

if TYPE_CHECKING:
    from multilayer.training.config import TrainConfig

__all__ = [
    "ENDINGS",
    "Callback",
    "Ending",
    "Epoch",
    "History",
    "Memory",
    "Step",
    "Stopped",
    "Trained",
    "call_ended",
    "call_lost",
    "callables",
]

Stopped = Literal["epochs", "plateau", "interrupted", "callback", "not finite"]
"""Why training ended: all epochs are done, no more improvement, Ctrl-C, a callback, nan or infinity."""


class Ending(NamedTuple):
    """Why training ended, as one of a few words and as the template of a sentence with what it is filled with."""

    stopped: Stopped
    template: str
    places: Mapping[str, object] = MappingProxyType({})

    def message(self) -> str:
        """Return the sentence in the present language."""
        return fill(self.template, **self.places) if self.places else translated(self.template)


ENDINGS: dict[Stopped, Ending] = {
    ending.stopped: ending
    for ending in (
        Ending("epochs", N_("all epochs are done")),
        Ending("plateau", N_("early stopping: no more improvement")),
        Ending("interrupted", N_("interrupted")),
        Ending("callback", N_("stopped by a callback")),
    )
}


@dataclass(frozen=True, eq=False)
class Step:
    """Some batches are done. `loss` is the objective of the last of them."""

    epoch: int
    """The epoch under way, from 1."""
    batch: int
    """Batches taken in it so far."""
    batches: int | None
    """Batches in an epoch; None where the data come without a length."""
    steps: int
    """Steps taken since the beginning of training."""
    loss: float
    learning_rate: float
    seconds: float
    """Time since the epoch began."""
    _network: Callable[[], MLP] = field(repr=False)

    @property
    def network(self) -> MLP:
        """A copy of the network after this event; to be read before the next one is asked for."""
        return self._network()


@dataclass(frozen=True, eq=False)
class Epoch:
    """An epoch is over. `loss` is the mean objective of its batches, each at its own step."""

    epoch: int
    """Its number, from 1."""
    epochs: int
    """The number of epochs asked for."""
    steps: int
    """Steps taken since the beginning of training."""
    loss: float
    validation_loss: float | None
    metrics: Mapping[str, float]
    """By name; measured on the validation data if given, else on the training data."""
    learning_rate: float
    """The rate of its last step."""
    seconds: float
    improved: bool
    """Whether the monitored number is the best so far."""
    stopped: Stopped | None
    """Why this epoch is the last, if it is."""
    _network: Callable[[], MLP] = field(repr=False)

    @property
    def network(self) -> MLP:
        """A copy of the network after this event; to be read before the next one is asked for."""
        return self._network()


@dataclass(frozen=True, repr=False)
class History:
    """The learning curves, with an entry per epoch."""

    loss: tuple[float, ...] = ()
    validation_loss: tuple[float, ...] = ()
    """Empty without validation data."""
    metrics: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    learning_rate: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()

    def __len__(self) -> int:
        return len(self.loss)

    def __repr__(self) -> str:
        ends = [f"{name} {curve[0]:.4g} to {curve[-1]:.4g}" for name, curve in self._measured()]
        return f"History({', '.join([f'{len(self)} epochs', *ends])})"

    def _repr_html_(self) -> str:
        return self.table().html()

    def table(self) -> Table:
        """Return the first, the best and the last value of every curve, to be printed."""
        rows = tuple(
            (name, *(f"{value:.4g}" for value in (curve[0], min(curve), max(curve), curve[-1])))
            for name, curve in self._measured()
        )
        heads = fill("curve"), fill("first"), fill("smallest"), fill("largest"), fill("last")
        return Table(fill("{count} epochs", count=len(self)), heads, rows)

    def _measured(self) -> list[tuple[str, tuple[float, ...]]]:
        curves = {"loss": self.loss, "validation_loss": self.validation_loss, **self.metrics}
        return [(name, curve) for name, curve in curves.items() if curve]

    def plot(self, ax: Any = None) -> Any:
        """Draw the curves as `multilayer.plots.loss_curve` does (extra `plot`); on new axes unless given."""
        # By name: pictures stand on training, and not the other way round.
        return import_module("multilayer.plots").loss_curve(self, ax)


@dataclass(frozen=True, eq=False)
class Memory:
    """What a later training needs beside the weights to continue without a break: the optimizer state."""

    optimizer: OptimizerState
    learning_rate: float
    """The base rate of the schedule: the optimizer's, unless a plateau reduced it."""
    steps: int
    samples: int


@dataclass(frozen=True, eq=False)
class Trained:
    """The outcome: a new network, the learning curves, why training ended, and where it started."""

    network: MLP
    history: History
    stopped: Stopped
    message: str
    """The reason in words."""
    best_epoch: int | None
    """The epoch of the best weights, from 1, where something was monitored."""
    memory: Memory = field(repr=False)
    config: TrainConfig = field(repr=False)
    start: MLP | None = field(repr=False)
    """The network before training; None where training continued an earlier one."""

    def _repr_html_(self) -> str:
        facts = Table(
            repr(self.network),
            rows=((fill("training ended"), self.message), (fill("best epoch"), str(self.best_epoch or "–"))),
        )
        return to_html([facts, self.history.table()])


Callback = Callable[[Step | Epoch], Any]


def callables(callbacks: Callback | Iterable[Callback] | None) -> tuple[Callback, ...]:
    """Return the callbacks of a single one, of several or of None.

    Raises
    ------
    InputError
        When one of them cannot be called.
    """
    if callbacks is None:
        return ()
    listed = entries(callbacks)
    found = (callbacks,) if listed is None else listed
    for number, callback in enumerate(found, 1):
        if not callable(callback) or isinstance(callback, type):
            got = one_line(repr(callback), 60)
            raise InputError(
                "callbacks, entry {number}: expected a callable that takes an event; got {got}",
                number=number,
                got=got,
            )
    return found


def call_ended(callbacks: Iterable[Callback], trained: Trained) -> None:
    """Call the method `ended` of the callbacks that have one."""
    _call(callbacks, "ended", trained)


def call_lost(callbacks: Iterable[Callback], worker: Any) -> None:
    """Call the method `worker_lost` of the callbacks that have one, with a `multilayer.cluster.WorkerLost`."""
    _call(callbacks, "worker_lost", worker)


def _call(callbacks: Iterable[Callback], name: str, argument: Any) -> None:
    for callback in callbacks:
        method = getattr(callback, name, None)
        if callable(method):
            method(argument)

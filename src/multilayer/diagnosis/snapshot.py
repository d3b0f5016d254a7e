"""Snapshots of a network in training, and when to take them: after 1, 2, 4, ... epochs, as far as time allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multilayer._base.fields import check_settings, setting
from multilayer._base.random import Random
from multilayer._base.text import fill
from multilayer.diagnosis.check import Finding
from multilayer.diagnosis.checks import CHECKS
from multilayer.diagnosis.diagnosis import conclude
from multilayer.diagnosis.evidence import Caller, Evidence, LayerStatistics, TrainingRecord
from multilayer.diagnosis.measure import Sources, measure
from multilayer.diagnosis.phrases import unknown
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training import Epoch, History, Step

__all__ = [
    "Cadence",
    "Clock",
    "HistoryBuilder",
    "Moment",
    "Sample",
    "Snapshot",
    "Weights",
    "movement",
    "weights_of",
]

Floats = NDArray[np.float64]
Weights = tuple[NDArray[Any], ...]
"""W of each layer."""
_MINIMUM_COST, _OPERATIONS = 0.03, 1e10
"""Seconds that a snapshot is assumed to take until one was measured, and operations per second beside that.

Far more than an idle machine needs: on a shared one a snapshot waits for its turn, and a short training cannot make up
for the first one.
"""


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What was measured of a network in training. Arrays have an entry per layer."""

    epoch: int
    steps: int
    constant: Floats
    """Fraction of a layer's power that is the same for all samples."""
    dead: Floats
    """Fraction of units whose h' is 0 on every sample; nan where an activation has no h' of its own."""
    saturated: Floats
    """Fraction of units and samples where |h'| is below 1% of its maximum; nan likewise."""
    update: Floats
    """Norm of W's change since the event before, over norm of W; nan where the weights then are not known."""
    whole_epoch: bool
    """Whether that was an epoch before; it is some batches where training yields its steps."""
    findings: tuple[Finding, ...]
    """Before the last epoch, an error that training may mend is a warning."""


@dataclass(eq=False)
class Sample:
    """The samples that every snapshot is taken on, and what the last one has measured."""

    X: NDArray[Any]
    y: NDArray[Any] | None
    loss: Loss | None
    rng: Random
    caller: Caller
    evidence: Evidence | None = field(default=None, init=False)

    def snapshot(
        self,
        network: MLP,
        course: TrainingRecord,
        update: Floats,
        *,
        epoch: int,
        steps: int,
        whole_epoch: bool,
    ) -> Snapshot:
        """Measure, and run the checks."""
        missing = {"linear": fill("no linear model is fitted during training")}
        if self.y is None:
            missing["y"] = unknown("y", self.caller)
        evidence = measure(
            Sources(network, self.X, self.y, self.loss, course, missing, caller=self.caller),
            self.rng,
            baseline=False,
        )
        self.evidence = evidence
        return Snapshot(
            epoch,
            steps,
            np.array([layer.constant_fraction for layer in evidence.layers]),
            np.array([_dead(layer) for layer in evidence.layers]),
            np.array([_saturated(layer) for layer in evidence.layers]),
            update,
            whole_epoch,
            self.findings(),
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return what follows from the last measurement, in the language of the present context."""
        if self.evidence is None:
            return ()
        findings = conclude(self.evidence, CHECKS).findings
        return findings if self.evidence.course.stopped is not None else tuple(_for_now(findings))


def _for_now(findings: Sequence[Finding]) -> Iterator[Finding]:
    """Yield findings as they are during training: what it may mend is no error yet."""
    lasting = {check.name for check in CHECKS if check.lasting}
    for finding in findings:
        if finding.severity == "error" and finding.check not in lasting:
            yield replace(finding, severity="warning")
        else:
            yield finding


def _dead(layer: LayerStatistics) -> float:
    return float("nan") if layer.active is None else float(np.mean(layer.active == 0))


def _saturated(layer: LayerStatistics) -> float:
    return float("nan") if layer.saturated is None else float(np.mean(layer.saturated) / layer.samples)


def weights_of(network: MLP) -> Weights:
    """Return W of each layer."""
    return tuple(layer.W for layer in network.layers)


def movement(before: Weights | None, network: MLP) -> NDArray[np.float64]:
    """Return how far each W has moved since the event before, over its norm then."""
    if before is None:
        return np.full(len(network.layers), np.nan)
    moved = []
    for old, layer in zip(before, network.layers, strict=True):
        with np.errstate(all="ignore"):  # weights of 1e200 have no norm
            size, length = np.linalg.norm(old), np.linalg.norm(layer.W - old)
            moved.append(float(length / size) if size else float("nan"))
    return np.array(moved)


class Moment(NamedTuple):
    epoch: int
    steps: int
    within_epoch: bool

    def may_precede(self, event: Step | Epoch) -> bool:
        """Whether an event may be of the same training: an epoch's own event comes after its last step's."""
        if event.epoch == self.epoch:
            return self.within_epoch and event.steps >= self.steps
        return event.epoch > self.epoch and event.steps > self.steps


@dataclass
class HistoryBuilder:
    """The numbers of the epochs so far; an event itself would keep the whole training in memory."""

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    learning_rate: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    epochs: int | None = None
    """How many there are to be."""

    def add(self, epoch: Epoch) -> None:
        """Add an epoch."""
        self.epochs = epoch.epochs
        self.loss.append(epoch.loss)
        if epoch.validation_loss is not None:
            self.validation_loss.append(epoch.validation_loss)
        for name, value in epoch.metrics.items():
            self.metrics.setdefault(name, []).append(value)
        self.learning_rate.append(epoch.learning_rate)
        self.seconds.append(epoch.seconds)

    @property
    def history(self) -> History:
        """The curves, as training records them."""
        metrics = {name: tuple(values) for name, values in self.metrics.items()}
        return History(
            tuple(self.loss),
            tuple(self.validation_loss),
            metrics,
            tuple(self.learning_rate),
            tuple(self.seconds),
        )


@dataclass(frozen=True)
class Cadence:
    """A fraction of the training time to keep to, or a number of events after each of which a snapshot is taken."""

    fraction: float = setting(0.05, above=0.0, maximum=1.0)
    every: int | None = setting(None, minimum=1, integer=True, optional=True)

    def __post_init__(self) -> None:
        check_settings(self, where="")


class Clock:
    """Keeps the time of a training: its own, that of snapshots, and when the next snapshot is due."""

    def __init__(self, cadence: Cadence) -> None:
        self._cadence = cadence
        self.spent = 0.0
        """Seconds that snapshots have taken."""
        self._cost = _MINIMUM_COST
        self._finished = 0.0
        self._under_way = 0.0
        self._spent_under_way = 0.0
        self._events = 0
        self._next = 0

    @property
    def trained(self) -> float:
        """Seconds of training, without those of snapshots."""
        return self._finished + self._under_way

    def expect(self, operations: float) -> None:
        """Note what a first snapshot takes at least, in floating-point operations."""
        self._cost = _MINIMUM_COST + operations / _OPERATIONS

    def pass_on(self, event: Step | Epoch) -> None:
        """Note an event's time. The clock of an epoch runs on while snapshots of its steps are taken."""
        self._events += 1
        seconds = max(event.seconds - self._spent_under_way, 0.0)
        if isinstance(event, Epoch):
            self._finished += seconds
            self._under_way = self._spent_under_way = 0.0
        else:
            self._under_way = seconds

    def is_due(self, event: Step | Epoch) -> bool:
        """Whether it is time for a snapshot."""
        every = self._cadence.every
        if every is not None:
            return self._events % every == 0
        if isinstance(event, Epoch) and (event.stopped is not None or not self._next):
            return True  # the first and the last are taken, whatever the fraction: some milliseconds each
        return event.steps >= self._next and self._affords(self.trained)

    def is_due_next(self, event: Step | Epoch) -> bool:
        """Whether a snapshot may be due at the next event, so that the weights of this one are needed."""
        every = self._cadence.every
        if every is not None:
            return (self._events + 1) % every == 0
        if event.steps + event.steps / self._events < self._next:
            return False
        return self._affords(self.trained + self.trained / self._events)

    def snapped(self, event: Step | Epoch, seconds: float) -> None:
        """Note that a snapshot was taken, and its seconds."""
        self._cost = seconds
        self._next = 2 * event.steps

    def _affords(self, trained: float) -> bool:
        """Whether there is time for a snapshot now, and for the one at the end."""
        return self.spent + 2.0 * self._cost <= self._cadence.fraction * trained

    def closed(self, seconds: float) -> None:
        """Note the seconds after the last event."""
        self.spent += seconds

    def took(self, event: Step | Epoch, seconds: float) -> None:
        """Note the seconds that an event took, with or without a snapshot."""
        self.spent += seconds
        if isinstance(event, Step):
            self._spent_under_way += seconds

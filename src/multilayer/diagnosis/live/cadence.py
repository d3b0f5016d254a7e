"""When to take a snapshot: after 1, 2, 4, ... epochs, from the second on only within a fraction of the time."""

from __future__ import annotations

from dataclasses import dataclass

from multilayer._base.fields import check_settings, setting
from multilayer.training import Epoch, Step

__all__ = ["Cadence"]

_MINIMUM_COST, _OPERATIONS = 0.03, 1e10
"""Seconds that a snapshot is assumed to take until one was measured, and operations per second beside that.

Far more than an idle machine needs: on a shared one a snapshot waits for its turn, and a short training cannot make up
for the first one.
"""


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

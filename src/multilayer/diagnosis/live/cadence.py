"""When to look: after 1, 2, 4, 8, ... epochs; from the second on, unless it takes more than a share of the time."""

from __future__ import annotations

from dataclasses import dataclass

from multilayer._base.fields import check_settings, setting
from multilayer.training import Epoch, Step

__all__ = ["Cadence"]

_LEAST_COST, _OPERATIONS = 0.03, 1e10
"""Seconds that a look is thought to take until one has been taken, and operations a second beside that.

Far more than an idle machine needs: on one that others use too a look waits for its turn, and the first one cannot be
paid back in a short training.
"""


@dataclass(frozen=True)
class Cadence:
    """A share of the training time to keep to, or a number of events after each of which to look, whatever it takes."""

    share: float = setting(0.05, above=0.0, maximum=1.0)
    every: int | None = setting(None, minimum=1, integer=True, optional=True)

    def __post_init__(self) -> None:
        check_settings(self, where="")


class Clock:
    """Keeps the accounts of a training: its time, what looking has taken of it, and when the next look is due."""

    def __init__(self, cadence: Cadence) -> None:
        self._cadence = cadence
        self.spent = 0.0
        """Seconds that looking has taken."""
        self._cost = _LEAST_COST
        self._finished = 0.0
        self._under_way = 0.0
        self._spent_under_way = 0.0
        self._events = 0
        self._next = 0

    @property
    def trained(self) -> float:
        """Seconds of training, without what looking has taken."""
        return self._finished + self._under_way

    def expect(self, operations: float) -> None:
        """Note what a first look takes at least, in floating-point operations."""
        self._cost = _LEAST_COST + operations / _OPERATIONS

    def pass_on(self, event: Step | Epoch) -> None:
        """Note an event's time. The clock of an epoch runs on while somebody looks at its steps."""
        self._events += 1
        seconds = max(event.seconds - self._spent_under_way, 0.0)
        if isinstance(event, Epoch):
            self._finished += seconds
            self._under_way = self._spent_under_way = 0.0
        else:
            self._under_way = seconds

    def is_due(self, event: Step | Epoch) -> bool:
        """Whether it is time for a look."""
        every = self._cadence.every
        if every is not None:
            return self._events % every == 0
        if isinstance(event, Epoch) and (event.stopped is not None or not self._next):
            return True  # the first and the last look are taken, whatever the share: some milliseconds each
        return event.steps >= self._next and self._affords(self.trained)

    def is_due_next(self, event: Step | Epoch) -> bool:
        """Whether the next event may be the time for a look: whether this one's weights have to be kept."""
        every = self._cadence.every
        if every is not None:
            return (self._events + 1) % every == 0
        if event.steps + event.steps / self._events < self._next:
            return False
        return self._affords(self.trained + self.trained / self._events)

    def looked(self, event: Step | Epoch, seconds: float) -> None:
        """Note that a look was taken, and what it took."""
        self._cost = seconds
        self._next = 2 * event.steps

    def _affords(self, trained: float) -> bool:
        """Whether there is time for a look now, and for the one at the end."""
        return self.spent + 2.0 * self._cost <= self._cadence.share * trained

    def closed(self, seconds: float) -> None:
        """Note what was taken after the last event."""
        self.spent += seconds

    def took(self, event: Step | Epoch, seconds: float) -> None:
        """Note what an event took of the training's time, look or no look."""
        self.spent += seconds
        if isinstance(event, Step):
            self._spent_under_way += seconds

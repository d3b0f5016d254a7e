"""The workers of a cluster, which come and go."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from multilayer._base.text import fill
from multilayer.cluster.connection import WAIT, ClusterLostError, workers_of

__all__ = ["Say", "WorkerLost", "Workers"]

_LOOK = 0.1
"""Seconds between two looks for a worker where there is none."""


@dataclass(frozen=True)
class WorkerLost:
    """A worker that is gone; what it was at is done again by another one."""

    worker: str
    """Its address."""
    left: int
    """How many workers there are."""

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return fill(
            "worker {worker} was lost; others do its work again ({left} left)",
            worker=self.worker,
            left=self.left,
        )


Say = Callable[[WorkerLost], Any]


class Workers:
    """Counts the threads of the workers, and reports each worker that is gone since the last time."""

    def __init__(self, client: Any, say: Say = lambda _: None) -> None:
        self.client = client
        self._say = say
        self._known: dict[str, int] = {}
        self._seen = time.monotonic()

    def look(self) -> int:
        """Return how many threads there are.

        Raises
        ------
        ClusterLostError
            When the scheduler is gone, or there has been no worker for a minute.
        """
        found = workers_of(self.client)
        gone, self._known = self._known.keys() - found.keys(), found
        for worker in sorted(gone):
            self._say(WorkerLost(worker, len(found)))
        now = time.monotonic()
        if found:
            self._seen = now
        elif now - self._seen > WAIT:
            raise ClusterLostError(
                fill(
                    "the cluster has had no worker for {seconds:.0f} s; start one, and try again",
                    seconds=WAIT,
                )
            )
        return sum(found.values())

    def some(self) -> int:
        """Return the same as soon as there is a worker."""
        self._seen = time.monotonic()
        while not (threads := self.look()):
            time.sleep(_LOOK)
        return threads

"""Calls that do not need each other, made by the workers of a cluster: in any order, again where a worker is lost."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import Any

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.cluster.connection import (
    ClusterLostError,
    Required,
    UnfitWorkerError,
    check_wait,
    dask,
    lost,
    where_it_answers,
    workers_of,
)
from multilayer.cluster.shared import Link, Shared, on_this_worker

__all__ = ["Outcome", "Say", "WorkerLost", "completed"]

_LOSSES = 5
"""How often one call is made again when its worker is lost."""
_AHEAD = 4
"""Calls that wait for each thread of the cluster; the others stay here."""
_LOOK = 0.5
"""Seconds between two looks at the workers."""


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


@dataclass(frozen=True)
class Outcome:
    """How a call ended: with a value, or with an error that names a mistake in what it was given."""

    number: int
    """Of the call, from 0."""
    value: Any = None
    error: InputError | None = None


Say = Callable[[WorkerLost], Any]


def completed(
    client: Any,
    function: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    say: Say = lambda _: None,
    *,
    shared: Shared | None = None,
    between: Callable[[], Any] = lambda: None,
) -> Iterator[Outcome]:
    """Call a function on the workers with each tuple of arguments, and yield the outcomes as they come.

    Parameters
    ----------
    client : distributed.Client
    function : callable
        Of a module, since it is sent by its name. On a worker it has one thread of the core.
    arguments : sequence of tuples
        Sent with the calls: whatever is large should be the name of a file.
    say : callable
        Called when a worker is lost.
    shared : Shared, optional
        Makes of each call `function(value, link, *arguments)`.
    between : callable
        Called twice a second, and when a call is done.

    Raises
    ------
    UnfitWorkerError
        When a worker has another version of the package.
    ClusterLostError
        When the scheduler is gone, or there has been no worker for a minute.
    """
    calls = _Calls(client, function, arguments, say, shared)
    try:
        while calls.left or calls.running:
            yield from calls.step()
            between()
    finally:
        calls.give_up()


class _Calls:
    def __init__(
        self,
        client: Any,
        function: Callable[..., Any],
        arguments: Sequence[tuple[Any, ...]],
        say: Say,
        shared: Shared | None,
    ) -> None:
        self._client, self._function, self._arguments = client, function, arguments
        self._shared = shared
        self._required = Required.here()
        self._workers = _Workers(client, say)
        self._losses = Counter[int]()
        self.left = deque(range(len(arguments)))
        self.running: dict[Any, int] = {}

    def step(self) -> Iterator[Outcome]:
        """Hand out calls, wait a moment, and yield what is done."""
        distributed, room = dask(), _AHEAD * self._workers.look()
        while self.left and len(self.running) < room:
            number = self.left.popleft()
            try:
                self._submit(number)
            except lost() as error:  # the worker that data were sent to
                yield from self._again(number, error)
                break
        if not self.running:
            time.sleep(_LOOK)  # until there is a worker
            return
        try:
            done = distributed.wait(list(self.running), timeout=_LOOK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return
        except CancelledError:
            self._workers.look()  # refuses where the scheduler is gone
            done = {future for future in self.running if future.status != "pending"}
        for future in done:
            number = self.running.pop(future)
            try:
                yield Outcome(number, future.result())
            except UnfitWorkerError:
                raise
            except InputError as error:
                yield Outcome(number, error=error)
            except lost() as error:
                self._workers.look()
                yield from self._again(number, error)

    def _submit(self, number: int) -> None:
        common = (None, None) if self._shared is None else (self._shared.topic, self._shared.sent())
        call = (self._required, self._function, number, self._arguments[number])
        self.running[self._client.submit(on_worker, *call, *common, pure=False)] = number

    def _again(self, number: int, error: BaseException) -> Iterator[Outcome]:
        """Put a call back that was lost with its worker, or yield its end where that happens again and again."""
        self._losses[number] += 1
        if self._losses[number] <= _LOSSES:
            self.left.append(number)
            return
        template = N_(
            "{count} workers in a row were lost at one task; they may lack memory for it; last: {reason}"
        )
        fault = fill(template, count=self._losses[number], reason=error)
        yield Outcome(number, error=ClusterLostError(fault))

    def give_up(self) -> None:
        """Let the calls go that are not done."""
        with where_it_answers(self._client) as answering:
            if answering:
                self._client.cancel(list(self.running))


class _Workers:
    """The workers of a cluster, which come and go."""

    def __init__(self, client: Any, say: Say) -> None:
        self._client, self._say = client, say
        self._known: dict[str, int] = {}
        self._seen = time.monotonic()

    def look(self) -> int:
        """Return how many threads there are; report workers that are gone, and refuse when all have been for long."""
        found = workers_of(self._client)
        for worker in self._known.keys() - found.keys():
            self._say(WorkerLost(worker, len(found)))
        self._known = found
        if found:
            self._seen = time.monotonic()
        else:
            check_wait(self._seen)
        return sum(found.values())


def on_worker(
    required: Required,
    function: Callable[..., Any],
    number: int,
    arguments: tuple[Any, ...],
    topic: str | None,
    content: Any,
) -> Any:
    """Make a call; on a worker."""
    required.check()
    with backend.threads(1):
        if topic is None:
            return function(*arguments)
        return function(on_this_worker(topic, content), Link(topic, number), *arguments)

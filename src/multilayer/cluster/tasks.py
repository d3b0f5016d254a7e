"""Calls that do not need each other, made by the workers of a cluster: in any order, again where a worker is lost."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from functools import partial
from typing import Any

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.cluster.connection import (
    ClusterLostError,
    Required,
    UnfitWorkerError,
    dask,
    lost,
    where_it_answers,
    workers_lost_by,
)
from multilayer.cluster.shared import Link, Shared, on_this_worker
from multilayer.cluster.workers import Say, Workers

__all__ = ["Outcome", "completed"]

_LOSSES = 5
"""How many workers may be lost at one call, and it is made again."""
_AHEAD = 4
"""Calls at a time for each thread of the cluster; the others stay here."""
_LOOK = 0.5
"""Seconds between two looks at the workers."""


@dataclass(frozen=True)
class Outcome:
    """How a call ended: with a value, or with an error that names a mistake in what it was given."""

    number: int
    """Of the call, from 0."""
    value: Any = None
    error: InputError | None = None


def completed(
    client: Any,
    function: Callable[..., Any],
    arguments: Sequence[tuple[Any, ...]],
    say: Say = lambda _: None,
    *,
    shared: Shared | None = None,
    between: Callable[[], Any] = lambda: None,
    sent: Callable[..., tuple[Any, ...]] = lambda *given: given,
    waiting: bool = True,
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
    sent : callable
        Makes of a tuple of arguments the one that is sent, at the time when it is sent.
    waiting : bool
        Whether calls wait at the workers; otherwise each one is sent when a thread is free.

    Raises
    ------
    UnfitWorkerError
        When a worker has another version of the package.
    ClusterLostError
        When the scheduler is gone, or there has been no worker for a minute.
    """
    calls = _Calls(client, function, arguments, say, shared, sent, _AHEAD if waiting else 1)
    try:
        while calls.are_open:
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
        sent: Callable[..., tuple[Any, ...]],
        ahead: int,
    ) -> None:
        self._client, self._function, self._arguments = client, function, arguments
        self._shared, self._sent, self._ahead = shared, sent, ahead
        self._required = Required.here()
        self._workers = Workers(client, say)
        self._losses = Counter[int]()
        self._left = deque(range(len(arguments)))
        self._suspected = deque[int]()
        """Lost more than once: made one at a time, so that a call that ends workers is not confused with others."""
        self._running: dict[Any, int] = {}

    @property
    def are_open(self) -> bool:
        """Whether there is a call that is not done."""
        return bool(self._left or self._suspected or self._running)

    def step(self) -> Iterator[Outcome]:
        """Hand out calls, wait a moment, and yield what is done."""
        distributed, room = dask(), self._ahead * self._workers.look()
        if self._suspected and not self._left and not self._running:
            self._left.append(self._suspected.popleft())
        while self._left and len(self._running) < room:
            number = self._left.popleft()
            try:
                self._submit(number)
            except lost() as error:  # the worker that data were sent to
                yield from self._again(number, error)
                break
        if not self._running:
            time.sleep(_LOOK)  # until there is a worker
            return
        try:
            done = distributed.wait(list(self._running), timeout=_LOOK, return_when="FIRST_COMPLETED").done
        except TimeoutError:
            return
        except CancelledError:
            self._workers.look()  # refuses where the scheduler is gone
            done = {future for future in self._running if future.status != "pending"}
        for future in done:
            number = self._running.pop(future)
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
        call = (self._required, self._function, number, self._sent(*self._arguments[number]))
        self._running[self._client.submit(on_worker, *call, *common, pure=False)] = number

    def _again(self, number: int, error: BaseException) -> Iterator[Outcome]:
        """Put a call back that was lost with its worker, or yield its end where that happens again and again."""
        self._losses[number] += workers_lost_by(error)
        if self._losses[number] <= _LOSSES:
            (self._left if self._losses[number] == 1 else self._suspected).append(number)
            return
        template = N_(
            "{count} workers in a row were lost at one task; they may lack memory for it; last: {reason}"
        )
        fault = fill(template, count=self._losses[number], reason=error)
        yield Outcome(number, error=ClusterLostError(fault))

    def give_up(self) -> None:
        """Let the calls go that are not done."""
        where_it_answers(self._client, partial(self._client.cancel, list(self._running)))


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

"""What all calls of a piece of work have in common: a value that is sent once, and messages from running calls."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any
from uuid import uuid4

from multilayer.cluster.connection import dask, where_it_answers

__all__ = ["Link", "Shared", "on_this_worker"]

_LOOK = 0.5
"""Seconds between two messages of a call, and between two questions whether it has to end."""


class Shared:
    """A value that the workers keep while the work goes on, and the messages of its calls.

    The value is sent as bytes: a worker makes its arrays from them when it first needs them, and so in memory that is
    aligned, as what Dask itself makes of arrays need not be. When the workers that have it are lost, it is sent again.
    """

    def __init__(self, client: Any, value: Any) -> None:
        self.topic = f"multilayer-{uuid4().hex}"
        self._client = client
        self._content = pickle.dumps(value, protocol=5)
        self._sent: Any = None
        self._messages: SimpleQueue[tuple[int, Any]] = SimpleQueue()
        self._end = dask().Event(self.topic, client=client)
        client.subscribe_topic(self.topic, lambda event: self._messages.put(event[1]))

    def sent(self) -> Any:
        """Return the value as Dask's future, sent again where it was lost."""
        if self._sent is None or self._sent.status != "finished":
            self._sent = self._client.scatter(self._content, hash=False)
        return self._sent

    def messages(self) -> Iterator[tuple[int, Any]]:
        """Yield the messages that have come, each with the number of its call."""
        with suppress(Empty):
            while True:
                yield self._messages.get_nowait()

    def end(self) -> None:
        """Ask all running calls to end."""
        where_it_answers(self._client, self._end.set)

    def close(self) -> None:
        """Let the workers forget the value."""
        where_it_answers(self._client, partial(self._client.unsubscribe_topic, self.topic))
        where_it_answers(self._client, partial(self._client.run, _forget, self.topic, on_error="ignore"))


class Link:
    """What a running call has of the process that made it."""

    def __init__(self, topic: str, number: int) -> None:
        self._topic, self._number = topic, number
        self._told = self._asked = -_LOOK
        self._ended = False

    def tell(self, message: Any) -> None:
        """Send a message, unless another one was sent a moment before."""
        if time.monotonic() - self._told < _LOOK:
            return
        self._told = time.monotonic()
        dask().get_worker().log_event(self._topic, (self._number, message))

    def has_to_end(self) -> bool:
        """Whether the call was asked to end, as far as is known."""
        if not self._ended and time.monotonic() - self._asked >= _LOOK:
            self._asked = time.monotonic()
            self._ended = dask().Event(self._topic).is_set()
        return self._ended


_values: dict[str, Any] = {}
"""Of this worker, by topic."""
_lock = threading.Lock()


def on_this_worker(topic: str, content: bytes) -> Any:
    """Return the value of some work; on a worker, where all calls of the work have the same one."""
    with _lock:
        if topic not in _values:
            _values[topic] = pickle.loads(content)  # noqa: S301  (sent by the client, as the calls are)
        return _values[topic]


def _forget(topic: str) -> None:
    _values.pop(topic, None)

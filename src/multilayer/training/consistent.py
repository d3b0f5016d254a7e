"""Reads of what one thread is changing, from any thread and from signal handlers, without ever a half-made change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import RLock, get_ident
from typing import Generic, TypeVar

__all__ = ["ConsistentRead"]

T = TypeVar("T")


class ConsistentRead(Generic[T]):
    """A read that waits until what it reads is whole.

    While a thread is `changing`, another thread's read is queued, and answered by the changing thread when it comes
    to a point where everything is whole: `answer`, or the end of the change. The changing thread itself, and so a
    signal handler that interrupts it, cannot wait: it reads at once, and `read` has to be right between any two lines
    of the Python code of a change.
    """

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._lock = RLock()  # a signal handler may come while its own thread has it
        self._changing: int | None = None
        self._queue: deque[Future[T]] = deque()

    def __call__(self) -> T:
        with self._lock:
            if self._changing in (None, get_ident()):
                return self._read()
            queued: Future[T] = Future()
            self._queue.append(queued)
        return queued.result()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Queue the reads of other threads, and answer them at the end."""
        with self._changed_by(get_ident()):
            yield

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Within a change: let other threads read at once, as nothing changes here."""
        with self._changed_by(None):
            yield

    def answer(self) -> None:
        """Answer all reads that are queued."""
        while self._queue:
            queued = self._queue.popleft()
            try:
                queued.set_result(self._read())
            except BaseException as error:  # noqa: BLE001  (belongs to whoever reads)
                queued.set_exception(error)

    @contextmanager
    def _changed_by(self, thread: int | None) -> Iterator[None]:
        with self._lock:
            self.answer()
            before, self._changing = self._changing, thread
        try:
            yield
        finally:
            with self._lock:
                self.answer()
                self._changing = before

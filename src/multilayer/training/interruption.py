"""What may come between any two lines: Ctrl-C, and reads from other threads and signal handlers."""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import RLock, get_ident
from types import FrameType, TracebackType
from typing import Any, ClassVar, Self, TypeVar

__all__ = ["ConsistentReads", "Interruption"]

T = TypeVar("T")


class Interruption:
    """While entered, a first Ctrl-C only sets `requested`; a second one raises KeyboardInterrupt at once.

    It may be entered again inside itself, and inside another one, as where many networks are trained in turn: what is
    requested of the outer one is requested of the inner one too, so that Ctrl-C stops all of it. Signals reach the main
    thread only, so nothing changes in other threads, or where the program has its own handler.
    """

    _entered: ClassVar[list[Interruption]] = []
    """Those that the main thread is in, the outermost first."""

    def __init__(self) -> None:
        self.requested = False
        self._depth = 0
        self._listed = False

    def __enter__(self) -> Self:
        if not self._depth and threading.current_thread() is threading.main_thread():
            self._enter()
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if not self._depth and self._listed:
            self._listed = False
            self._entered.remove(self)
            if not self._entered:
                signal.signal(signal.SIGINT, signal.default_int_handler)

    def _enter(self) -> None:
        if self._entered:
            self.requested = self.requested or self._entered[-1].requested
        elif signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, _note)
        else:
            return
        self._entered.append(self)
        self._listed = True


def _note(number: int, frame: FrameType | None) -> None:
    entered = Interruption._entered
    again = any(interruption.requested for interruption in entered)
    for interruption in entered:
        interruption.requested = True
    if again:
        raise KeyboardInterrupt


class ConsistentReads:
    """Reads that wait until what they read is whole.

    While a thread is `changing`, another thread's read is queued, and answered by the changing thread when it comes
    to a point where everything is whole: `answer`, or the end of the change. The changing thread itself, and so a
    signal handler that interrupts it, cannot wait: it reads at once, and what reads has to be right between any two
    lines of the Python code of a change.
    """

    def __init__(self) -> None:
        self._lock = RLock()  # a signal handler may come while its own thread has it
        self._changing: int | None = None
        self._queue: deque[tuple[Callable[[], Any], Future[Any]]] = deque()

    def __call__(self, read: Callable[[], T]) -> T:
        """Return what `read` returns."""
        with self._lock:
            if self._changing in (None, get_ident()):
                return read()
            queued: Future[T] = Future()
            self._queue.append((read, queued))
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
            read, queued = self._queue.popleft()
            try:
                queued.set_result(read())
            except BaseException as error:  # noqa: BLE001  (raised in the thread that reads)
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

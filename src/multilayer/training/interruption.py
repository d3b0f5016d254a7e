"""Ctrl-C, noted where it comes and obeyed where nothing is half done."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import ClassVar, Self

__all__ = ["Interruption"]


class Interruption:
    """While entered, a first Ctrl-C only sets `requested`; a second one raises KeyboardInterrupt at once.

    It may be entered again inside itself, and inside another one, as where many trainings run one after another: what
    is requested of the outer one is then requested of the inner one too, so that Ctrl-C stops the whole. Signals
    reach the main thread only, so elsewhere nothing changes; nor does it where the program has a handler of its own.
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

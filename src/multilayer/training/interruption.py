"""Ctrl-C, noted where it comes and obeyed where nothing is half done."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Self

__all__ = ["Interruption"]


class Interruption:
    """While entered, a first Ctrl-C only sets `requested`; a second one raises KeyboardInterrupt at once.

    It may be entered again inside itself. Signals reach the main thread only, so elsewhere nothing changes; nor does
    it where the program has a handler of its own.
    """

    def __init__(self) -> None:
        self.requested = False
        self._depth = 0
        self._installed = False

    def __enter__(self) -> Self:
        if not self._depth and threading.current_thread() is threading.main_thread():
            self._installed = signal.getsignal(signal.SIGINT) is signal.default_int_handler
            if self._installed:
                signal.signal(signal.SIGINT, self._note)
        self._depth += 1
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if not self._depth and self._installed:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._installed = False

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True

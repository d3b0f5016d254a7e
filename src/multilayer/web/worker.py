"""One task at a time, in a thread of its own, which ends with the last task."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill

__all__ = ["Stop", "Task", "Worker"]


class Stop:
    """What a task looks at to see whether it is to end."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._interrupt: Callable[[], None] = lambda: None

    def __call__(self) -> bool:
        """Whether the task is to end."""
        return self._asked.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until the task is to end; return whether it is."""
        return self._asked.wait(seconds)

    def interrupts(self, interrupt: Callable[[], None]) -> None:
        """Call this when the task is to end: at once, if that was asked already."""
        self._interrupt = interrupt
        if self():
            interrupt()

    def ask(self) -> None:
        """Ask the task to end."""
        self._asked.set()
        self._interrupt()


Task = Callable[[Stop], None]


class Worker:
    """Runs the task that was given last: a new one takes the place of the one under way, which is asked to end."""

    def __init__(self) -> None:
        self.problem = ""
        """Why the last task failed: a user's mistake, in a sentence."""
        self._lock = threading.Lock()
        self._next: tuple[Task, contextvars.Context] | None = None
        self._stop = Stop()
        self._thread: threading.Thread | None = None

    @property
    def busy(self) -> bool:
        """Whether a task is under way."""
        return self._thread is not None

    def start(self, task: Task) -> None:
        """Run a task soon, in the present context: its sentences are in the language of who asked for it."""
        with self._lock:
            self.problem = ""
            self._next = task, contextvars.copy_context()
            self._stop.ask()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="multilayer training", daemon=True)
                self._thread.start()

    def cancel(self) -> None:
        """Ask the task under way to end, and forget one that waits."""
        with self._lock:
            self._next = None
            self._stop.ask()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing runs; return whether that is so."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self.busy

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._next is None:
                    self._thread = None
                    return
                task, context = self._next
                self._next, self._stop = None, Stop()
            try:
                context.run(task, self._stop)
            except (InputError, MissingExtraError) as error:
                self.problem = str(error)
            except MemoryError:
                self.problem = fill("there is not enough memory for this; take fewer rows or fewer units")
            except BaseException:
                self._thread = None  # a defect: threading reports it
                raise

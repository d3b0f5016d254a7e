"""Sums side by side, on the processors that the core may use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

from multilayer import backend

__all__ = ["Run", "side_by_side"]

Tasks = Sequence[Callable[[], object]]
Run = Callable[[Tasks], None]
"""Runs tasks, and comes back when all are done."""

_MANY_NUMBERS = 4_194_304
"""Numbers that are worth the start of threads."""


@contextmanager
def side_by_side(numbers: int) -> Iterator[Run]:
    """Yield what runs tasks that go through so many numbers: in threads, unless these are few.

    NumPy lets go of the interpreter while it works. Each task has sums of its own, so threads do not show in them.
    """
    workers = backend.info().threads
    if workers < 2 or numbers < _MANY_NUMBERS:
        yield _alone
        return
    with ThreadPoolExecutor(workers, "multilayer-diagnosis") as pool:

        def together(tasks: Tasks) -> None:
            # What floating-point errors do is part of the context, which threads do not inherit.
            for future in [pool.submit(copy_context().run, task) for task in tasks]:
                future.result()

        yield together


def _alone(tasks: Tasks) -> None:
    for task in tasks:
        task()

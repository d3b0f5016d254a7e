"""Tasks of a block of rows, in threads beside the products of the next block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

from multilayer import backend

__all__ = ["Run", "Tasks", "in_threads"]

_THREADED = 4_194_304
"""Numbers that are worth the start of threads."""

Tasks = Sequence[Callable[[], object]]
Run = Callable[[Tasks], None]
"""Starts tasks when all before are done; those run until the next call, or the end of the with block."""


@contextmanager
def in_threads(numbers: int) -> Iterator[Run]:
    """Yield a function that runs tasks on so many numbers: in threads, unless these are few.

    The threads work beside the products of the next block: NumPy releases the interpreter. Each task has sums of its
    own, so that threads do not show in them.
    """
    workers = backend.info().threads
    if workers < 2 or numbers < _THREADED:
        yield _alone
        return
    under_way: list[Future[object]] = []

    def finish() -> None:
        for future in under_way:
            future.result()
        under_way.clear()

    # One processor is left to the products: BLAS's threads spin for a while after each, on the processors that the sums
    # need otherwise.
    with ThreadPoolExecutor(workers - 1, "multilayer-diagnosis") as pool:

        def together(tasks: Tasks) -> None:
            finish()
            # What floating-point errors do is part of the context, which threads do not inherit.
            under_way.extend(pool.submit(copy_context().run, task) for task in tasks)

        yield together
        finish()


def _alone(tasks: Tasks) -> None:
    for task in tasks:
        task()

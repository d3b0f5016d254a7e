"""Sums in threads of their own, beside the products of the block that comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context

from multilayer import backend

__all__ = ["Run", "side_by_side"]

Tasks = Sequence[Callable[[], object]]
Run = Callable[[Tasks], None]
"""Starts tasks when all before are done; those are under way until the next call, or the end of the with block."""

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
    under_way: list[Future[object]] = []

    def finish() -> None:
        for future in under_way:
            future.result()
        under_way.clear()

    # One processor is left to the products: BLAS's threads look out for more of them for a while, and would otherwise
    # do so where the sums are to be made.
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

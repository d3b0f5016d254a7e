"""Items of an iterator, made in a thread while the one before is used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

__all__ = ["ahead"]

Item = TypeVar("Item")

_END: Any = object()


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items, each of which is made in a thread of its own while the one before it is used.

    The thread has the context of the caller, such as its language. One item is kept at most. What is raised where an
    item is made is raised here in its turn.

    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    iterator, context = iter(items), copy_context()

    def one() -> Item:
        return context.run(lambda: next(iterator, _END))

    with ThreadPoolExecutor(1, "multilayer-ahead") as thread:
        coming = thread.submit(one)
        while (item := coming.result()) is not _END:
            coming = thread.submit(one)
            yield item

"""A cluster of real processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest


@pytest.fixture
def start() -> Iterator[Callable[[int], Any]]:
    """Return a function that starts so many workers, each a process with one thread, and returns a client of them."""
    from distributed import Client, LocalCluster

    with ExitStack() as stack:

        def started(workers: int) -> Any:
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=":0",
                    silence_logs=50,
                )
            )
            return stack.enter_context(Client(cluster))

        yield started


def processes(client: Any) -> list[int]:
    """Return the process number of each worker."""
    return list(client.run(os.getpid).values())

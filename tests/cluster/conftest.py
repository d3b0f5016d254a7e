"""A cluster of real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

MARKS = [
    pytest.mark.slow,
    # Dask's own, when a worker is killed or a cluster ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
"""Of all tests with a cluster."""


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


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Callable[..., tuple[str, list[subprocess.Popen[bytes]]]]]:
    """Return a function that starts a scheduler and workers as programs, and returns its address and the processes."""
    with ExitStack() as stack:

        def program(*arguments: str) -> subprocess.Popen[bytes]:
            command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
            if arguments[0] != "--host":
                command[-1] = "distributed.cli.dask_worker"
            nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            process = stack.enter_context(subprocess.Popen([*command, *arguments], **nowhere))
            stack.callback(process.kill)
            return process

        def started(workers: int) -> tuple[str, list[subprocess.Popen[bytes]]]:
            file = tmp_path / "scheduler.json"
            processes = [
                program("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
            ]
            while not file.exists():
                time.sleep(0.05)
            address = json.loads(file.read_text())["address"]
            options = ["--nthreads", "1", "--no-dashboard", "--no-nanny"]
            processes += [program(address, *options) for _ in range(workers)]
            return address, processes

        yield started

"""A cluster of real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

MARKS = [
    pytest.mark.slow,
    # Dask's own, when a worker is killed or a cluster ends.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    # Where the machine is so busy that a worker takes a second for it.
    pytest.mark.filterwarnings("ignore:Creating scratch directories is taking:UserWarning"),
]
"""Of all tests with a cluster."""


@pytest.fixture(scope="module")
def restored_signals() -> Iterator[None]:
    """Take back the signal handlers that an engine installs in this process, and leaves there."""
    before = {which: signal.getsignal(which) for which in (signal.SIGINT, signal.SIGTERM)}
    yield
    for which, handler in before.items():
        signal.signal(which, handler)


@contextmanager
def cluster_of(workers: int) -> Iterator[Any]:
    """Start so many workers, each a process with one thread, and return a client of them."""
    from distributed import Client, LocalCluster

    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        processes=True,
        dashboard_address=":0",
        silence_logs=50,
    )
    with cluster, Client(cluster, set_as_default=False) as client:
        yield client


@pytest.fixture
def start() -> Iterator[Callable[[int], Any]]:
    """Return a function that starts a cluster of a number of workers, and returns a client of it."""
    with ExitStack() as stack:
        yield lambda workers: stack.enter_context(cluster_of(workers))


@pytest.fixture(scope="package")
def pair() -> Iterator[Any]:
    """Return a client of two workers, started once: for tests that leave workers as they find them."""
    with cluster_of(2) as client:
        yield client


def processes(client: Any) -> list[int]:
    """Return the process number of each worker."""
    return list(client.run(os.getpid).values())


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Callable[..., tuple[str, list[subprocess.Popen[bytes]]]]]:
    """Return a function that starts a scheduler, and a worker for each level of the core ("" for the newest one).

    It returns the address, and the processes of all calls.
    """
    with ExitStack() as stack:

        def program(*arguments: str, level: str = "") -> subprocess.Popen[bytes]:
            tool = "dask_scheduler" if arguments[0] == "--host" else "dask_worker"
            command = [sys.executable, "-m", f"distributed.cli.{tool}", *arguments]
            nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            environment = os.environ | ({"MULTILAYER_CPU": level} if level else {})
            process = stack.enter_context(subprocess.Popen(command, env=environment, **nowhere))
            stack.callback(process.kill)
            programs.append(process)
            return process

        programs: list[subprocess.Popen[bytes]] = []

        def started(*levels: str) -> tuple[str, list[subprocess.Popen[bytes]]]:
            file = tmp_path / f"scheduler-{len(programs)}.json"
            program("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
            while not file.exists() or not file.read_text():
                time.sleep(0.05)
            address = json.loads(file.read_text())["address"]
            for level in levels:
                program(address, "--nthreads", "1", "--no-dashboard", "--no-nanny", level=level)
            return address, programs

        yield started

"""The scheduler lost at any call of a client ends every piece of work in one sentence."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial

import pytest

from multilayer.cluster import ClusterLostError
from multilayer.cluster.connection import connected
from multilayer.tables import score
from tests.cluster.conftest import MARKS
from tests.cluster.trainings import NAMES, trained
from tests.tables.scoring.conftest import data, model

__all__ = ["data", "model"]

pytestmark = MARKS

CALLS = (0, 2, 3, 7, 14)
WORK = (*NAMES, "score")
CASES = [(name, CALLS[(place + more) % len(CALLS)]) for place, name in enumerate(WORK) for more in (0, 2)]
"""Each work with two calls, each call with two works: a scheduler that is lost takes seconds to be noticed."""


@pytest.fixture
def losing(scheduler, monkeypatch):
    """Return a function that starts a scheduler, and returns a client that loses it before its call of a number."""
    from distributed import Client

    clients = []

    def start(number, after=0.0):
        address, programs = scheduler("")
        process = programs[-2]
        # For so long it tries to have its scheduler back. As the default of the process it could remain that.
        client = Client(address, timeout=3, set_as_default=False)
        clients.append(client)
        client.wait_for_workers(1)
        sync, calls = client.sync, []

        def counted(*arguments, **options):
            calls.append(arguments)
            if len(calls) == number + 1:
                process.kill()
                process.wait()
                time.sleep(after)
            return sync(*arguments, **options)

        monkeypatch.setattr(client, "sync", counted)
        return client, process

    yield start
    for client in clients:
        with suppress(RuntimeError):  # of asyncio, where a timeout of Dask's runs out while it is closed
            client.close(timeout=1)


@pytest.mark.parametrize(("name", "call"), CASES)
def test_at_any_call(losing, request, tmp_path, name, call):
    client, process = losing(call, after=0.3 * (call % 2))  # before the client has noticed, and after it
    work = (
        (
            lambda: score(
                request.getfixturevalue("model"),
                request.getfixturevalue("data"),
                tmp_path / "out",
                cluster=client,
            )
        )
        if name == "score"
        else lambda: trained(name, client)
    )
    try:
        work()
    except ClusterLostError as error:
        said = str(error)
    else:  # it has fewer calls
        assert process.poll() is None
        return
    assert "the connection to the scheduler of the cluster is lost; what is done is kept" in said
    assert process.poll() is not None


def test_no_client_remains_the_default_of_the_process(scheduler):
    import dask

    address, programs = scheduler("")
    default = partial(dask.config.get, "scheduler", None)
    with connected(address):
        assert default() == "dask.distributed"
        programs[-2].kill()
        programs[-2].wait()
    assert default() is None

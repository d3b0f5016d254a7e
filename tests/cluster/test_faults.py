"""Every training that a cluster shares has the bits of one process, by any workers, whatever happens to them."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

import dask
import pytest

from multilayer import backend
from multilayer.cluster import ClusterLostError, WorkerLost, completed, connected, sums, workers
from multilayer.cluster.sums import gathered
from tests.cluster.conftest import MARKS, processes
from tests.cluster.trainings import NAMES, trained

pytestmark = [*MARKS, pytest.mark.native]


@pytest.fixture(scope="module")
def alone():
    return {name: trained(name) for name in NAMES}


@pytest.mark.parametrize("count", [1, 3, 5])
def test_any_number_of_workers(start, alone, count):
    client = start(count)
    assert {name: trained(name, client) for name in NAMES} == alone


def test_two_workers(pair, alone):
    assert {name: trained(name, pair) for name in NAMES} == alone


def test_levels_beside_each_other(scheduler, alone):
    levels = backend.info().levels
    address, _ = scheduler(levels[0], levels[-1])
    assert {name: trained(name, address) for name in NAMES} == alone


def slow(*seconds):
    """Make every sum and every member of a worker wait for the next of these times."""
    import itertools
    import time

    from multilayer.tables import members
    from multilayer.training import block_engine, block_sums

    waits = itertools.cycle(seconds)

    def waiting(function):
        def call(*arguments):
            time.sleep(next(waits))
            return function(*arguments)

        return call

    block_engine.pairwise = block_sums.pairwise = waiting(block_sums.pairwise)
    members.trained = waiting(members.trained)


def test_a_slow_worker_and_another_order(start, alone):
    client = start(3)
    first, *others = client.nthreads()
    client.run(slow, 0.5, workers=[first])
    client.run(slow, 0.2, 0.0, 0.1, 0.0, workers=others)
    assert {name: trained(name, client) for name in NAMES} == alone


def once(act):
    """Return a function of events that acts at the first one after the first epoch, and keeps the workers lost."""
    lost, done = [], []

    def watch(event):
        if isinstance(event, WorkerLost):
            lost.append(event)
        elif event.epoch > 1 and not done:
            done.append(act())

    return watch, lost, done


@pytest.mark.parametrize("name", NAMES)
def test_a_worker_that_stands_still_for_some_seconds(start, alone, name):
    client = start(2)

    def stop():
        (process, _) = processes(client)
        os.kill(process, signal.SIGSTOP)
        threading.Timer(3.0, os.kill, (process, signal.SIGCONT)).start()

    watch, lost, done = once(stop)
    assert trained(name, client, watch) == alone[name]
    assert (len(done), lost) == (1, [])


@pytest.mark.parametrize("name", ["adam", "bag"])
def test_a_worker_that_stands_still_for_ever(start, alone, name):
    with dask.config.set({"distributed.scheduler.worker-ttl": "5s"}):  # of Dask, where it is 5 minutes
        client = start(2)

    def stop():
        (process, _) = processes(client)
        os.kill(process, signal.SIGSTOP)
        return process

    watch, lost, done = once(stop)
    assert trained(name, client, watch) == alone[name]
    with suppress(ProcessLookupError):  # Dask has done so, or not yet
        os.kill(done[0], signal.SIGKILL)
    assert len(lost) == 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("count", [1, 2])
def test_workers_killed(start, alone, name, count):
    client = start(2)

    def kill():
        killed = processes(client)[:count]
        for process in killed:
            os.kill(process, signal.SIGKILL)
        return killed

    watch, lost, done = once(kill)
    assert trained(name, client, watch) == alone[name]
    assert len(done) == 1
    assert len(lost) == count
    assert all("was lost; others do its work again" in event.sentence for event in lost)


@pytest.mark.parametrize("name", ["adam", "lbfgs"])
def test_a_worker_killed_in_every_epoch(start, alone, name, monkeypatch):
    monkeypatch.setattr(sums, "_INLINE", 0)  # parameters go to one worker, and from there to the others
    monkeypatch.setattr(sums, "_PART", 2**17)
    client, lost = start(2), []

    def kill(event):
        if isinstance(event, WorkerLost):
            lost.append(event)
        else:
            os.kill(processes(client)[0], signal.SIGKILL)

    assert trained(name, client, kill) == alone[name]
    assert len(lost) >= 2


def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def live(number):
    return number


def call(function, *arguments):
    return function(*arguments)


def test_a_task_that_ends_its_workers_ends_itself(start):
    client = start(2)
    calls = [(die if number == 3 else live, number) for number in range(8)]
    with connected(client):
        outcomes = {outcome.number: outcome for outcome in completed(client, call, calls)}
    assert [outcomes[number].value for number in (0, 1, 2, 4, 5, 6, 7)] == [0, 1, 2, 4, 5, 6, 7]
    fault = outcomes[3].error
    assert isinstance(fault, ClusterLostError)
    assert "8 workers in a row were lost at one task; they may lack memory for it" in str(fault)
    with pytest.raises(ClusterLostError, match="the cluster lost workers 8 times in a row"):
        gathered(
            workers.Workers(client), 2, lambda number, sent: client.submit(die, number, sent, pure=False), ()
        )

"""One network on a cluster: kinds of data, shards, workers that do not fit, the scheduler lost, events."""

from __future__ import annotations

import gc
import os
import signal

import numpy as np
import pytest

from multilayer import InputError
from multilayer.cluster import ClusterLostError, connection, sums
from tests.cluster.conftest import MARKS, processes
from tests.cluster.trainings import EPOCHS, ROWS, digest, network_trained, samples, trained

pytestmark = MARKS


@pytest.mark.parametrize(("dtype", "weighted"), [(np.float32, False), (np.float64, True)])
def test_other_data(pair, dtype, weighted):
    X, y = samples(dtype)
    weights = np.random.default_rng(1).random(ROWS) if weighted else None
    options = {"optimizer": "lbfgs", "X": X, "y": y, "sample_weight": weights}
    alone, shared = network_trained(**options), network_trained(pair, **options)
    assert shared.network == alone.network
    assert shared.history.loss == alone.history.loss


def test_shards_of_any_size_have_the_same_sum(pair, monkeypatch):
    alone = trained("lbfgs")
    for blocks in (1, 2, 8, 64):
        monkeypatch.setattr(sums, "shard_blocks", lambda *_, blocks=blocks: blocks)
        assert trained("lbfgs", pair) == alone


def test_a_worker_of_another_version_is_refused(start):
    client = start(1)

    def other():
        from importlib import metadata

        metadata.version = lambda name: "0.0.1"

    client.run(other)
    with pytest.raises(InputError, match=r"a worker has multilayer 0\.0\.1 .* and this process 0\.1\.0"):
        trained("lbfgs", client)


@pytest.mark.native
def test_a_worker_without_the_native_core_is_refused(start, monkeypatch):
    monkeypatch.setenv("MULTILAYER_BACKEND", "numpy")
    client = start(1)
    monkeypatch.delenv("MULTILAYER_BACKEND")
    with pytest.raises(InputError, match=r"on numpy, and this process 0\.1\.0 on native"):
        trained("lbfgs", client)


def test_what_is_no_cluster_is_refused():
    with pytest.raises(
        InputError, match=r"expected a dask\.distributed\.Client, an address or local:4, found int"
    ):
        trained("lbfgs", 7)


def open_clients():
    from distributed import Client

    return [thing for thing in gc.get_objects() if type(thing) is Client and thing.status != "closed"]


@pytest.mark.parametrize("address", ["nowhere", "tcp://127.0.0.1:9", "tls://127.0.0.1:9"])
def test_a_client_without_a_scheduler_is_closed(monkeypatch, address):
    # One that is collected later, in the thread of another client that starts, would stop that one.
    monkeypatch.setattr(connection, "_SECONDS", 0.5)
    before = open_clients()
    with pytest.raises(InputError, match=f"no Dask scheduler answers at {address} "):
        trained("adam", address)
    assert open_clients() == before


def test_a_training_goes_on_from_its_checkpoint_where_the_scheduler_is_lost(scheduler, tmp_path):
    address, programs = scheduler("")

    def kill(event):
        if event.epoch == 2:
            programs[0].kill()

    options = {"epochs": EPOCHS + 2, "checkpoint": tmp_path / "state"}
    with pytest.raises(ClusterLostError, match="the connection to the scheduler of the cluster is lost"):
        network_trained(address, watch=kill, **options)
    epochs = []
    resumed = network_trained(watch=lambda event: epochs.append(event.epoch), **options)
    assert epochs == [3, 4, 5]
    assert resumed.network == network_trained(epochs=EPOCHS + 2).network


def killed_once(client, done):
    def kill(event):
        if not done:
            done.append(processes(client)[0])
            os.kill(done[0], signal.SIGKILL)

    return kill


@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_lost_workers_are_a_line_beside_the_progress(start, capsys, optimizer):
    client, done = start(2), []
    network_trained(client, optimizer=optimizer, progress=None, callbacks=killed_once(client, done))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("worker tcp://")
    assert "was lost; others do its work again" in line


@pytest.mark.oracle
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_arrays_and_data_frames_of_dask(pair, optimizer):
    import dask.array as da
    import dask.dataframe as dd
    import pandas as pd

    X, y = samples()
    expected = trained(optimizer)

    def shared(X, y):
        return digest([network_trained(pair, optimizer=optimizer, X=X, y=y).network])

    uneven = da.from_array(X, chunks=((777, 5000, 1, ROWS - 5778), (7, 13)))
    assert shared(uneven, da.from_array(y)) == expected
    assert shared(uneven[da.ones(ROWS, dtype=bool, chunks=(uneven.chunks[0],))], y) == expected
    frame = dd.from_pandas(pd.DataFrame(X, columns=[f"c{n}" for n in range(20)]), npartitions=5)
    assert shared(frame, y) == expected


@pytest.mark.oracle
def test_parts_of_dask_are_computed_again_where_a_worker_is_lost(start):
    import dask.array as da

    X, y = samples()
    client, killed = start(2), []

    def kill(_):
        if not killed:
            killed.extend(processes(client))
            for process in killed:
                os.kill(process, signal.SIGKILL)

    found = network_trained(client, optimizer="lbfgs", X=da.from_array(X, chunks=(1000, -1)), y=y, watch=kill)
    assert digest([found.network]) == trained("lbfgs")

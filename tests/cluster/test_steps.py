"""Adam and SGD on a cluster have the bits of one process: by any workers, in any order, whatever is lost."""

from __future__ import annotations

import hashlib
import os
import signal

import numpy as np
import pytest

from multilayer import backend, fit, initialize
from multilayer.cluster import ClusterLostError, sums
from multilayer.optimizers import LBFGS, SGD, Adam
from tests.cluster.conftest import MARKS, processes

pytestmark = [*MARKS, pytest.mark.native]

ROWS = 12 * 1024 + 77
OPTIMIZERS = {"adam": Adam(0.01), "sgd": SGD(0.1, momentum=0.9), "lbfgs": LBFGS()}


def samples(dtype=np.float32):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((ROWS, 20)).astype(dtype)
    return X, (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)


def trained(cluster=None, *, optimizer="adam", epochs=3, X=None, y=None, **options):
    given = samples()
    net = initialize((20, 16, 8, 3), "tanh", "softmax", rng=0)
    return fit(
        net,
        given[0] if X is None else X,
        given[1] if y is None else y,
        loss="categorical_cross_entropy",
        optimizer=OPTIMIZERS[optimizer],
        block_sums=True,
        batch_size=4 * 1024 + 100,
        epochs=epochs,
        l2=0.01,
        rng=0,
        cluster=cluster,
        progress=False,
        **options,
    )


def digest(result):
    parts = [array.tobytes() for layer in result.network.layers for array in (layer.W, layer.b)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.fixture(scope="module")
def alone():
    return {optimizer: digest(trained(optimizer=optimizer)) for optimizer in OPTIMIZERS}


@pytest.mark.parametrize("workers", [1, 2, 3, 5])
def test_any_number_of_workers(start, alone, workers):
    client = start(workers)
    assert {optimizer: digest(trained(client, optimizer=optimizer)) for optimizer in OPTIMIZERS} == alone


def test_a_straggler_and_another_order(start, alone):
    client = start(3)

    def slow(*seconds):
        import itertools
        import time

        from multilayer.training import block_engine, block_sums

        pairwise, waits = block_sums.pairwise, itertools.cycle(seconds)

        def waiting(leaves):
            time.sleep(next(waits))
            return pairwise(leaves)

        block_engine.pairwise = block_sums.pairwise = waiting

    first, *others = client.nthreads()
    client.run(slow, 0.5, workers=[first])
    client.run(slow, 0.2, 0.0, 0.1, 0.0, workers=others)
    assert {optimizer: digest(trained(client, optimizer=optimizer)) for optimizer in OPTIMIZERS} == alone


@pytest.mark.parametrize(("times", "inline"), [(1, 2**16), (2, 0)])
def test_workers_killed(start, alone, monkeypatch, times, inline):
    monkeypatch.setattr(
        sums, "_INLINE", inline
    )  # parameters that go with each task, or to one worker that is lost
    monkeypatch.setattr(sums, "_PART", 2**17)
    client = start(2)
    for optimizer in OPTIMIZERS:
        killed = []

        def kill(_, killed=killed):
            if len(killed) < times:
                killed.append(processes(client)[0])
                os.kill(killed[-1], signal.SIGKILL)

        assert digest(trained(client, optimizer=optimizer, callbacks=kill)) == alone[optimizer]
        assert len(killed) == times


def test_levels_beside_each_other(scheduler, alone):
    levels = backend.info().levels
    address, _ = scheduler(levels[0], levels[-1])
    assert {optimizer: digest(trained(address, optimizer=optimizer)) for optimizer in OPTIMIZERS} == alone


def test_the_scheduler_lost(scheduler, tmp_path):
    address, programs = scheduler("")

    def kill(event):
        if event.epoch == 2:
            programs[0].kill()

    with pytest.raises(ClusterLostError, match="the connection to the scheduler of the cluster is lost"):
        trained(address, epochs=5, callbacks=kill, checkpoint=tmp_path / "state")
    epochs = []
    result = trained(
        epochs=5, checkpoint=tmp_path / "state", callbacks=lambda event: epochs.append(event.epoch)
    )
    assert epochs == [3, 4, 5]
    assert digest(result) == digest(trained(epochs=5))
    with pytest.raises(ClusterLostError):
        trained(scheduler("")[0], optimizer="lbfgs", callbacks=lambda _: programs[-2].kill())


@pytest.mark.oracle
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_arrays_and_data_frames_of_dask(start, optimizer):
    import dask.array as da
    import dask.dataframe as dd
    import pandas as pd

    X, y = samples()
    expected = digest(trained(optimizer=optimizer, epochs=2))
    client = start(2)
    uneven = da.from_array(X, chunks=((777, 5000, 1, ROWS - 5778), (7, 13)))
    assert digest(trained(client, optimizer=optimizer, epochs=2, X=uneven, y=da.from_array(y))) == expected
    unknown = uneven[da.ones(ROWS, dtype=bool, chunks=(uneven.chunks[0],))]
    assert digest(trained(client, optimizer=optimizer, epochs=2, X=unknown, y=y)) == expected
    frame = dd.from_pandas(pd.DataFrame(X, columns=[f"c{n}" for n in range(20)]), npartitions=5)
    assert digest(trained(client, optimizer=optimizer, epochs=2, X=frame, y=y)) == expected


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

    found = trained(client, optimizer="lbfgs", X=da.from_array(X, chunks=(1000, -1)), y=y, callbacks=kill)
    assert digest(found) == digest(trained(optimizer="lbfgs"))

"""L-BFGS on a cluster has the bits of one process: for any number of workers, and when workers are killed."""

from __future__ import annotations

import hashlib
import os
import signal

import numpy as np
import pytest

from multilayer import InputError, fit, initialize
from multilayer.cluster import sums
from multilayer.optimizers import LBFGS
from tests.cluster.conftest import MARKS, processes

pytestmark = MARKS

ROWS = 12 * 1024 + 77


def trained(cluster=None, *, epochs=8, dtype=np.float64, callbacks=(), weighted=False):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((ROWS, 20)).astype(dtype)
    y = (X[:, 0] * X[:, 1] > 0).astype(int) + (X[:, 2] > 1)
    weights = rng.random(ROWS) if weighted else None
    net = initialize((20, 16, 8, 3), "tanh", "softmax", rng=0, dtype=dtype)
    return fit(
        net, X, y, loss="categorical_cross_entropy", optimizer=LBFGS(), epochs=epochs, l2=0.01, rng=0,
        cluster=cluster, callbacks=callbacks, sample_weight=weights, progress=False,
    )  # fmt: skip


def digest(result):
    parts = [array.tobytes() for layer in result.network.layers for array in (layer.W, layer.b)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_any_number_of_workers(start, workers):
    assert digest(trained(start(workers))) == digest(trained())


@pytest.mark.parametrize(("dtype", "weighted"), [(np.float32, False), (np.float64, True)])
def test_other_data(start, dtype, weighted):
    alone = trained(dtype=dtype, weighted=weighted, epochs=3)
    assert digest(trained(start(2), dtype=dtype, weighted=weighted, epochs=3)) == digest(alone)


@pytest.mark.parametrize("times", [1, 2])
def test_a_worker_killed_in_mid_training(start, times):
    client, killed = start(2), []

    def kill(event):
        if event.epoch > 1 and len(killed) < times:
            killed.append(processes(client)[0])
            os.kill(killed[-1], signal.SIGKILL)

    result = trained(client, callbacks=kill)
    assert len(killed) == times
    assert digest(result) == digest(trained())


def test_all_workers_killed(start):
    client, killed = start(2), []

    def kill(event):
        if not killed:
            killed.extend(processes(client))
            for process in killed:
                os.kill(process, signal.SIGKILL)

    assert digest(trained(client, callbacks=kill)) == digest(trained())
    assert len(killed) == 2


def test_shards_of_any_size_have_the_same_sum(start, monkeypatch):
    client, alone = start(2), digest(trained(epochs=2))
    for blocks in (1, 2, 8, 64):
        monkeypatch.setattr(sums, "shard_blocks", lambda *_, blocks=blocks: blocks)
        assert digest(trained(client, epochs=2)) == alone


def test_a_worker_of_another_version_is_refused(start):
    client = start(1)

    def other():
        from importlib import metadata

        metadata.version = lambda name: "0.0.1"

    client.run(other)
    with pytest.raises(InputError, match=r"a worker has multilayer 0\.0\.1 .* and this process 0\.1\.0"):
        trained(client)


@pytest.mark.native
def test_a_worker_without_the_native_core_is_refused(start, monkeypatch):
    monkeypatch.setenv("MULTILAYER_BACKEND", "numpy")
    client = start(1)
    monkeypatch.delenv("MULTILAYER_BACKEND")
    with pytest.raises(InputError, match=r"on numpy, and this process 0\.1\.0 on native"):
        trained(client)


def test_what_is_no_cluster_is_refused():
    with pytest.raises(
        InputError, match=r"expected a dask\.distributed\.Client, an address or local:4, found int"
    ):
        trained(7)
    with pytest.raises(InputError, match="no Dask scheduler answers at nowhere"):
        trained("nowhere")

"""Predictions made by a cluster are the files of one process, whatever happens to workers and scheduler."""

from __future__ import annotations

import os
import resource
import signal

import pytest

from multilayer import InputError
from multilayer.cluster import ClusterLostError, UnfitWorkerError, WorkerLost
from multilayer.tables import score
from tests.cluster.conftest import MARKS, processes
from tests.tables.scoring.conftest import OUTPUTS, contents, data, model, table

__all__ = ["data", "model"]

pytestmark = MARKS


@pytest.fixture
def expected(model, data, tmp_path):
    score(model, data, tmp_path / "expected")
    return contents(tmp_path / "expected")


def test_the_files_of_one_process(pair, model, data, tmp_path, expected):
    found = score(model, data, tmp_path / "out", cluster=pair)
    assert (found.done, found.faults) == (6, ())
    assert contents(tmp_path / "out") == expected
    manifests = [(tmp_path / folder / "_manifest.json").read_bytes() for folder in ("out", "expected")]
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize("killed", [1, 2])
def test_workers_killed(start, model, data, tmp_path, killed):
    for number in range(3):
        table(number, 100_000).to_parquet(data / f"part-{number}.parquet")
    score(model, data, tmp_path / "expected")
    client, lost, kills = start(2), [], []

    def kill(event):
        if isinstance(event, WorkerLost):
            lost.append(event.sentence)
        elif not kills:
            kills.extend(processes(client)[:killed])
            for process in kills:
                os.kill(process, signal.SIGKILL)

    score(model, data, tmp_path / "out", cluster=client, say=kill)
    assert contents(tmp_path / "out") == contents(tmp_path / "expected")
    assert len(lost) == killed
    assert all("was lost; others do its work again" in sentence for sentence in lost)


def test_faults_are_named_as_in_one_process(pair, model, data, tmp_path):
    (data / "part-1.parquet").write_bytes(b"PAR1 no more")
    table(2).drop(columns="kind").to_parquet(data / "part-2.parquet")
    alone = score(model, data, tmp_path / "alone")
    shared = score(model, data, tmp_path / "out", cluster=pair)
    assert {*shared.faults} == {*alone.faults}
    assert shared.done == 4
    assert contents(tmp_path / "out") == contents(tmp_path / "alone")


def test_a_full_disk_on_a_worker(start, model, data, tmp_path):
    table(0, 20_000).to_csv(data / "part-8.csv", index=False)
    client = start(1)

    def little_room():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))

    client.run(little_room)
    found = score(model, data, tmp_path / "out", cluster=client)
    (fault,) = found.faults
    assert fault.source.endswith("part-8.csv")
    assert "cannot be written (file too large)" in fault.reason
    assert sorted(contents(tmp_path / "out")) == OUTPUTS


def test_another_version_ends_it(start, model, data, tmp_path):
    client = start(1)

    def other():
        from importlib import metadata

        metadata.version = lambda name: "0.0.1"

    client.run(other)
    with pytest.raises(
        UnfitWorkerError, match=r"a worker has multilayer 0\.0\.1 .* and this process 0\.1\.0"
    ):
        score(model, data, tmp_path / "out", cluster=client)
    assert not contents(tmp_path / "out")


def test_the_scheduler_lost(scheduler, model, data, tmp_path, expected):
    address, programs = scheduler("")

    def kill(event):
        programs[0].kill()

    with pytest.raises(ClusterLostError, match="the connection to the scheduler of the cluster is lost"):
        score(model, data, tmp_path / "out", cluster=address, say=kill)
    assert 0 < len(contents(tmp_path / "out")) < 6
    found = score(model, data, tmp_path / "out")
    assert found.before > 0
    assert contents(tmp_path / "out") == expected


@pytest.mark.parametrize(
    ("cluster", "message"),
    [
        (7, r"expected a dask\.distributed\.Client, an address or local:4, found int"),
        ("local:0", "expected local: and a number of processes"),
        ("local:many", "expected local: and a number of processes"),
        ("tcp://127.0.0.1:1", r"no Dask scheduler answers at tcp://127\.0\.0\.1:1"),
        ("nowhere at all", "no Dask scheduler answers"),
    ],
)
def test_what_is_no_cluster(model, data, tmp_path, cluster, message):
    with pytest.raises(InputError, match=message):
        score(model, data, tmp_path / "out", cluster=cluster)

"""Members of a bag on a cluster: kinds of rows, progress, time and interruption, estimators."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from pyarrow import csv

from multilayer.cluster import ClusterLostError
from multilayer.estimators import TabularClassifier
from multilayer.tables import FitProgress, Recipe, encoded, fit_table
from tests.cluster.conftest import MARKS
from tests.cluster.trainings import MEMBERS, RECIPE, bag_trained, digest
from tests.tables.streaming.data import table, without, written

pytestmark = MARKS

SMALL = Recipe(hidden=(16,), epochs=3, batch_size=32, bins_of_classes=2)
SHORT = Recipe(hidden=(24, 16), epochs=40, batch_size=64, bins_of_numbers=4)


def fitted(cluster=None, **options):
    return digest(bag_trained(cluster, recipe=SHORT, **options).networks)


def test_progress_of_all_workers(start):
    seen = []
    bag_trained(start(3), watch=seen.append)
    assert all(isinstance(event, FitProgress) for event in seen)
    assert (seen[-1].done, seen[-1].total) == (MEMBERS * RECIPE.epochs,) * 2
    assert {event.member for event in seen} == {1, 2, 3, 4, 5}


def test_rows_that_are_encoded_on_the_workers(pair, monkeypatch):
    alone = fitted()
    monkeypatch.setattr(encoded, "_AT_ONCE", 0)
    assert fitted(pair) == alone


def test_rows_that_the_workers_read_in_blocks(pair, tmp_path):
    folder = written(without(table(), "amount"), tmp_path / "t", group=100)

    def trained(**options):
        model = fit_table(folder, "kind", members=2, recipe=SMALL, memory="100kB", **options)
        return digest(model.networks)

    seen = []
    assert trained(cluster=pair, progress=seen.append) == trained(progress=False)
    assert seen[-1].unit == "row"
    assert seen[-1].done == seen[-1].total


def test_weights_of_rows(pair):
    weights = np.random.default_rng(0).random(600)
    assert fitted(pair, weights=weights) == fitted(weights=weights)


def test_a_bag_goes_on_from_its_checkpoint_where_the_scheduler_is_lost(scheduler, tmp_path):
    address, programs = scheduler("")

    def kill(event):
        if event.member == 4:  # there is one worker: three are done, and the fourth may be by now
            programs[0].kill()

    file = tmp_path / "members"
    with pytest.raises(ClusterLostError, match="the connection to the scheduler of the cluster is lost"):
        bag_trained(address, watch=kill, checkpoint=file)
    resumed = bag_trained(scheduler("")[0], checkpoint=file)
    found = {f"members that an earlier run had finished: {count}" for count in (3, 4)}
    assert found & set(resumed.record["notes"])
    assert digest(resumed.networks) == digest(bag_trained().networks)


def test_time_and_interruption(start):
    client = start(2)
    long = Recipe(hidden=(24, 16), epochs=10**6, batch_size=64, bins_of_numbers=4, most_rows=10**12)
    model = bag_trained(client, recipe=long, time_limit=3.0)
    assert any("the time limit leaves" in note for note in model.record["notes"])
    sent = []

    def interrupt(_):
        if not sent:
            sent.append(os.kill(os.getpid(), signal.SIGINT))

    model = bag_trained(client, recipe=long, watch=interrupt)
    assert any("training was interrupted" in note for note in model.record["notes"])
    assert model.networks


def test_the_command_reports_a_lost_worker(scheduler, tmp_path):
    address, programs = scheduler("", "")
    csv.write_csv(table(), tmp_path / "t.csv")
    (tmp_path / "long.toml").write_text("hidden = [24, 16]\nepochs = 1000000\nmost_rows = 1000000000000\n")
    told = "--target z --members 2 --config long.toml --time 6 -o m.safetensors --json --cluster"
    command = [sys.executable, "-m", "multilayer", "train", "t.csv", *told.split(), address]
    events = list[dict[str, Any]]()
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            events.append(json.loads(line))
            if len(events) == 1:
                programs[1].kill()
    assert process.returncode == 0
    (lost,) = [event for event in events if event["event"] == "worker lost"]
    assert lost["left"] == 1
    assert events[-1]["event"] == "trained"


def test_the_estimator(pair):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 3))
    classifier = TabularClassifier(2, epochs=5, hidden=(8,), random_state=0)
    y = X[:, 0] > 0
    alone = classifier.fit(X, y).predict_proba(X)
    assert (classifier.fit(X, y, cluster=pair).predict_proba(X) == alone).all()

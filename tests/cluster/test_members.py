"""Members of a bag on a cluster have the bits of one process: for any number of workers, and when they are lost."""

from __future__ import annotations

import hashlib
import os
import signal

import numpy as np
import pytest

from multilayer.cluster import ClusterLostError, WorkerLost
from multilayer.estimators import TabularClassifier
from multilayer.tables import FitProgress, Recipe, encoded, fit_table
from tests.cluster.conftest import MARKS, processes
from tests.tables.test_fitting import people, without

pytestmark = MARKS

RECIPE = Recipe(hidden=(24, 16), epochs=40, batch_size=64, bins_of_numbers=4)
MEMBERS = 5


def fitted(cluster=None, *, recipe=RECIPE, progress=False, **options):
    table = without(people(rows=600), "level")
    return fit_table(
        table, "pay", members=MEMBERS, recipe=recipe, progress=progress, cluster=cluster, **options
    )


def digest(model):
    layers = [layer for network in model.networks for layer in network.layers]
    arrays = [array for layer in layers for array in (layer.W, layer.b)]
    return hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()


@pytest.fixture(scope="module")
def alone():
    return digest(fitted())


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers(start, alone, workers):
    seen = []
    assert digest(fitted(start(workers), progress=seen.append)) == alone
    assert all(isinstance(event, FitProgress) for event in seen)
    assert (seen[-1].done, seen[-1].total) == (MEMBERS * RECIPE.epochs,) * 2
    assert {event.member for event in seen} == {1, 2, 3, 4, 5}


def test_rows_that_are_encoded_on_the_workers(start, alone, monkeypatch):
    monkeypatch.setattr(encoded, "_AT_ONCE", 0)
    assert digest(fitted(start(2))) == alone


def test_weights_of_rows(start):
    weights = np.random.default_rng(0).random(600)
    assert digest(fitted(start(2), weights=weights)) == digest(fitted(weights=weights))


@pytest.mark.parametrize("count", [1, 2])
def test_workers_killed(start, alone, count):
    client, killed, lost = start(2), [], []

    def kill(event):
        if isinstance(event, WorkerLost):
            lost.append(event)
        elif not killed and event.epoch > 1:
            killed.extend(processes(client)[:count])
            for process in killed:
                os.kill(process, signal.SIGKILL)

    # Long enough that an epoch in the middle of training is reported.
    long = Recipe(hidden=(24, 16), epochs=400, batch_size=64, bins_of_numbers=4)
    shared = digest(fitted(client, recipe=long, progress=kill))
    assert len(killed) == count
    assert len(lost) == count
    assert shared == digest(fitted(recipe=long))


def test_the_scheduler_lost(scheduler):
    address, programs = scheduler("")
    long = Recipe(hidden=(24, 16), epochs=5000, batch_size=64, bins_of_numbers=4)
    with pytest.raises(ClusterLostError, match="the connection to the scheduler of the cluster is lost"):
        fitted(address, recipe=long, progress=lambda _: programs[0].kill())


def test_time_and_interruption(start):
    client = start(2)
    long = Recipe(hidden=(24, 16), epochs=10**6, batch_size=64, bins_of_numbers=4, most_rows=10**12)
    model = fitted(client, recipe=long, time_limit=3.0)
    assert any("the time limit leaves" in note for note in model.record["notes"])
    sent = []

    def interrupt(_):
        if not sent:
            sent.append(os.kill(os.getpid(), signal.SIGINT))

    model = fitted(client, recipe=long, progress=interrupt)
    assert any("training was interrupted" in note for note in model.record["notes"])
    assert model.networks


def test_the_estimator(start):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 3))
    classifier = TabularClassifier(2, epochs=5, hidden=(8,), random_state=0)
    y = X[:, 0] > 0
    alone = classifier.fit(X, y).predict_proba(X)
    assert (classifier.fit(X, y, cluster=start(1)).predict_proba(X) == alone).all()

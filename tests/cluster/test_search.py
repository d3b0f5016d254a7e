"""Searches over settings, through joblib: the same scores in processes, on a cluster and alone, and no more threads."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import optuna
import pytest
from joblib import Parallel, delayed, parallel_config
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, cross_val_score

from multilayer import backend, initialize
from multilayer.estimators import MLPClassifier, TabularClassifier
from tests.cluster.conftest import MARKS

pytestmark = MARKS


def samples():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((160, 4))
    return X, (X[:, 0] * X[:, 1] > 0).astype(int)


SEARCHES = {
    "grid": lambda: GridSearchCV(
        MLPClassifier((8,), max_iter=8, random_state=0, tol=0.0),
        {"alpha": [1e-4, 1e-2], "learning_rate_init": [0.01, 0.1]},
        cv=3,
        n_jobs=-1,
    ),
    "halving": lambda: HalvingRandomSearchCV(
        MLPClassifier((8,), max_iter=8, random_state=0, tol=0.0),
        {"alpha": [1e-4, 1e-3, 1e-2], "learning_rate_init": [0.01, 0.03, 0.1]},
        cv=3,
        n_jobs=-1,
        random_state=0,
    ),
    "tables": lambda: GridSearchCV(
        TabularClassifier(1, epochs=4, random_state=0), {"hidden": [(8,), (16,)]}, cv=3, n_jobs=-1
    ),
}


def scores(search):
    results = search().fit(*samples()).cv_results_
    return {name: values for name, values in results.items() if "score" in name and "time" not in name}


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values)


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")  # of training that ends before it has converged
@pytest.mark.parametrize("name", SEARCHES)
def test_the_same_scores_wherever_they_are_found(pair, name):
    with parallel_config("sequential"):
        alone = scores(SEARCHES[name])
    with parallel_config("loky", n_jobs=2):
        assert_same(scores(SEARCHES[name]), alone)
    with parallel_config("dask", client=pair):
        assert_same(scores(SEARCHES[name]), alone)


@pytest.mark.oracle
def test_folds_are_tasks_of_their_own(pair):
    classifier = TabularClassifier(1, epochs=4, hidden=(8,), random_state=0)
    alone = cross_val_score(classifier, *samples(), cv=4)
    with parallel_config("dask", client=pair):
        np.testing.assert_array_equal(cross_val_score(classifier, *samples(), cv=4), alone)


def score(rate):
    X, y = samples()
    return MLPClassifier((8,), max_iter=5, learning_rate_init=rate, random_state=0).fit(X, y).score(X, y)


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_trials_of_optuna(pair):
    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def best():
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
        trials = [study.ask() for _ in range(4)]
        rates = [trial.suggest_float("rate", 1e-3, 0.3, log=True) for trial in trials]
        for trial, value in zip(trials, Parallel()(delayed(score)(rate) for rate in rates), strict=True):
            study.tell(trial, value)
        return study.best_params

    alone = best()
    with parallel_config("loky", n_jobs=2):
        assert best() == alone
    with parallel_config("dask", client=pair):
        assert best() == alone


def threads_of_a_large_call():
    """Return how many threads this process gives to a large call, and how many it starts for one."""
    tasks = Path("/proc/self/task")
    before = len(list(tasks.iterdir()))
    initialize((64, 256, 256, 8), "tanh", rng=0)(np.ones((20_000, 64), np.float32))
    return backend.get_threads(), len(list(tasks.iterdir())) - before


@pytest.mark.native
@pytest.mark.oracle
def test_jobs_have_no_more_threads_than_processors(start, monkeypatch):
    for name in ("OMP_NUM_THREADS", "MULTILAYER_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    jobs = joblib.cpu_count()
    with parallel_config("loky", n_jobs=jobs):
        assert Parallel()(delayed(threads_of_a_large_call)() for _ in range(jobs)) == [(1, 0)] * jobs
    client = start(2)
    assert list(client.run(threads_of_a_large_call).values()) == [(1, 0)] * 2


@pytest.mark.native
def test_a_local_cluster_leaves_this_process_its_threads():
    beside_a_cluster = (
        "from multilayer import backend\n"
        "from multilayer.cluster import connected\n"
        "with connected('local:1') as client:\n"
        "    print(*client.run(backend.get_threads).values(), backend.get_threads())\n"
    )
    assert output_of(beside_a_cluster).split() == [
        "1",
        output_of("import multilayer; print(multilayer.get_threads())"),
    ]


def output_of(program):
    names = ("OMP_NUM_THREADS", "MULTILAYER_NUM_THREADS")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    run = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()

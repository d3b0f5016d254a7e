"""What others make of a table on a cluster: dask-ml around scikit-learn's MLP, and Spark's own; and ours to their loss.

A peer trains for a number of passes or iterations; what counts is the time of training until we have its loss. Both
begin with processes that are warm and rows that are there. A loss is the mean cross-entropy of all rows, of the weights
that a peer has in the end, as this package computes it. No time includes the computing of that loss: a peer's is
computed after its training, ours after each epoch, with the clock stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np
from numpy.typing import NDArray

import multilayer
from multilayer.network import MLP, Dense
from multilayer.optimizers import LBFGS, Adam

__all__ = ["OURS", "PEERS", "Peer", "Problem"]

_INPUTS, _HIDDEN, _CLASSES = 50, (64, 64), 5
_PASSES, _ITERATIONS = 5, 20
_LOSS = "categorical_cross_entropy"


@dataclass(frozen=True, eq=False)
class Problem:
    """Rows of a table, and the network 50-64-64-5: sigmoids, the only hidden units that Spark has, and a softmax."""

    X: NDArray[np.float32]
    y: NDArray[np.intp]

    @classmethod
    def of(cls, rows: int) -> Problem:
        """Return a problem that a network without hidden layers cannot learn well."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((rows, _INPUTS), np.float32)
        hidden = np.tanh(X[:, :20] @ rng.standard_normal((20, 12), np.float32))
        return cls(X, (hidden @ rng.standard_normal((12, _CLASSES), np.float32)).argmax(axis=1))

    def network(self) -> MLP:
        """Return first weights."""
        return multilayer.initialize((_INPUTS, *_HIDDEN, _CLASSES), "sigmoid", "softmax", rng=0)

    def loss(self, network: Callable[[Any], NDArray[Any]]) -> float:
        """Return the mean cross-entropy of all rows."""
        likely = network(self.X)[np.arange(len(self.y)), self.y]
        return float(-np.log(np.maximum(likely, 1e-30), dtype=np.float64).mean())


Reached = tuple[float, float]
"""Seconds, and the loss after them."""


@dataclass(frozen=True)
class Peer:
    """A contender, and what it needs: packages, and programs."""

    what: str
    package: str
    program: str | None
    run: Callable[[Problem, Any, Path], Reached]

    @property
    def missing(self) -> str | None:
        """What is not installed, or None."""
        if find_spec(self.package.replace("-", "_")) is None:
            return self.package
        return self.program if self.program is not None and which(self.program) is None else None


def _dask_ml(problem: Problem, client: Any, folder: Path) -> Reached:
    del client, folder  # Dask takes its newest client
    import dask.array as da
    from dask_ml.wrappers import Incremental
    from distributed import wait
    from sklearn.neural_network import MLPClassifier

    rows = -(-len(problem.y) // 8)
    X = da.from_array(problem.X, chunks=(rows, -1)).persist()
    y = da.from_array(problem.y, chunks=rows).persist()
    wait([X, y])
    few, model = (
        Incremental(MLPClassifier(_HIDDEN, activation="logistic", random_state=0)) for _ in range(2)
    )
    few.partial_fit(X[:200], y[:200], classes=np.arange(_CLASSES))  # workers load what it needs
    began = time.perf_counter()
    for _ in range(_PASSES):
        model.partial_fit(X, y, classes=np.arange(_CLASSES))
    seconds = time.perf_counter() - began
    return seconds, problem.loss(
        _built(zip(model.estimator_.coefs_, model.estimator_.intercepts_, strict=True))
    )


def _spark(problem: Problem, client: Any, folder: Path) -> Reached:
    del client
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyspark.ml.classification import MultilayerPerceptronClassifier
    from pyspark.ml.functions import array_to_vector
    from pyspark.sql import SparkSession

    file = folder / "spark.parquet"
    x = pa.FixedSizeListArray.from_arrays(problem.X.astype(np.float64).ravel(), _INPUTS).cast(
        pa.list_(pa.float64())
    )
    pq.write_table(pa.table({"x": x, "label": problem.y.astype(np.float64)}), file)
    settings: dict[str, Any] = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "4g",
    }
    session = SparkSession.builder.master("local[2]").config(map=settings).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    try:
        rows = session.read.parquet(str(file)).repartition(2)
        rows = rows.select(array_to_vector(rows["x"]).alias("features"), "label").cache()
        rows.count()
        layers = [_INPUTS, *_HIDDEN, _CLASSES]
        few, model = (
            MultilayerPerceptronClassifier(layers=layers, maxIter=iterations, tol=0.0, seed=0)
            for iterations in (1, _ITERATIONS)
        )
        few.fit(rows)  # its code is compiled
        began = time.perf_counter()
        found = model.fit(rows)
        seconds = time.perf_counter() - began
        return seconds, problem.loss(_built(_of_spark(layers, found.weights.toArray())))
    finally:
        session.stop()


def _of_spark(layers: Sequence[int], weights: NDArray[np.float64]) -> Any:
    """Yield W and b of each layer: the vector has them one behind the other, W by inputs."""
    at = 0
    for inputs, units in pairwise(layers):
        W = weights[at : at + inputs * units].reshape(inputs, units)
        at += inputs * units
        yield W, weights[at : at + units]
        at += units
    assert at == len(weights)


def _built(arrays: Any) -> MLP:
    pairs = [(np.asarray(W, np.float32), np.asarray(b, np.float32)) for W, b in arrays]
    names = ["sigmoid"] * (len(pairs) - 1) + ["softmax"]
    return MLP([Dense(W, b, name) for (W, b), name in zip(pairs, names, strict=True)])


PEERS: dict[str, Peer] = {
    "dask-ml": Peer(f"{_PASSES} passes of Incremental(MLPClassifier)", "dask-ml", None, _dask_ml),
    "Spark": Peer(f"{_ITERATIONS} iterations of MultilayerPerceptronClassifier", "pyspark", "java", _spark),
}


def _adam(problem: Problem, client: Any, target: float) -> Reached:
    """Adam with scikit-learn's rate and batches, in this process."""
    del client
    options = {"optimizer": Adam(0.001), "epochs": 200}
    return _until(target, problem, lambda event: problem.loss(event.network), options)


def _lbfgs(problem: Problem, client: Any, target: float) -> Reached:
    """L-BFGS, whose events have the loss of all rows, on the workers."""
    options = {"optimizer": LBFGS(), "epochs": 500, "cluster": client}
    return _until(target, problem, lambda event: float(event.loss), options)


def _until(target: float, problem: Problem, loss: Callable[[Any], float], options: dict[str, Any]) -> Reached:
    """Train until the loss of the network of an event is at most the target."""
    start, found, stopped = problem.network(), np.inf, 0.0

    def ends(event: Any) -> bool:
        nonlocal found, stopped
        paused = time.perf_counter()
        found = loss(event)
        stopped += time.perf_counter() - paused
        return found <= target

    fit = partial(multilayer.fit, loss=_LOSS, rng=0, progress=False)
    fit(start, problem.X[:200], problem.y[:200], **options | {"epochs": 1})  # as for the peers
    began = time.perf_counter()
    fit(start, problem.X, problem.y, callbacks=ends, **options)
    return time.perf_counter() - began - stopped, found


OURS: dict[str, Callable[[Problem, Any, float], Reached]] = {
    "Adam, one process": _adam,
    "L-BFGS, two workers": _lbfgs,
}

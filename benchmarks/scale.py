"""Work larger than one process: two workers beside one process, what a task costs, and a network beside its rows.

Every contender has processes of one thread each, started and warm before anything is timed; contenders take turns.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

import multilayer
from benchmarks.options import rounds_option
from multilayer import backend
from multilayer.optimizers import LBFGS, Adam

__all__ = ["scale"]

_FRAGMENTS = 16
_COLUMNS = 32


@dataclass(frozen=True)
class Figure:
    """A figure, and what it is to be."""

    name: str
    one: float
    two: float
    goal: float

    def line(self) -> str:
        """Return it in words."""
        return (
            f"{self.name:<52} one process {self.one:8.2f} s, two workers {self.two:8.2f} s: "
            f"{self.one / self.two:.2f} x [{self.goal}]"
        )


@click.command()
@rounds_option(3)
@click.option(
    "--size", type=float, default=1.0, help="Fraction of the rows of each part; 0.02 is a quick look."
)
@click.option("--only", default="", help="Parts whose names hold this: predict, lbfgs, adam, task.")
def scale(rounds: int, size: float, only: str) -> None:
    """Two workers of a local cluster beside one process, each with one thread."""
    backend.set_threads(1)
    with ExitStack() as stack:
        client = stack.enter_context(_cluster())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, part in PARTS.items():
            if only in name:
                print(part(client, folder, rounds, size), flush=True)


def _cluster() -> Any:
    from multilayer.cluster import connected

    return connected("local:2")


def _in_turns(rounds: int, one: Callable[[], Any], two: Callable[[], Any]) -> tuple[float, float]:
    """Return the median seconds of both, after one run of each that is not timed."""
    times: tuple[list[float], list[float]] = ([], [])
    for round_ in range(rounds + 1):
        for call, seconds in zip((one, two), times, strict=True):
            began = time.perf_counter()
            call()
            if round_:
                seconds.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def _predict(client: Any, folder: Path, rounds: int, size: float) -> str:
    """Score 2 million x 32 rows of Parquet in 16 fragments."""
    import pandas as pd

    from multilayer.tables import fit_table, score

    rng, rows = np.random.default_rng(0), int(2_000_000 * size) // _FRAGMENTS
    names = [f"c{number}" for number in range(_COLUMNS)]
    (folder / "data").mkdir()
    for number in range(_FRAGMENTS):
        frame = pd.DataFrame(rng.standard_normal((rows, _COLUMNS)), columns=names)
        frame.to_parquet(folder / "data" / f"{number:02}.parquet")
    few = frame[:2000].assign(y=np.where(frame["c0"][:2000] * frame["c1"][:2000] > 0, "up", "down"))
    model = folder / "model.safetensors"
    fit_table(few, "y", members=8, time_limit=20.0, progress=False).save(model)
    runs = iter(range(10**6))

    def run(cluster: Any) -> None:
        found = score(model, folder / "data", folder / f"out{next(runs)}", cluster=cluster)
        assert found.done == _FRAGMENTS

    times = _in_turns(rounds, lambda: run(None), lambda: run(client))
    return Figure(f"predict {rows * _FRAGMENTS:,} x {_COLUMNS} rows of Parquet", *times, 1.7).line()


def _samples(rows: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, 100), np.float32)
    return X, (X[:, :10] @ rng.standard_normal((10, 10), np.float32)).argmax(axis=1)


def _lbfgs(client: Any, folder: Path, rounds: int, size: float) -> str:
    """Three iterations over 10^6 rows, 100-256-256-10."""
    del folder
    X, y = _samples(int(1_000_000 * size))
    net = multilayer.initialize((100, 256, 256, 10), "tanh", "softmax", rng=0)

    def run(cluster: Any) -> Any:
        loss = "categorical_cross_entropy"
        return multilayer.fit(
            net, X, y, loss=loss, optimizer=LBFGS(), epochs=3, cluster=cluster, progress=False
        )

    times = _in_turns(rounds, lambda: run(None), lambda: run(client))
    return Figure(f"L-BFGS, 3 iterations, {len(X):,} rows of 100-256-256-10", *times, 1.8).line()


def _adam(client: Any, folder: Path, rounds: int, size: float) -> str:
    """One epoch in batches of 16,384 rows, 100-256-256-10."""
    del folder
    X, y = _samples(max(16_384, int(500_000 * size)))
    net = multilayer.initialize((100, 256, 256, 10), "relu", "softmax", rng=0)

    def run(cluster: Any) -> Any:
        return multilayer.fit(
            net,
            X,
            y,
            loss="categorical_cross_entropy",
            optimizer=Adam(),
            epochs=1,
            batch_size=16_384,
            block_sums=True,
            rng=0,
            cluster=cluster,
            progress=False,
        )

    times = _in_turns(rounds, lambda: run(None), lambda: run(client))
    return Figure(f"Adam, an epoch of {len(X):,} rows of 100-256-256-10", *times, 1.0).line()


def _task(client: Any, folder: Path, rounds: int, size: float) -> str:
    """What a gradient costs beside its arithmetic: 16 tasks that do nothing, with weights of 94,000 numbers."""
    del folder, size
    from multilayer.cluster.sums import gathered
    from multilayer.cluster.workers import Workers

    lines = []
    for numbers in (0, 94_000, 1_000_000):
        weights = np.zeros(numbers, np.float32)

        def step(weights: Any = weights) -> None:
            gathered(
                Workers(client), 16, lambda _, sent: client.submit(_nothing, sent, pure=False), (weights,)
            )

        seconds, _ = _in_turns(10 * rounds, step, lambda: None)
        lines.append(
            f"16 tasks with {weights.nbytes:>9,} bytes of weights each, and as many float64 back: "
            f"{1e3 * seconds:.1f} ms, {1e3 * seconds / 16:.2f} ms each"
        )
    return "\n".join(lines)


def _nothing(weights: Any) -> Any:
    return weights[0].astype(np.float64)


PARTS: dict[str, Callable[[Any, Path, int, float], str]] = {
    "task": _task,
    "predict": _predict,
    "lbfgs": _lbfgs,
    "adam": _adam,
}

"""Work larger than one process: two workers beside one process, what a task costs, and what others take for a loss.

Every contender has processes that are started and warm before anything is timed; contenders take turns. Workers, and
one process beside them, have one thread each; beside peers, one process has two.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import numpy as np

import multilayer
from benchmarks.options import refuse_parts, rounds_option, store_option
from benchmarks.race import Outcome, Timing
from benchmarks.scale_peers import OURS, PEERS, Problem
from benchmarks.stored import store as store_results
from benchmarks.stored import version_of
from multilayer import backend
from multilayer.optimizers import LBFGS, Adam

__all__ = ["scale"]

_FRAGMENTS = 16
_COLUMNS = 32


@click.command()
@rounds_option(3)
@click.option(
    "--size", type=float, default=1.0, help="Fraction of the rows of each part; 0.02 is a quick look."
)
@click.option("--only", default="", help="Parts whose names hold this: task, predict, lbfgs, adam, peers.")
@store_option
def scale(rounds: int, size: float, only: str, store: bool) -> None:
    """Two workers of a local cluster beside one process, and beside dask-ml and Spark where they are installed."""
    refuse_parts(store, only)
    outcomes = list[Outcome]()
    with ExitStack() as stack:
        client = stack.enter_context(_cluster())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name, part in PARTS.items():
            if only not in name:
                continue
            began = time.perf_counter()
            for outcome in part(client, folder, rounds, size):
                print(_line(outcome), flush=True)
                outcomes.append(outcome)
            print(f"({name}: {time.perf_counter() - began:.0f} s in all)", flush=True)
    if store:
        versions = {peer.package: version_of(peer.package) for peer in PEERS.values()}
        store_results("scale", outcomes, size=size, goals=GOALS, peers=versions)


def _line(outcome: Outcome) -> str:
    """Return an outcome in words."""
    times = [f"{name} {timing.median / 1e9:.3g} s" for name, timing in outcome.timings.items()]
    times += [f"{name}: {why}" for name, why in outcome.excluded.items()]
    ratio, goal = outcome.ratio(), next((g for word, g in GOALS.items() if word in outcome.case), None)
    figure = "" if ratio is None else f": {ratio:.2f} x" + ("" if goal is None else f" [{goal:g}]")
    return f"{outcome.case}: {', '.join(times)}{figure}"


def _cluster() -> Any:
    from multilayer.cluster import connected

    return connected("local:2")


def _in_turns(case: str, rounds: int, contenders: dict[str, Callable[[], Any]], warm: bool = True) -> Outcome:
    """Return the times of all, after a run of each that is not timed."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for round_ in range(rounds + warm):
        for name, call in contenders.items():
            began = time.perf_counter_ns()
            call()
            if round_ >= warm:
                times[name].append(time.perf_counter_ns() - began)
    return Outcome(case, {name: _timing(values) for name, values in times.items()})


def _timing(nanoseconds: list[float]) -> Timing:
    low, median, high = np.percentile(nanoseconds, [25, 50, 75]).tolist()
    return Timing(median, low, high)


def _beside_one_process(case: str, rounds: int, client: Any, run: Callable[[Any], Any]) -> list[Outcome]:
    with backend.threads(1):
        both = {"one process": lambda: run(None), "multilayer": lambda: run(client)}
        return [_in_turns(case, rounds, both)]


def _predict(client: Any, folder: Path, rounds: int, size: float) -> list[Outcome]:
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

    return _beside_one_process(
        f"predict {rows * _FRAGMENTS:,} x {_COLUMNS} rows of Parquet", rounds, client, run
    )


def _samples(rows: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, 100), np.float32)
    return X, (X[:, :10] @ rng.standard_normal((10, 10), np.float32)).argmax(axis=1)


def _lbfgs(client: Any, folder: Path, rounds: int, size: float) -> list[Outcome]:
    """Three iterations over 10^6 rows, 100-256-256-10."""
    del folder
    X, y = _samples(int(1_000_000 * size))
    net = multilayer.initialize((100, 256, 256, 10), "tanh", "softmax", rng=0)

    def run(cluster: Any) -> Any:
        loss = "categorical_cross_entropy"
        return multilayer.fit(
            net, X, y, loss=loss, optimizer=LBFGS(), epochs=3, cluster=cluster, progress=False
        )

    return _beside_one_process(
        f"L-BFGS, 3 iterations, {len(X):,} rows of 100-256-256-10", rounds, client, run
    )


def _adam(client: Any, folder: Path, rounds: int, size: float) -> list[Outcome]:
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

    return _beside_one_process(f"Adam, an epoch of {len(X):,} rows of 100-256-256-10", rounds, client, run)


def _task(client: Any, folder: Path, rounds: int, size: float) -> list[Outcome]:
    """What a gradient costs beside its arithmetic: 16 tasks that do nothing, with weights of 94,000 numbers."""
    del folder, size
    from multilayer.cluster.sums import gathered
    from multilayer.cluster.workers import Workers

    workers, found = Workers(client), []
    for numbers in (0, 94_000, 1_000_000):
        weights = np.zeros(numbers, np.float32)

        def step(weights: Any = weights) -> None:
            gathered(workers, 16, lambda _, sent: client.submit(_nothing, sent, pure=False), (weights,))

        case = f"16 tasks with {weights.nbytes:,} bytes of weights each, and as many float64 back"
        found.append(_in_turns(case, 10 * rounds, {"multilayer": step}))
    return found


def _nothing(weights: Any) -> Any:
    return weights[0].astype(np.float64)


def _peers(client: Any, folder: Path, rounds: int, size: float) -> Iterator[Outcome]:
    """The time to the loss that a peer reaches, on 100,000 rows; each peer runs once, as it takes long."""
    del rounds
    problem = Problem.of(int(100_000 * size))
    for name, peer in PEERS.items():
        if peer.missing is not None:
            yield Outcome(peer.what, {}, {name: f"{peer.missing} is not installed"})
            continue
        seconds, loss = peer.run(problem, client, folder)
        for way, run in OURS.items():
            case = f"{way}, to the loss {loss:.4f} of {peer.what}, {len(problem.y):,} rows of 50-64-64-5"
            ours, reached = run(problem, client, loss)
            timings = {name: _timing([1e9 * seconds])}
            if reached <= loss:
                yield Outcome(case, timings | {"multilayer": _timing([1e9 * ours])})
            else:
                yield Outcome(case, timings, {"multilayer": f"{reached:.4f} after {ours:.0f} s"})


PARTS: dict[str, Callable[[Any, Path, int, float], Iterable[Outcome]]] = {
    "task": _task,
    "predict": _predict,
    "lbfgs": _lbfgs,
    "adam": _adam,
    "peers": _peers,
}
GOALS = {"predict": 1.7, "L-BFGS, 3": 1.8, "to the loss": 10.0}
"""By words of the case."""

"""Work larger than one process: two workers beside one process, what a task costs, and what others take for a loss.

Every contender has processes that are started and warm before anything is timed; contenders take turns. Workers, and
one process beside them, have one thread each; beside peers, one process has two.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import click
import numpy as np

import multilayer
from benchmarks import scale_memory
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
@click.option(
    "--only", default="", help="Parts whose names hold this: task, predict, lbfgs, adam, stream, peers."
)
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


@lru_cache(1)
def _samples(rows: int) -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((rows, 100), np.float32)
    return X, (X[:, :10] @ rng.standard_normal((10, 10), np.float32)).argmax(axis=1)


def _lbfgs(client: Any, folder: Path, rounds: int, size: float) -> list[Outcome]:
    """Three iterations over 10^6 rows, 100-256-256-10; and what the cores of this machine allow."""
    del folder
    rows = int(1_000_000 * size)
    case = f"{rows:,} rows of 100-256-256-10"
    (found,) = _beside_one_process(
        f"L-BFGS, 3 iterations, {case}", rounds, client, partial(_iterations, rows)
    )
    workers = list(client.scheduler_info()["workers"])

    def alone() -> None:
        halves = [client.submit(_half, rows, workers=[worker], pure=False) for worker in workers]
        client.gather(halves)

    limit = _in_turns(
        f"half of that by each of two processes that exchange nothing, {case}", rounds, {"multilayer": alone}
    )
    whole = found.timings["one process"]
    return [found, Outcome(limit.case, {"one process": whole, **limit.timings})]


def _half(rows: int) -> None:
    with backend.threads(1):
        _iterations(rows // 2, None)


def _iterations(rows: int, cluster: Any) -> None:
    X, y = _samples(rows)
    net = multilayer.initialize((100, 256, 256, 10), "tanh", "softmax", rng=0)
    loss = "categorical_cross_entropy"
    multilayer.fit(net, X, y, loss=loss, optimizer=LBFGS(), epochs=3, cluster=cluster, progress=False)


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


def _stream(client: Any, folder: Path, rounds: int, size: float) -> list[Outcome]:
    """An epoch over 10^8 x 20 float32 rows of Parquet, beside one over a tenth of them in an array."""
    del client
    rows = int(100_000_000 * size)
    files = folder / "stream"
    scale_memory.write(files, rows)
    seconds, largest = scale_memory.epoch(files)
    arrays = [scale_memory.epoch(rows // 10) for _ in range(rounds)]
    shutil.rmtree(files)
    case = f"a row of an epoch over {rows:,} x 20 rows of Parquet, 20-64-64-5, in {largest:.2f} GB"
    array = _timing([1e9 * taken / (rows // 10) for taken, _ in arrays])
    return [Outcome(case, {"array": array, "multilayer": _timing([1e9 * seconds / rows])})]


def _peers(client: Any, folder: Path, rounds: int, size: float) -> Iterator[Outcome]:
    """The time to the loss that a peer reaches, on 100,000 rows."""
    problem = Problem.of(int(100_000 * size))
    for name, peer in PEERS.items():
        if peer.missing is not None:
            yield Outcome(peer.what, {}, {name: f"{peer.missing} is not installed"})
            continue
        taken, losses = zip(*(peer.run(problem, client, folder) for _ in range(rounds)), strict=True)
        theirs, loss = _timing([1e9 * seconds for seconds in taken]), max(losses)
        for way, run in OURS.items():
            case = f"{way}, to the loss {loss:.4f} of {peer.what}, {len(problem.y):,} rows of 50-64-64-5"
            times, reached = zip(*(run(problem, client, loss) for _ in range(rounds)), strict=True)
            if max(reached) <= loss:
                ours = _timing([1e9 * seconds for seconds in times])
                yield Outcome(case, {name: theirs, "multilayer": ours})
            else:
                yield Outcome(
                    case, {name: theirs}, {"multilayer": f"{max(reached):.4f} after {times[0]:.0f} s"}
                )


PARTS: dict[str, Callable[[Any, Path, int, float], Iterable[Outcome]]] = {
    "task": _task,
    "predict": _predict,
    "lbfgs": _lbfgs,
    "adam": _adam,
    "stream": _stream,
    "peers": _peers,
}
GOALS = {"predict": 1.7, "L-BFGS, 3": 1.8, "to the loss": 10.0, "a row of an epoch": 0.8}
"""By words of the case."""

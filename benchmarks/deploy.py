"""Networks as they are shipped: latency of one row and of many, size, start-up; correctness first.

Latency is time of the processor, of one thread each, so that others on the machine do not count.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.deploy_programs import CProgram, emlearn, emx, onnx_session, ours, plain
from benchmarks.race import Outcome, Timing, readable
from multilayer import MLP, Dense
from multilayer.exchange.source import javascript_source, python_source

ROWS = (1, 1000)
NETWORKS = {
    "2-4-3": ((2, 4, 3), "tanh"),
    "20-32-3": ((20, 32, 3), "tanh"),
    "50-100-100-10": ((50, 100, 100, 10), "relu"),
}

Timer = Callable[[float], float]
"""From the seconds to take, nanoseconds for a call."""


@dataclass(frozen=True)
class Shipped:
    """What a contender ships, and how long it takes from nothing to the outputs of one row."""

    bytes: int
    what: str
    command: tuple[str, ...]


def network(name: str) -> MLP:
    """Return the network of that name, the same in every process."""
    widths, hidden = NETWORKS[name]
    random = np.random.default_rng(0)
    layers: list[Dense] = []
    for n, m in pairwise(widths):
        last = len(layers) == len(widths) - 2
        W = (random.standard_normal((n, m)) * np.sqrt(2 / n)).astype(np.float32)
        layers.append(
            Dense(W, random.standard_normal(m).astype(np.float32) / 10, "softmax" if last else hidden)
        )
    return MLP(layers)


def programs(net: MLP, rows: int) -> list[CProgram]:
    found = [ours(net), ours(net, "-O3", "-mavx2", "-mfma"), plain(net)]
    return [*found, *filter(None, (emlearn(net), emx(net, rows)))]


def measured(name: str, rows: int, rounds: int, seconds: float, folder: Path) -> Outcome:
    """Time every contender on one network and batch, in turns, after its outputs were checked.

    Raises
    ------
    AssertionError
        When an output is further from the network's than the contender promises.
    """
    net = network(name)
    x = np.random.default_rng(1).standard_normal((rows, net.widths[0])).astype(np.float32)
    timers = dict(_timers(net, x, folder))
    samples: dict[str, list[float]] = {contender: [] for contender in timers}
    for _ in range(rounds):
        for contender, timer in timers.items():
            samples[contender].append(timer(seconds))
    timings = {
        contender: Timing(*(float(np.percentile(values, q)) for q in (50, 25, 75)))
        for contender, values in samples.items()
    }
    return Outcome(f"{name}, {rows}", timings)


def _timers(net: MLP, x: NDArray[Any], folder: Path) -> Iterator[tuple[str, Timer]]:
    wanted = net(x)
    x.tofile(folder / "x")
    for i, program in enumerate(programs(net, len(x))):
        path = program.build(folder / f"c{i}")
        sizes = (len(x), *(net.widths[0], net.widths[-1]))

        def timer(seconds: float, path: Path = path, sizes: tuple[int, ...] = sizes) -> float:
            words = (folder / "x", path.parent / "y", *sizes, seconds)
            run = subprocess.run([path, *map(str, words)], check=True, capture_output=True, text=True)
            return float(run.stdout)

        timer(0.0)
        found = np.fromfile(path.parent / "y", np.float32).reshape(wanted.shape)
        _check(program.name, found, wanted, program.tolerance)
        yield program.name, timer
    if find_spec("onnxruntime"):
        run, _ = onnx_session(net, folder)
        _check("ONNX Runtime", run(x), wanted, 1e-5)
        yield "ONNX Runtime", lambda seconds: _timed(lambda: run(x), seconds)
    yield "multilayer in Python", lambda seconds: _timed(lambda: net(x), seconds)


def _check(name: str, found: NDArray[Any], wanted: NDArray[Any], tolerance: float) -> None:
    if tolerance == 0.0:
        assert found.tobytes() == wanted.tobytes(), f"{name} has other bits"
    worst = float(np.abs(found - wanted).max())
    assert worst <= tolerance, f"{name} is {worst:.1e} away"


def _timed(call: Callable[[], Any], seconds: float) -> float:
    calls, took = 1, 0.0
    while took < seconds:
        start = time.process_time()
        for _ in range(calls):
            call()
        took = time.process_time() - start
        if took < seconds:
            calls *= 2
    return 1e9 * took / calls


def shipped(name: str, folder: Path) -> dict[str, Shipped]:
    """Return what each contender ships for a network."""
    net = network(name)
    row = ["0.5"] * net.widths[0]
    found = {}
    c, *others = programs(net, 1)
    c.build(folder / "shipped")
    main = [
        *(name for name in c.files if name != "run.c"),
        "-DNET_MAIN",
        "-O3",
        "-march=native",
        "-ffp-contract=off",
    ]
    sources = [word for word in main if not word.endswith(".h")]
    subprocess.run(["gcc", "-std=c99", *sources, "-o", "net", "-lm"], cwd=folder / "shipped", check=True)
    found["multilayer C"] = Shipped(
        c.size(folder / "shipped"), "code and data", (str(folder / "shipped" / "net"), *row)
    )
    for title, files, command in (
        ("multilayer Python file", python_source(net, "net"), (sys.executable, "-I")),
        ("multilayer JavaScript module", javascript_source(net, "net"), ("node",)),
    ):
        first, *_ = files
        for file, text in files.items():
            (folder / file).write_text(text)
        size = len(files[first])
        found[title] = Shipped(size, "source", (*command, str(folder / first), *row))
    for program in others[1:]:
        program.build(folder / program.name)
        found[program.name] = Shipped(program.size(folder / program.name), "code and data", ())
    package = find_spec("onnxruntime")
    if package is not None and package.origin is not None:
        _, path = onnx_session(net, folder)
        wheel = sum(file.stat().st_size for file in Path(package.origin).parent.rglob("*") if file.is_file())
        code = (
            f"import numpy, onnxruntime; s = onnxruntime.InferenceSession({str(path)!r}); "
            f"print(s.run(None, {{s.get_inputs()[0].name: numpy.full((1, {net.widths[0]}), 0.5, 'f')}}))"
        )
        found["ONNX Runtime"] = Shipped(
            path.stat().st_size + wheel, "model and package", (sys.executable, "-c", code)
        )
    return found


def started(one: Shipped, rounds: int) -> float | None:
    """Return the median of the nanoseconds from the start of a process to the outputs of one row."""
    if not one.command:
        return None
    samples = []
    for round_ in range(rounds + 1):
        start = time.perf_counter_ns()
        subprocess.run(one.command, check=True, capture_output=True)
        if round_:  # the first round fills the page cache
            samples.append(time.perf_counter_ns() - start)
    return float(np.median(samples))


def table(outcome: Outcome) -> str:
    """Return the times of a case, fastest first, each beside ours."""
    mine = outcome.timings["multilayer C"].median
    ranked = sorted(outcome.timings.items(), key=lambda entry: entry[1].median)
    lines = [
        f"  {name:<32} {readable(timing.median):>9}  ({readable(timing.low)} to {readable(timing.high)})"
        f"  {timing.median / mine:.2f}"
        for name, timing in ranked
    ]
    return "\n".join([outcome.case, *lines])

"""What a diagnosis costs: of a whole network beside its own passes over the data, and live beside training.

Each measurement has a process of its own: `python -m benchmarks.diagnosis KIND ARGUMENTS` prints its result as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import TRAINING, TrainingCase
from benchmarks.race import environment
from benchmarks.room import memory_of_this_process
from multilayer import MLP, Dense, diagnose, fit, initialize
from multilayer.diagnosis import Live
from multilayer.losses import categorical_cross_entropy
from multilayer.network.trace import LayerRecord, forward
from multilayer.optimizers import Adam
from multilayer.training import backward

SHAPE, ROWS = (784, 512, 512, 10), (15_000, 60_000)
LIVE_SECONDS = 8.0
_BLOCK = 4096


@dataclass(frozen=True)
class Passes:
    """Seconds of a diagnosis and of the passes it is compared with, the least of all rounds."""

    diagnosis: float
    forward: float
    backward: float

    @property
    def ratio(self) -> float:
        """Time of the diagnosis over that of three forward passes and a backward pass; the goal is 1 at most."""
        return self.diagnosis / (3 * self.forward + self.backward)


def passes(rounds: int) -> dict[str, dict[str, float]]:
    """Time the three of them in turns, on 60,000 rows: by the clock, and by what the processors worked.

    On a machine that others use, too, only the second says something, and that only with one thread.
    """
    network, X, y = _problem(max(ROWS))
    records = tuple(forward(network.layers, X[:_BLOCK]))
    last = records[-1]

    def back() -> None:
        for start in range(0, len(X), _BLOCK):
            rows = min(_BLOCK, len(X) - start)
            part = [LayerRecord(r.layer, r.x[:rows], r.a[:rows], r.z[:rows]) for r in records]
            da = categorical_cross_entropy.da(y[:rows], last.a[:rows], last.z[:rows], last.layer.activation)
            for _ in backward(part, da, inputs=False):
                pass

    work: dict[str, Callable[[], Any]] = {
        "diagnosis": lambda: diagnose(network, X, y, "categorical_cross_entropy"),
        "forward": lambda: network(X),
        "backward": back,
    }
    clocks = {"clock": time.perf_counter, "processors": time.process_time}
    least = {clock: dict.fromkeys(work, float("inf")) for clock in clocks}
    for round_ in range(rounds + 1):
        for name, call in work.items():
            began = {clock: read() for clock, read in clocks.items()}
            call()
            for clock, read in clocks.items():
                if round_:  # the first round warms up
                    least[clock][name] = min(least[clock][name], read() - began[clock])
    return least


def peak(rows: int) -> int:
    """Return the bytes that a diagnosis needs beside data and network, at most: as the system counts them."""
    network, X, y = _problem(rows)
    diagnose(network, X[:_BLOCK], y[:_BLOCK], "categorical_cross_entropy")
    Path("/proc/self/clear_refs").write_text("5")  # the largest size starts again from the present one
    before = memory_of_this_process("VmRSS")
    diagnose(network, X, y, "categorical_cross_entropy")
    return memory_of_this_process("VmHWM") - before


def live(number: int) -> dict[str, float]:
    """Return the fraction of the training time that `Live` takes at its default cadence, and how many snapshots."""
    case = TRAINING[number]
    X, y = case.data()
    start = MLP(Dense(W, b, h) for (W, b), h in zip(case.parameters(), _activations(case), strict=True))

    def training(epochs: int, *watchers: Live) -> float:
        began = time.perf_counter()
        trained = fit(
            start,
            X,
            y,
            loss="categorical_cross_entropy",
            optimizer=Adam(case.rate),
            epochs=epochs,
            batch_size=case.batch,
            rng=0,
            callbacks=watchers,
            progress=False,
        )
        if trained.stopped == "interrupted":
            raise KeyboardInterrupt
        return time.perf_counter() - began

    training(1)  # warms up
    epochs = max(10, round(LIVE_SECONDS / training(1)))
    watcher = Live(X, y, "categorical_cross_entropy", on_finding=lambda finding: None)
    seconds = training(epochs, watcher)
    return {
        "fraction": watcher.fraction,
        "snapshots": len(watcher.snapshots),
        "epochs": epochs,
        "seconds": seconds,
    }


def measured(kind: str, *arguments: int, threads: int) -> Any:
    """Run one of the measurements above in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.diagnosis", kind, *map(str, arguments)]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment(threads))
    return json.loads(run.stdout)


def _problem(rows: int) -> tuple[MLP, NDArray[np.float32], NDArray[np.int64]]:
    rng = np.random.default_rng(6)
    X = rng.standard_normal((rows, SHAPE[0]), dtype=np.float32)
    return initialize(SHAPE, "relu", "softmax", rng=7), X, rng.integers(0, SHAPE[-1], rows)


def _activations(case: TrainingCase) -> list[str]:
    return ["relu"] * (len(case.shape) - 2) + ["softmax"]


if __name__ == "__main__":
    kind, *given = sys.argv[1:]
    measurement: Callable[..., Any] = {"passes": passes, "peak": peak, "live": live}[kind]
    print(json.dumps(measurement(*map(int, given))))

"""One process per contender, taking turns; correctness before time, medians with their spread."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import ElementwiseCase, ForwardCase, TrainingCase
from benchmarks.truth import agrees

# Settings of the environment that choose a slower NumPy kernel than the processor deserves.
_REMOVED = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "MULTILAYER_NUM_THREADS")

PACKAGES = {
    "multilayer_peer": "multilayer",
    "numpy_peer": "numpy",
    "scipy_peer": "scipy",
    "torch_peer": "torch",
    "onnxruntime_peer": "onnxruntime",
    "jax_peer": "jax",
    "sklearn_peer": "sklearn",
}

TRAINERS = {
    "multilayer_peer": "multilayer",
    "sklearn_peer": "sklearn",
    "torch_peer": "torch",
    "torch_compiled_peer": "torch",
    "jax_peer": "jax",
}


@dataclass(frozen=True)
class Timing:
    """Median and quartiles, in nanoseconds per call."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Outcome:
    """One case: the timing of each contender that has the work, and why others have none."""

    case: str
    timings: dict[str, Timing]
    excluded: dict[str, str] = field(default_factory=dict)

    def ratio(self) -> float | None:
        """Time of the fastest peer over ours; above 1 we are faster."""
        ours = self.timings.get("multilayer")
        peers = [timing.median for name, timing in self.timings.items() if name != "multilayer"]
        return min(peers) / ours.median if ours and peers else None

    def fastest_peer(self, but: str = "") -> str:
        """Name of the fastest peer, but for one."""
        peers = {name: t.median for name, t in self.timings.items() if name not in ("multilayer", but)}
        return min(peers, key=peers.__getitem__) if peers else ""


def environment(threads: int) -> dict[str, str]:
    """Return this process's environment for one that may use so many processors."""
    kept = {key: value for key, value in os.environ.items() if key not in _REMOVED}
    return kept | dict.fromkeys(_THREADS, str(threads))


class Contender:
    """A worker process that stays alive over all cases, and is stopped while others have their turn.

    Threads of a pool that look out for more work would take a processor from whoever is timed next.
    """

    def __init__(self, module: str, threads: int) -> None:
        self.name = module.removesuffix("_peer")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker", module, str(threads)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(threads),
        )

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.process.send_signal(signal.SIGSTOP)
        return answer

    def __enter__(self) -> Contender:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def race(
    kind: str,
    cases: Sequence[ForwardCase] | Sequence[ElementwiseCase] | Sequence[TrainingCase],
    *,
    threads: int,
    rounds: int,
    seconds: float,
    packages: Mapping[str, str] = PACKAGES,
) -> list[Outcome]:
    """Run every case through every installed contender."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        contenders = [
            stack.enter_context(Contender(module, threads))
            for module, package in packages.items()
            if find_spec(package)
        ]
        outcomes = []
        for case in cases:
            outcomes.append(_race_one(kind, case, contenders, Path(folder), rounds, seconds))
            print(_line(outcomes[-1]), flush=True)
        return outcomes


def _race_one(
    kind: str,
    case: ForwardCase | ElementwiseCase | TrainingCase,
    contenders: Sequence[Contender],
    folder: Path,
    rounds: int,
    seconds: float,
) -> Outcome:
    ready, excluded = [], {}
    for contender in contenders:
        result = folder / f"{contender.name}.npy"
        answer = contender.ask({"prepare": [kind, asdict(case)], "result": str(result)})
        if answer["ready"] and agrees(case, _loaded(result)):
            ready.append(contender)
        elif answer["ready"]:
            excluded[contender.name] = "wrong result"
        elif "error" in answer:
            excluded[contender.name] = answer["error"]
    samples: dict[str, list[float]] = {contender.name: [] for contender in ready}
    for round_ in range(rounds + 1):
        for contender in ready:
            ns = contender.ask({"time": seconds})["ns"]
            if round_:  # the first round warms up
                samples[contender.name].append(ns)
    timings = {
        name: Timing(*(float(np.percentile(values, q)) for q in (50, 25, 75)))
        for name, values in samples.items()
    }
    return Outcome(case.name, timings, excluded)


def _loaded(path: Path) -> NDArray[Any]:
    loaded: NDArray[Any] = np.load(path, allow_pickle=False)
    path.unlink()
    return loaded


def _line(outcome: Outcome) -> str:
    times = "  ".join(f"{name} {readable(t.median)}" for name, t in outcome.timings.items())
    ratio = outcome.ratio()
    return f"{outcome.case:<34} {f'{ratio:.2f}x' if ratio else '-':>7}  {times}"


def readable(ns: float) -> str:
    """A time with three significant digits and its unit."""
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"

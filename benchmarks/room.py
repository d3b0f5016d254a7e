"""The memory of a training at its fullest, as the system sees it: each case in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from multilayer import fit, initialize, train
from multilayer.training import EarlyStopping

SHAPE, ROWS, BATCH = (1024, 4096, 1024, 16), 256, 32
CASES: dict[str, dict[str, Any]] = {
    "Adam": {},
    "Adam, validation": {"validation": 0.25},
    "Adam, validation, best weights kept": {"validation": 0.25, "stopping": EarlyStopping(5)},
    "Adam, dropout": {"dropout": 0.5},
}


def measured_copies() -> dict[str, tuple[float, float]]:
    """Return the largest memory during and at the end of training, by case, in copies of the parameters.

    The network has 8.4 million parameters in float32; activations of a batch are 0.02 copies.
    """
    return {
        name: tuple(json.loads(subprocess.check_output([sys.executable, "-m", "benchmarks.room", name])))
        for name in CASES
    }


def memory_of_this_process(field: str) -> int:
    """Return bytes by the system's name: VmRSS for those in use, VmHWM for the most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return 1024 * int(line.split()[1])
    raise OSError(f"the system does not tell {field}")


def _measure(name: str) -> tuple[float, float]:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((ROWS, SHAPE[0])).astype(np.float32), np.arange(ROWS) % SHAPE[-1]
    network = initialize(SHAPE, "relu", "softmax", rng=0, dtype=np.float32)
    size = sum(layer.W.nbytes + layer.b.nbytes for layer in network.layers)
    # What is loaded once is loaded before.
    small = initialize((1024, 2, 16), "relu", "softmax", rng=0, dtype=np.float32)
    fit(small, X, y, loss="cross_entropy", epochs=1, rng=0, progress=False, **CASES[name])
    before = memory_of_this_process("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak is counted from now on
    training = train(network, X, y, loss="cross_entropy", epochs=3, batch_size=BATCH, rng=0, **CASES[name])
    during = 0
    for _ in training:
        during = memory_of_this_process("VmHWM")
    trained = training.trained  # alive while it is measured
    end = memory_of_this_process("VmHWM")
    assert len(trained.history) == 3
    return (during - before) / size, (end - before) / size


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))

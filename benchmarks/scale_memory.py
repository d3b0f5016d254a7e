"""An epoch over Parquet that may be larger than memory, beside one over an array: each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import multilayer
from benchmarks.room import memory_of_this_process

__all__ = ["INPUTS", "epoch", "write"]

INPUTS = 20
_CLASSES = 5
_FILE, _GROUP = 2**22, 2**18
"""Rows of a file, and of its row groups."""


def write(folder: Path, rows: int) -> None:
    """Write so many rows of numbers and a class as files of Parquet."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir()
    for number, begin in enumerate(range(0, rows, _FILE)):
        X, y = _samples(number, min(_FILE, rows - begin))
        columns = {f"x{place}": X[:, place] for place in range(INPUTS)} | {"y": y}
        pq.write_table(
            pa.table(columns), folder / f"{number:03}.parquet", row_group_size=_GROUP, compression="none"
        )


def _samples(seed: int, rows: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    X = np.random.default_rng(seed).standard_normal((rows, INPUTS), np.float32)
    weights = np.random.default_rng(0).standard_normal((INPUTS, _CLASSES)).astype(np.float32)
    return X, np.tanh(X @ weights).argmax(axis=1).astype(np.int32)


def epoch(source: Path | int) -> tuple[float, float]:
    """Return the seconds of an epoch, and the largest memory in GB, in a process of its own.

    `source` is a folder of files, or the number of rows of an array.
    """
    found = subprocess.check_output([sys.executable, "-m", "benchmarks.scale_memory", str(source)])
    seconds, gigabytes = json.loads(found)
    return seconds, gigabytes


def _measure(source: str) -> tuple[float, float]:
    X, y = _samples(0, int(source)) if source.isdecimal() else (_blocks(source), None)
    net = multilayer.initialize((INPUTS, 64, 64, _CLASSES), "relu", "softmax", rng=0)
    begun = time.perf_counter()
    multilayer.fit(
        net, X, y, loss="cross_entropy", optimizer="adam", epochs=1, batch_size=256, rng=0, progress=False
    )
    return time.perf_counter() - begun, memory_of_this_process("VmHWM") / 1e9


def _blocks(folder: str) -> Any:
    from multilayer.tables import row_blocks

    return row_blocks(folder, "y")


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1])))

"""Predictions take the same memory for a fragment of any length, in one row group too."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multilayer.tables import Recipe, fit_table

pytestmark = pytest.mark.slow

_PROGRAM = """
import sys
from pathlib import Path
from multilayer.tables import score
def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
model, few, many, out = map(Path, sys.argv[1:])
score(model, few, out / "few")  # as long as a few batches
before = peak()
assert score(model, many, out / "many").rows == 2_000_000
print(peak() - before)
"""


def table(rows):
    rng = np.random.default_rng(0)
    return {f"c{number}": rng.standard_normal(rows) for number in range(4)}


def test_a_long_row_group(tmp_path):
    learned = table(300) | {"y": np.arange(300) % 3}
    model = fit_table(learned, "y", members=1, recipe=Recipe(hidden=(8,), epochs=1), progress=False)
    model.save(tmp_path / "model.safetensors")
    for name, rows in (("few", 300_000), ("many", 2_000_000)):  # 64 megabytes
        pq.write_table(pa.table(table(rows)), tmp_path / f"{name}.parquet", row_group_size=rows)
    files = [tmp_path / name for name in ("model.safetensors", "few.parquet", "many.parquet", "out")]
    found = subprocess.check_output([sys.executable, "-c", _PROGRAM, *map(str, files)], text=True)
    assert int(found) < 32

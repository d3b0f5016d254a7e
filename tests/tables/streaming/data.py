"""A table with columns of every kind, in files that are cut anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import feather

ROWS = 2400
SAMPLE = 600
"""Rows of the sample in tests: fewer than there are."""


def table(rows: int = ROWS, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    x, z = rng.standard_normal((2, rows))
    job = rng.choice(["clerk", "cook", " pilot ", "NA", None], rows, p=[0.4, 0.3, 0.1, 0.1, 0.1])
    rare = np.zeros(rows)
    rare[1201] = 7.0  # which is not in the sample of 600 rows
    return pa.table(
        {
            "x": pa.array(x, mask=rng.random(rows) < 0.1),
            "z": pa.array(z.astype(np.float32)),
            "count": rng.integers(0, 9, rows),
            "rare": rare,
            "constant": np.ones(rows),
            "job": pa.array(job.tolist()),
            "level": pa.array(rng.choice(["low", "mid", "high"], rows).tolist()).dictionary_encode(),
            "code": pa.array(rng.choice(["1", "2", "10"], rows).tolist()),
            "price": pa.array([f"{price:.1f} %" for price in rng.random(rows) * 50]),
            "day": pa.array([f"2024-01-{day:02}" for day in rng.integers(1, 29, rows)]),
            "when": pa.array(
                rng.integers(-(10**17), 10**17, rows), pa.timestamp("us"), mask=rng.random(rows) < 0.1
            ),
            "sure": pa.array((rng.random(rows) < 0.3).tolist()),
            "row": np.arange(1, rows + 1),
            "user_id": rng.permutation(rows),
            "name": [f"r{row}" for row in range(rows)],
            "words": [f"row {row} of all" for row in range(rows)],
            "nothing": pa.nulls(rows),
            "kind": pa.array(np.where(x + (job == "cook") > 0.3, "yes", "no").tolist()),
            "amount": 3.0 * x + z,
        }
    )


def without(given: pa.Table, *names: str) -> pa.Table:
    return given.drop_columns(list(names))


def written(given: pa.Table, folder: Path, cuts: Sequence[int] = (700, 1500), group: int = 230) -> Path:
    """Write a table to files, cut at these rows, the last one in the format of Arrow."""
    folder.mkdir(exist_ok=True)
    starts, ends = [0, *cuts], [*cuts, given.num_rows]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = given.slice(start, end - start)
        if number == len(cuts) and cuts:
            feather.write_feather(part, folder / f"{number}.arrow", chunksize=group)
        else:
            pq.write_table(part, folder / f"{number}.parquet", row_group_size=group, write_page_checksum=True)
    return folder


def transforms(encoder: Any) -> Any:
    """All that an encoder computes with, bit by bit."""
    return [
        (column.schema, [(one.kind, one.numbers().tobytes()) for one in column.transforms])
        for column in encoder.columns
    ]

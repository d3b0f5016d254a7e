"""The script that does the work of `multilayer predict` with pyarrow, NumPy and ONNX Runtime.

    python -m benchmarks.peers.pyarrow_onnxruntime FOLDER TABLE OUTPUT

FOLDER holds what `benchmarks.predict` exports of a model: encoder.json and an ONNX file for each network.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

ROWS = 16_384
"""As many rows at a time as this script is fastest with, of 4,096 to 131,072."""


def main(folder: str, table: str, output: str) -> None:
    """Read batches, encode them in float64, run the networks, and write ids, classes and probabilities."""
    plan = json.loads((Path(folder) / "encoder.json").read_text())
    sessions = [_session(str(path)) for path in sorted(Path(folder).glob("network*.onnx"))]
    names, classes = [column["name"] for column in plan["columns"]], np.array(plan["classes"])
    file = pq.ParquetFile(table)
    writer = None
    for batch in file.iter_batches(ROWS, columns=["id", *names]):
        x = np.concatenate([_inputs(batch[column["name"]], column) for column in plan["columns"]], axis=1)
        x = x.astype(np.float32)
        p = np.mean([_probabilities(session.run(None, {"x": x})[0], plan) for session in sessions], axis=0)
        answers = {"id": batch["id"], "prediction": classes[p.argmax(axis=1)]}
        answers |= {f"p({label})": p[:, place] for place, label in enumerate(classes)}
        rows = pa.table(answers)
        writer = writer or pq.ParquetWriter(output, rows.schema)
        writer.write_table(rows)
    if writer is not None:
        writer.close()


def _session(path: str) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])


def _probabilities(logits: NDArray[np.float32], plan: dict[str, Any]) -> NDArray[np.float64]:
    a = logits.astype(np.float64) / plan["temperature"]
    e = np.exp(a - a.max(axis=1, keepdims=True))
    rows, p = plan["rows"], e / e.sum(axis=1, keepdims=True)
    return (rows * p + 1 / p.shape[1]) / (rows + 1)


def _inputs(values: Any, column: dict[str, Any]) -> NDArray[np.float64]:
    if "categories" in column:
        codes = {category: code for code, category in enumerate(column["categories"])}
        encoded = values.dictionary_encode()
        place = np.array([codes.get(text, -1) for text in encoded.dictionary.to_pylist()])
        known = place[encoded.indices.to_numpy(zero_copy_only=False)]
        return np.array(column["table"])[known]
    x = values.to_numpy(zero_copy_only=False)
    missing = np.isnan(x)
    z = (x - column["center"]) * column["scale"]
    parts = [np.where(missing, 0.0, z / np.sqrt(1 + (z / 3) ** 2))[:, np.newaxis]]
    if column["edges"]:
        edges = np.array(column["edges"])
        filled = np.where(missing, column["center"], x)
        parts.append(np.clip((filled[:, np.newaxis] - edges[:-1]) / np.diff(edges), 0.0, 1.0))
    if column["missing"]:
        off, on = column["missing"]
        parts.append(np.where(missing, on, off)[:, np.newaxis])
    return np.concatenate(parts, axis=1)


if __name__ == "__main__":
    main(*sys.argv[1:])

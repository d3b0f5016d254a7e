"""`multilayer predict` beside a script of pyarrow and ONNX Runtime: a Parquet file in, ids and probabilities out.

Both have a process of their own for each run, and take turns. Seconds of the clock and of the processor are measured,
and the most memory. Probabilities are compared before anything is timed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.race import environment

__all__ = ["CASES", "Case", "Run", "Verdict", "measured", "median_of", "summary"]

NUMBERS, GAPPY, CATEGORIES, LEVELS = 27, 3, 4, 6
"""Columns of the table beside its id; of the numbers so many have gaps."""
_TRAINED = 20_000
_GROUP = 131_072
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Case:
    """A model: how many networks, and what of the recipe is not the default."""

    name: str
    members: int
    recipe: dict[str, Any]


CASES = (
    Case("8 networks, the default", 8, {}),
    Case("1 network of 64-64, no bins", 1, {"hidden": (64, 64), "bins_of_classes": 0}),
)


@dataclass(frozen=True)
class Run:
    """One run of one contender."""

    seconds: float
    processor_seconds: float
    peak_bytes: int


@dataclass(frozen=True)
class Verdict:
    """Both contenders on one case: medians, and what our memory grows by with the rows."""

    case: str
    rows: int
    ours: Run
    theirs: Run
    small: Run
    """Ours on 1,000 rows."""


def measured(case: Case, rows: int, rounds: int, threads: int, folder: Path) -> Verdict:
    """Make the table and the model, check that both contenders agree, and time them in turns."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])  # of all processes that are started
    table, few = folder / f"rows{rows}.parquet", folder / "few.parquet"
    model, export = folder / f"{case.members}.model.safetensors", folder / f"{case.members}.export"
    # In a process of its own: the most memory of a process counts from that of the one that started it.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        pool.submit(_prepare, case, {table: rows, few: 1000}, model, export).result()
    ours = [sys.executable, "-m", "multilayer", "predict", str(model)]
    theirs = [sys.executable, "-m", "benchmarks.peers.pyarrow_onnxruntime", str(export)]
    outputs = [folder / "ours.parquet", folder / "theirs.parquet"]

    def run(command: Sequence[str], source: Path, output: Path) -> Run:
        more = ["-o", str(output), "--proba"] if command is ours else [str(output)]
        return _timed([*command, str(source), *more], threads)

    small = run(ours, few, outputs[0])
    run(theirs, few, outputs[1])
    _check(*outputs)
    found: tuple[list[Run], list[Run]] = [], []
    for _ in range(rounds):
        for command, output, runs in zip((ours, theirs), outputs, found, strict=True):
            runs.append(run(command, table, output))
            print(f"{case.name}, {output.stem}: {runs[-1]}", flush=True)
    _check(*outputs)
    return Verdict(case.name, rows, median_of(found[0]), median_of(found[1]), small)


def median_of(runs: Sequence[Run]) -> Run:
    """Return the median of each figure."""
    columns = zip(*(asdict(run).values() for run in runs), strict=True)
    seconds, processor, peak = (float(np.median(column)) for column in columns)
    return Run(seconds, processor, int(peak))


def summary(verdict: Verdict) -> str:
    """Return a line about a case."""
    ours, theirs = verdict.ours, verdict.theirs
    return (
        f"{verdict.case}, {verdict.rows:,} rows: {ours.seconds:.1f} s beside {theirs.seconds:.1f} s, "
        f"{theirs.seconds / ours.seconds:.2f} x; of the processor {ours.processor_seconds:.1f} beside "
        f"{theirs.processor_seconds:.1f}, {theirs.processor_seconds / ours.processor_seconds:.2f} x; memory "
        f"{ours.peak_bytes / 2**20:.0f} MiB beside {theirs.peak_bytes / 2**20:.0f}, "
        f"{(ours.peak_bytes - verdict.small.peak_bytes) / 2**20:+.0f} MiB over that of 1,000 rows"
    )


def _timed(command: Sequence[str], threads: int) -> Run:
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=environment(threads),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said}")
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss)


def _check(ours: Path, theirs: Path) -> None:
    import pyarrow.parquet as pq

    tables = [pq.read_table(path) for path in (ours, theirs)]
    for name in tables[1].column_names:
        one, other = (table[name].to_numpy() for table in tables)
        if name.startswith("p("):
            if not np.allclose(one, other, rtol=0, atol=_TOLERANCE):
                raise AssertionError(f"{name} differs by {np.abs(one - other).max()}")
        elif np.mean(one == other) < 1 - _TOLERANCE:  # rounding may turn a tie
            raise AssertionError(f"{name} differs in {np.mean(one != other):.2%} of the rows")


def _prepare(case: Case, tables: dict[Path, int], model: Path, export: Path) -> None:
    for path, rows in tables.items():
        if not path.exists():
            _write_table(path, rows)
    _train(case, model, export)


def _columns(rows: int, seed: int) -> dict[str, Any]:
    """Return the columns of a table: half of the numbers in full digits, half of them with two decimals."""
    rng = np.random.default_rng(seed)
    columns: dict[str, Any] = {"id": np.arange(rows)}
    for place in range(NUMBERS):
        values = rng.normal(size=rows)
        if place % 2:
            values = (100 * values).round(2)
        if place < GAPPY:
            values[rng.random(rows) < 0.05] = np.nan
        columns[f"x{place + 1}"] = values
    levels = np.array([f"level {place}" for place in range(LEVELS)])
    for place in range(CATEGORIES):
        columns[f"c{place + 1}"] = levels[rng.integers(0, LEVELS, rows)]
    return columns


def _write_table(path: Path, rows: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer = None
    for start in range(0, rows, _GROUP):
        columns = _columns(min(_GROUP, rows - start), start + 1)
        columns["id"] = columns["id"] + start
        part = pa.table({name: pa.array(values, from_pandas=True) for name, values in columns.items()})
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()


def _train(case: Case, path: Path, export: Path) -> None:
    """Write a model, and what the script needs of it: three epochs, as predictions take the same time after more."""
    from multilayer.tables import Recipe, fit_table

    columns = _columns(_TRAINED, 0)
    del columns["id"]
    noise = np.random.default_rng(1).normal(size=_TRAINED)
    score = np.nan_to_num(columns["x1"]) + columns["x5"] + (columns["c1"] == "level 0") + noise
    columns["y"] = np.where(score > 0, "yes", "no")
    model = fit_table(
        columns, "y", members=case.members, recipe=Recipe(epochs=3, **case.recipe), rng=0, progress=False
    )
    model.save(path)
    export.mkdir(exist_ok=True)
    calibration = model.calibration
    assert calibration is not None
    plan = {
        "classes": list(model.target.classes),
        "temperature": calibration.temperature,
        "rows": calibration.rows,
        "columns": [_plan_of(column) for column in model.encoder.columns],
    }
    (export / "encoder.json").write_text(json.dumps(plan))
    for number, network in enumerate(model.networks):
        _write_onnx(export / f"network{number}.onnx", network)


def _plan_of(column: Any) -> dict[str, Any]:
    plan: dict[str, Any] = {"name": column.schema.name, "edges": [], "missing": []}
    for transform in column.transforms:
        if transform.kind == "scaled":
            plan |= {"center": transform.center, "scale": transform.scale}
        elif transform.kind == "binned":
            plan["edges"] = transform.edges.tolist()
        elif transform.kind == "missing":
            plan["missing"] = [transform.off, transform.on]
        else:
            on, off = np.diag(transform.on), transform.off * (1 - np.eye(len(transform.on)))
            plan |= {
                "categories": column.schema.categories,
                "table": [*(on + off).tolist(), transform.off.tolist()],
            }
    return plan


def _write_onnx(path: Path, network: Any) -> None:
    """Write a network with the weighted sums of its last layer as outputs."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, name = [], [], "x"
    for place, layer in enumerate(network.layers):
        weights += [
            numpy_helper.from_array(layer.W, f"W{place}"),
            numpy_helper.from_array(layer.b, f"b{place}"),
        ]
        last = place == len(network.layers) - 1
        nodes.append(
            helper.make_node("Gemm", [name, f"W{place}", f"b{place}"], ["y" if last else f"a{place}"])
        )
        if not last:
            name = f"z{place}"
            nodes.append(helper.make_node(layer.activation.facts.onnx, [f"a{place}"], [name]))
    ends = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", units])]
        for name, units in (("x", network.widths[0]), ("y", network.widths[-1]))
    ]
    graph = helper.make_graph(nodes, "network", *ends, weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9), path)

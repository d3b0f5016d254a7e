"""ONNX Runtime, and ONNX's own evaluator: the other side of a proof. The only importer of onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, one_line
from multilayer.exchange.imported import Runner
from multilayer.exchange.onnx import protobuf
from multilayer.exchange.onnx.graph import Value
from multilayer.exchange.onnx.tables import OUTPUT
from multilayer.exchange.proof import Proof
from multilayer.exchange.table_proof import Rows, compared
from multilayer.tables import Column, Columns, Model

__all__ = ["program", "prove_table", "run", "run_network", "run_table"]

Outputs = Callable[[NDArray[Any]], Mapping[str, NDArray[Any]]]
TableOutputs = Callable[[Mapping[str, Any]], Mapping[str, NDArray[Any]]]


def run(path: Path) -> tuple[Outputs, str] | None:
    """Return what gives the outputs of a model by name, and its name; None where nothing is installed."""
    loaded = _loaded(path)
    if loaded is not None:
        session, by = loaded
        outputs, start = _outputs_of(session, by), session.get_inputs()[0].name
        return lambda x: outputs({start: x}), by
    evaluator, by = protobuf.evaluator(path), "ONNX's evaluator"
    if evaluator is None:
        return None
    names, start = [value.name for value in evaluator.proto_.graph.output], evaluator.input_names[0]

    def evaluate(x: NDArray[Any]) -> Mapping[str, NDArray[Any]]:
        with _failures_of(by):
            return dict(zip(names, evaluator.run(None, {start: x}), strict=True))

    return evaluate, by


def _loaded(path: Path) -> tuple[Any, str] | None:
    """Return a session of ONNX Runtime; None where it is not installed, or has no kernel of an operator in a type."""
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception:  # noqa: BLE001  (its own classes of errors)
        return None
    return session, fill("ONNX Runtime {version}", version=onnxruntime.__version__)


def program(path: Path, name: str, column: int | None, start: Value) -> tuple[Runner, str] | None:
    """Return a function from rows to one output of a model, or a column of it, and the name of what runs it."""
    found = run(path)
    if found is None:
        return None
    outputs, by = found
    whole = _of_output(outputs, name, start)
    return (whole if column is None else (lambda x: whole(x)[:, column : column + 1])), by


def _of_output(run: Outputs, name: str, start: Value) -> Runner:
    batch, *sizes = start.shape or (None, None)
    kind = start.kind or "float32"

    def rows(x: NDArray[Any]) -> NDArray[Any]:
        given = x.astype(kind)
        if None not in sizes:
            given = given.reshape(-1, *sizes)
        count = len(given)
        if batch is None:
            return np.asarray(run(given)[name]).reshape(count, -1)
        padded = np.concatenate([given, np.repeat(given[:1], -count % batch, axis=0)])
        parts = [
            np.asarray(run(part)[name]).reshape(batch, -1) for part in np.split(padded, len(padded) // batch)
        ]
        return np.concatenate(parts)[:count]

    return rows


def run_table(path: Path) -> tuple[TableOutputs, str] | None:
    """Return what gives the outputs of a model of several inputs by name; None where nothing is installed."""
    loaded = _loaded(path)
    return None if loaded is None else (_outputs_of(*loaded), loaded[1])


def _outputs_of(session: Any, by: str) -> TableOutputs:
    """Return what a session of ONNX Runtime makes of inputs by name."""
    names = [value.name for value in session.get_outputs()]

    def run(inputs: Mapping[str, Any]) -> Mapping[str, NDArray[Any]]:
        with _failures_of(by):
            return dict(zip(names, session.run(None, dict(inputs)), strict=True))

    return run


@contextmanager
def _failures_of(by: str) -> Iterator[None]:
    """Refuse in one line what another program cannot run."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  (its own classes of errors)
        reason = one_line(str(error), 200)
        raise InputError("{program} failed: {error}", program=by, error=reason) from None


def run_network(path: Path) -> tuple[Runner, str] | None:
    """Return what runs a model that was written here, from rows to its first output."""
    found = run(path)
    if found is None:
        return None
    outputs, by = found
    return lambda x: np.asarray(next(iter(outputs(x).values()))), by


def prove_table(model: Model, path: Path, given: Columns | None = None) -> Proof | None:
    """Return how far the answers of a file of ours are from the model's; None where no program is installed."""
    found = run_table(path)
    if found is None:
        return None
    run, by = found
    name = OUTPUT[model.target.task]
    columns = Rows().of(model, given)
    return compared(model, lambda columns: run({one.name: _input(one) for one in columns})[name], by, columns)


def _input(column: Column) -> NDArray[Any]:
    if column.kind == "number":
        return column.values[:, np.newaxis]
    return np.array([["" if text is None else text] for text in column.texts()], object)

"""ONNX Runtime, and ONNX's own evaluator: the other side of a proof. The only importer of onnxruntime."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill, one_line
from multilayer.exchange.imported import Runner
from multilayer.exchange.onnx import protobuf
from multilayer.exchange.onnx.graph import Value

__all__ = ["program", "run", "run_network", "run_table"]

Outputs = Callable[[NDArray[Any]], Mapping[str, NDArray[Any]]]


def run(path: Path) -> tuple[Outputs, str] | None:
    """Return what gives the outputs of a model by name, and its name; None where nothing is installed."""
    session = _session(path)
    if session is not None:
        return session
    try:
        evaluator = protobuf.evaluator(path)
    except MissingExtraError:
        return None
    names = [value.name for value in evaluator.proto_.graph.output]
    start = evaluator.input_names[0]
    return lambda x: dict(zip(names, evaluator.run(None, {start: x}), strict=True)), "ONNX's evaluator"


def _session(path: Path) -> tuple[Outputs, str] | None:
    loaded = _loaded(path)
    if loaded is None:
        return None
    session, by = loaded
    start = session.get_inputs()[0].name
    names = [value.name for value in session.get_outputs()]
    return lambda x: dict(zip(names, session.run(None, {start: x}), strict=True)), by


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


def run_table(path: Path) -> tuple[Callable[[Mapping[str, Any]], Mapping[str, NDArray[Any]]], str] | None:
    """Return what gives the outputs of a model of several inputs by name; None where nothing is installed."""
    session = _loaded(path)
    if session is None:
        return None
    loaded, by = session
    names = [value.name for value in loaded.get_outputs()]

    def run(inputs: Mapping[str, Any]) -> Mapping[str, NDArray[Any]]:
        try:
            return dict(zip(names, loaded.run(None, dict(inputs)), strict=True))
        except Exception as error:  # noqa: BLE001  (its own classes of errors)
            reason = one_line(str(error), 200)
            raise InputError("{program} failed: {error}", program=by, error=reason) from None

    return run, by


def run_network(path: Path) -> tuple[Runner, str] | None:
    """Return what runs a model that was written here, from rows to its first output."""
    found = run(path)
    if found is None:
        return None
    outputs, by = found
    return lambda x: np.asarray(next(iter(outputs(x).values()))), by

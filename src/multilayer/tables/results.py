"""Results out: what a network said of each sample, as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer import storage
from multilayer.activations.description import describe
from multilayer.errors import InputError
from multilayer.network import MLP, LayerRecord
from multilayer.storage import AnyPath, shown

__all__ = ["Results", "result_object", "to_csv", "to_json", "write_results"]


@dataclass(frozen=True, eq=False)
class Results:
    """What a network said of samples: y of shape (samples, units), a class each, and perhaps every layer."""

    network: MLP
    y: NDArray[Any]
    classes: Sequence[Any] | NDArray[Any]
    trace: Sequence[LayerRecord] | None = None


def result_object(results: Results) -> dict[str, Any]:
    """Return the results as plain lists and dictionaries, ready for JSON.

    Numbers are Python floats, which hold float32 and float64 exactly. JSON has no number that is not finite:
    nan and infinities stand as the strings "nan", "inf" and "-inf", which `float()` reads back.

    Returns
    -------
    dict
        "network": its "shape", "dtype", "inputs" and "classes" (None where it names none); "y": a list per
        sample; "classes": a label, or an index from 0, per sample; with a trace "layers": of each layer "x",
        "a", "z", "W", "b" and "activation", as a network file writes it.
    """
    network = results.network
    found: dict[str, Any] = {
        "network": {
            "shape": list(network.shape),
            "dtype": network.dtype.name,
            "inputs": network.inputs,
            "classes": network.classes,
        },
        "y": _plain(results.y),
        "classes": np.asarray(results.classes).tolist(),
    }
    if results.trace is not None:
        found["layers"] = [_layer(record) for record in results.trace]
    return found


def to_json(found: Any) -> bytes:
    """Return plain data as JSON; every number is the shortest decimal that reads back bit for bit."""
    return msgspec.json.encode(found) + b"\n"


def to_csv(results: Results) -> bytes:
    """Return y and the class of each sample as CSV in UTF-8, in digits that read back bit for bit.

    The header names the outputs, by the labels or else as y1, y2, and so on; the last column is "class".
    """
    names = results.network.output_names or [f"y{unit}" for unit in range(1, results.y.shape[-1] + 1)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "class"])
    for outputs, label in zip(results.y.tolist(), np.asarray(results.classes).tolist(), strict=True):
        writer.writerow([*map(repr, outputs), label])
    return text.getvalue().encode("utf-8")


_FORMATS: dict[str, Callable[[Results], bytes]] = {
    ".csv": to_csv,
    ".json": lambda results: to_json(result_object(results)),
}


def write_results(results: Results, path: AnyPath) -> None:
    """Write the results to a file, whole or not at all: CSV (.csv) or JSON (.json), by its suffix.

    Raises
    ------
    InputError
        For another suffix, or a file that cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        found = f"found {shown(suffix)}" if suffix else "found no suffix"
        raise InputError(f"{shown(path)}: expected a name that ends in {' or '.join(_FORMATS)}, {found}")
    storage.write(path, _FORMATS[suffix](results))


def _layer(record: LayerRecord) -> dict[str, Any]:
    numbers = {"x": record.x, "a": record.a, "z": record.z, "W": record.layer.W, "b": record.layer.b}
    arrays = {name: _plain(array) for name, array in numbers.items()}
    return arrays | {"activation": describe(record.layer.activation)}


def _plain(array: NDArray[Any]) -> Any:
    if np.isfinite(array).all():
        return array.tolist()
    return np.where(np.isfinite(array), array.astype(object), array.astype(np.str_)).tolist()

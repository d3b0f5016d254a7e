"""Results out: what a network said of each sample, as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
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
from multilayer.wording import located

__all__ = ["result_object", "to_csv", "to_json", "write_results"]


Classes = Sequence[Any] | NDArray[Any]
Records = Sequence[LayerRecord] | None


def result_object(network: MLP, y: NDArray[Any], classes: Classes, trace: Records = None) -> dict[str, Any]:
    """Return what the network said of samples as plain lists and dictionaries, ready for JSON.

    Numbers are Python floats, which hold float32 and float64 exactly. JSON has no number that is not finite:
    nan and infinities stand as the strings "nan", "inf" and "-inf", which `float()` reads back.

    Parameters
    ----------
    network : MLP
        The network.
    y : array, shape (samples, units)
        Its outputs.
    classes : sequence
        A label or an index for each sample.
    trace : sequence of LayerRecord, optional
        What every layer did.

    Returns
    -------
    dict
        "network": its "shape", "dtype", "inputs" and "classes" (None where it names none); "y": a list per
        sample; "classes": a label, or an index from 0, per sample; with a trace "layers": of each layer "x",
        "a", "z", "W", "b" and "activation", as a network file writes it.
    """
    found: dict[str, Any] = {
        "network": {
            "shape": list(network.shape),
            "dtype": network.dtype.name,
            "inputs": network.inputs,
            "classes": network.classes,
        },
        "y": _plain(y),
        "classes": np.asarray(classes).tolist(),
    }
    if trace is not None:
        found["layers"] = [_layer(record) for record in trace]
    return found


def to_json(found: Any) -> bytes:
    """Return plain data as JSON; every number is the shortest decimal that reads back bit for bit."""
    return msgspec.json.encode(found)


def to_csv(network: MLP, y: NDArray[Any], classes: Classes) -> bytes:
    """Return y and the class of each sample as CSV in UTF-8, in digits that read back bit for bit.

    The header names the outputs, by the labels or else as y1, y2, and so on; the last column is "class".
    """
    names = network.output_names or [f"y{unit}" for unit in range(1, y.shape[-1] + 1)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*names, "class"])
    for outputs, label in zip(y.tolist(), np.asarray(classes).tolist(), strict=True):
        writer.writerow([*map(repr, outputs), label])
    return text.getvalue().encode("utf-8")


def write_results(
    path: AnyPath, network: MLP, y: NDArray[Any], classes: Classes, trace: Records = None
) -> None:
    """Write the results to a file, whole or not at all: CSV (.csv) or JSON (.json), by its suffix.

    Raises
    ------
    InputError
        For another suffix, a trace that is to go into CSV, or a file that cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in _FORMATS:
        found = f"found {shown(suffix)}" if suffix else "found no suffix"
        raise InputError(f"{shown(path)}: expected a name that ends in {' or '.join(_FORMATS)}, {found}")
    with located(shown(path)):
        content = _FORMATS[suffix](network, y, classes, trace)
    storage.write(path, content)


def _csv_file(network: MLP, y: NDArray[Any], classes: Classes, trace: Records) -> bytes:
    if trace is not None:
        raise InputError("a CSV file has no place for a trace; write to a .json file")
    return to_csv(network, y, classes)


def _json_file(network: MLP, y: NDArray[Any], classes: Classes, trace: Records) -> bytes:
    return to_json(result_object(network, y, classes, trace)) + b"\n"


_FORMATS: dict[str, Callable[[MLP, NDArray[Any], Classes, Records], bytes]] = {
    ".csv": _csv_file,
    ".json": _json_file,
}


def _layer(record: LayerRecord) -> dict[str, Any]:
    numbers = {"x": record.x, "a": record.a, "z": record.z, "W": record.layer.W, "b": record.layer.b}
    arrays = {name: _plain(array) for name, array in numbers.items()}
    return arrays | {"activation": describe(record.layer.activation)}


def _plain(array: NDArray[Any]) -> Any:
    if np.isfinite(array).all():
        return array.tolist()
    return np.where(np.isfinite(array), array.astype(object), array.astype(np.str_)).tolist()

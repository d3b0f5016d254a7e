"""Results out: what a network said of each sample, as CSV or JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath, shown
from multilayer._base.strict_json import plain, to_json
from multilayer.activations.table import describe
from multilayer.network import MLP, LayerRecord

__all__ = ["named_apart", "result_object", "to_csv", "write_results"]

T = TypeVar("T")


Classes = Sequence[Any] | NDArray[Any] | None
Records = Sequence[LayerRecord] | None
Carried = Sequence[tuple[str, Sequence[str]]]
"""Columns of a table that go through unchanged: their names and cells."""


def result_object(
    network: MLP,
    y: NDArray[Any],
    classes: Classes = None,
    trace: Records = None,
    carried: Carried = (),
) -> dict[str, Any]:
    """Return what the network said of samples as plain lists and dictionaries, ready for JSON.

    Numbers are Python floats, which hold float32 and float64 exactly. JSON has no number that is not finite:
    nan and infinities stand as the strings "nan", "inf" and "-inf", which `float()` reads back.

    Parameters
    ----------
    network : MLP
        The network.
    y : array, shape (samples, units)
        Its outputs.
    classes : sequence, optional
        A label or an index for each sample, where the outputs stand for classes.
    trace : sequence of LayerRecord, optional
        What every layer did.
    carried : sequence of (name, cells), optional
        Columns of the samples' table that the network does not take.

    Returns
    -------
    dict
        "network": its "shape", "dtype", "inputs" and "classes" (None where it names none); "y": a list per
        sample; "classes": a label, or the index of the largest output from 0, per sample, or None; where there are
        some "columns": the cells of other columns as text, by name, one per sample; with a trace "layers": of each
        layer "x", "a", "z", "W", "b" and "activation", as a network file writes it.
    """
    found: dict[str, Any] = {
        "network": {
            "shape": list(network.shape),
            "dtype": network.dtype.name,
            "inputs": network.inputs,
            "classes": network.classes,
        },
        "y": plain(y),
        "classes": None if classes is None else np.asarray(classes).tolist(),
    }
    if carried:
        found["columns"] = {name: list(cells) for name, cells in named_apart(carried).items()}
    if trace is not None:
        found["layers"] = [_layer(record) for record in trace]
    return found


def to_csv(network: MLP, y: NDArray[Any], classes: Classes = None, carried: Carried = ()) -> bytes:
    """Return y and the class of each sample as CSV in UTF-8, in digits that read back bit for bit.

    First come the columns that are carried, as they are. The header names the outputs, by the labels or else as y1,
    y2, and so on; the last column is "class", where there are classes. A carried column whose name is taken by one of
    these gets another, `named_apart`.
    """
    names = [*(network.output_names or (f"y{unit}" for unit in range(1, y.shape[-1] + 1)))]
    labels = [] if classes is None else [np.asarray(classes).tolist()]
    ours = [*names, "class"] if labels else names
    columns = named_apart(carried, ours)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*columns, *ours])
    for *cells, outputs in zip(*columns.values(), *labels, y.tolist(), strict=True):
        before, label = (cells[:-1], cells[-1:]) if labels else (cells, [])
        writer.writerow([*before, *map(repr, outputs), *label])
    return text.getvalue().encode("utf-8")


def named_apart(columns: Iterable[tuple[str, T]], taken: Iterable[str] = ()) -> dict[str, T]:
    """Return columns by name; one whose name is taken gets the next number that is free: "class (2)".

    >>> named_apart([("id", 1), ("class", 2), ("id", 3)], ["y1", "class"])
    {'id': 1, 'class (2)': 2, 'id (2)': 3}
    """
    known = set(taken)
    found = {}
    for name, column in columns:
        numbered = (f"{name} ({number})" for number in count(2))
        free = name if name not in known else next(other for other in numbered if other not in known)
        known.add(free)
        found[free] = column
    return found


def write_results(
    path: AnyPath,
    network: MLP,
    y: NDArray[Any],
    classes: Classes = None,
    trace: Records = None,
    carried: Carried = (),
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
        content = _FORMATS[suffix](network, y, classes, trace, carried)
    storage.write(path, content)


def _csv_file(network: MLP, y: NDArray[Any], classes: Classes, trace: Records, carried: Carried) -> bytes:
    if trace is not None:
        raise InputError("a CSV file has no place for a trace; write to a .json file")
    return to_csv(network, y, classes, carried)


def _json_file(network: MLP, y: NDArray[Any], classes: Classes, trace: Records, carried: Carried) -> bytes:
    return to_json(result_object(network, y, classes, trace, carried)) + b"\n"


_FORMATS: dict[str, Callable[[MLP, NDArray[Any], Classes, Records, Carried], bytes]] = {
    ".csv": _csv_file,
    ".json": _json_file,
}


def _layer(record: LayerRecord) -> dict[str, Any]:
    numbers = {"x": record.x, "a": record.a, "z": record.z, "W": record.layer.W, "b": record.layer.b}
    arrays = {name: plain(array) for name, array in numbers.items()}
    return arrays | {"activation": describe(record.layer.activation)}

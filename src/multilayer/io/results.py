"""Results of a network as CSV or JSON, and whether its outputs are classes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from enum import Enum
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer._base import storage
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.strict_json import plain
from multilayer._base.text import fill
from multilayer.activations import AlongAxis, LogSigmoid
from multilayer.activations.table import describe
from multilayer.network import MLP, LayerRecord

__all__ = ["Meaning", "meaning_of", "named_apart", "result_json", "result_object", "to_csv", "write_results"]

T = TypeVar("T")

Classes = Sequence[Any] | NDArray[Any] | None
Records = Sequence[LayerRecord] | None
Carried = Sequence[tuple[str, Sequence[str]]]
"""Columns of a table that are passed on unchanged: names and cells."""


class Meaning(Enum):
    """What the outputs of a network are."""

    CLASSES = "classes"
    """One class per sample."""
    EACH = "each"
    """A yes or no per output: the largest may be the class (one-hot), or several may hold (multi-label)."""
    QUANTITIES = "quantities"
    """Numbers, as in a regression."""


def meaning_of(network: MLP) -> Meaning:
    """Return what the outputs of a network are.

    They are classes where the network names its classes. Without names, several outputs that depend on each other (of
    softmax) are classes, and several bounded ones (of sigmoid) are independent. A single bounded output is one of two
    classes. All others (of the identity) are quantities.
    """
    activation, units = network.layers[-1].activation, network.widths[-1]
    if network.classes is not None or (isinstance(activation, AlongAxis) and units > 1):
        return Meaning.CLASSES
    interval = activation.facts.range
    bounded = interval.low >= -1.0 and interval.high <= 1.0
    if not bounded and not isinstance(activation, LogSigmoid):
        return Meaning.QUANTITIES
    return Meaning.EACH if units > 1 else Meaning.CLASSES


def result_object(
    network: MLP, y: NDArray[Any], classes: Classes = None, trace: Records = None, carried: Carried = ()
) -> dict[str, Any]:
    """Return the results for samples as plain lists and dictionaries, ready for JSON.

    Numbers are Python floats, which represent float32 and float64 exactly. As JSON has only finite numbers, nan and
    infinities are the strings "nan", "inf" and "-inf", which `float()` reads back.

    Parameters
    ----------
    network : MLP
        The network.
    y : array, shape (samples, units)
        Its outputs.
    classes : sequence, optional
        A label or an index for each sample, where the outputs are classes.
    trace : sequence of LayerRecord, optional
        The record of every layer.
    carried : sequence of (name, cells), optional
        Columns of the samples' table that the network does not use.

    Returns
    -------
    dict
        "network": "shape", "dtype", "inputs" and "classes" (None without names); "y": a list per sample; "classes": per
        sample a label or the 0-based index of the largest output, or None; "columns", where there are carried ones:
        cells as text, by name; "layers", with a trace: "x", "a", "z", "W", "b" and "activation" of each layer, as in a
        network file.
    """
    found: dict[str, Any] = {
        "network": {
            "widths": list(network.widths),
            "dtype": network.dtype.name,
            "inputs": network.input_names,
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


def result_json(
    network: MLP, y: NDArray[Any], classes: Classes = None, trace: Records = None, carried: Carried = ()
) -> bytes:
    """Return the JSON of `result_object`; every number is the shortest decimal that reads back bit for bit."""
    return msgspec.json.encode(result_object(network, y, classes, trace, carried))


def to_csv(network: MLP, y: NDArray[Any], classes: Classes = None, carried: Carried = ()) -> bytes:
    """Return y and the class of each sample as CSV in UTF-8, in digits that are read back bit for bit.

    Carried columns come first, unchanged. The outputs are named by the class labels, or y1, y2, and so on. With
    classes, the last column is "class". A carried column whose name is taken gets another one by `named_apart`.
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
    """Return columns by name; one whose name is taken gets the next free number: "class (2)".

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
        For another suffix, a trace with CSV, or a file that cannot be written.
    """
    where, suffix = shown(path), Path(path).suffix.lower()
    if suffix == ".json":
        content = result_json(network, y, classes, trace, carried) + b"\n"
    elif suffix != ".csv":
        found = shown(suffix) if suffix else fill("no suffix")
        raise InputError(
            "{where}: expected a name that ends in .csv or .json, found {found}", where=where, found=found
        )
    elif trace is not None:
        raise InputError("{where}: a CSV file has no place for a trace; write to a .json file", where=where)
    else:
        content = to_csv(network, y, classes, carried)
    storage.write(path, content)


def _layer(record: LayerRecord) -> dict[str, Any]:
    numbers = {"x": record.x, "a": record.a, "z": record.z, "W": record.layer.W, "b": record.layer.b}
    arrays = {name: plain(array) for name, array in numbers.items()}
    return arrays | {"activation": describe(record.layer.activation)}

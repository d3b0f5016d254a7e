"""Samples for a network from a table of any format: CSV without pyarrow, all others by the readers of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, quoted
from multilayer.io import read_samples, source
from multilayer.io.formats import COMPRESSED, format_by, suffix_of
from multilayer.io.results import Carried
from multilayer.network import MLP

__all__ = ["NetworkSamples", "samples_for"]

_ENOUGH = 64


@dataclass(frozen=True, eq=False)
class NetworkSamples:
    """Rows of the inputs of a network, columns that are passed on with their cells, and how the table was read."""

    X: NDArray[np.float64]
    others: Carried
    notes: tuple[str, ...]


def samples_for(network: MLP, path: str, *, header: bool | None) -> NetworkSamples:
    """Return the samples in a table: columns by the names of the network's inputs, or all of them in their order.

    Raises
    ------
    InputError
        When the table does not hold such samples.
    MissingExtraError
        For another format than CSV, when pyarrow is not installed.
    """
    if _is_csv(path):
        found = read_samples(path, network.layers[0].inputs, network.input_names, header=header, carry=True)
        return NetworkSamples(found.X, [(one.name, one.cells) for one in found.others], found.notes)
    return _from_table(network, path, header)


def _is_csv(path: str) -> bool:
    """Whether a table is plain CSV, as all that is no regular file is taken to be."""
    file = Path(path)
    if path == "-" or not file.is_file():
        return True
    try:
        with file.open("rb") as opened:
            head = opened.read(_ENOUGH)
    except OSError:
        return True  # the reader says why
    return file.suffix.lower() not in COMPRESSED and format_by(head, suffix_of(file))[0] == "csv"


def _from_table(network: MLP, path: str, header: bool | None) -> NetworkSamples:
    from multilayer.tables import ColumnSchema, read_batches  # here, so that CSV does not wait for it

    options: dict[str, Any] = {} if header is None else {"header": header}
    names = network.input_names or _names(path, network.layers[0].inputs, options)
    schema = [ColumnSchema(name, "number") for name in names]
    X, cells, rows = list[NDArray[np.float64]](), dict[str, list[str]](), 0
    for columns, others in read_batches(path, schema, others=True, **options):
        part = np.stack([columns[name].values for name in names], axis=1)
        with located(source(path)):
            _check_gaps(part, names, rows)
        rows += len(part)
        X.append(part)
        for name, values in others.items():
            cells.setdefault(name, []).extend(_cells(values))
    if not rows:
        raise InputError(
            fill("{where}: expected samples, found no row; add a row of numbers", where=source(path))
        )
    return NetworkSamples(np.concatenate(X), list(cells.items()), ())


def _names(path: str, inputs: int, options: dict[str, Any]) -> Sequence[str]:
    """Return the names of all columns of a table, which are as many as a network without names has inputs."""
    from multilayer.tables import read_batches

    _, others = next(read_batches(path, (), others=True, rows=1, **options))
    if len(others) != inputs:
        raise InputError(
            fill(
                "{where}: expected {inputs} columns, one per input of the network, found {found}; "
                'give the network names of its "inputs" to take columns by name',
                where=source(path),
                inputs=inputs,
                found=len(others),
            )
        )
    return list(others)


def _check_gaps(X: NDArray[np.float64], names: Sequence[str], above: int) -> None:
    row, column = (int(place[0]) if len(place) else -1 for place in np.nonzero(np.isnan(X)))
    if row >= 0:
        raise InputError(
            fill(
                "row {row}, column {name}: expected a finite number, found none; fill the gap or leave the row out",
                row=above + row + 1,
                name=quoted(names[column]),
            )
        )


def _cells(values: Any) -> list[str]:
    return ["" if value is None else str(value) for value in values.to_pylist()]

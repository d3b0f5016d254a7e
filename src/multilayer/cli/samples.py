"""Samples for a network from a table of any format: CSV without pyarrow, all others by the readers of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import quoted
from multilayer.io import Samples, read_samples, source, targets_of
from multilayer.io.csv_cells import CsvRow, DecimalSign
from multilayer.io.csv_table import CsvColumn, target_places
from multilayer.io.formats import COMPRESSED, format_by, suffix_of
from multilayer.io.results import Carried
from multilayer.network import MLP

__all__ = ["NetworkSamples", "samples_for"]

_ENOUGH = 64


@dataclass(frozen=True, eq=False)
class NetworkSamples:
    """Rows of the inputs of a network, its targets, other columns with their cells, and how the table was read."""

    X: NDArray[np.float64]
    y: NDArray[Any] | None
    others: Carried
    notes: tuple[str, ...]


def samples_for(
    network: MLP, path: str, targets: Sequence[str] | None = None, *, header: bool | None, carry: bool = True
) -> NetworkSamples:
    """Return the samples in a table: columns by the names of the network's inputs, or all of them in their order.

    Targets are columns by name or 1-based index; without `carry` the cells of the other columns are left out.

    Raises
    ------
    InputError
        When the table does not hold such samples.
    MissingExtraError
        For another format than CSV, when pyarrow is not installed.
    """
    if not _is_csv(path):
        return _from_table(network, path, targets or (), header)
    found = read_samples(
        path, network.layers[0].inputs, network.input_names, targets, header=header, carry=carry
    )
    y, notes = targets_of(found, network, source(path)), found.notes
    sign = found.targets[0].sign if found.targets else None
    if sign is not None and sign.comma and sign.note not in notes:  # met in a target only
        notes = (*notes, sign.note)
    return NetworkSamples(found.X, y, [(one.name, one.cells) for one in found.others], notes)


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


def _from_table(network: MLP, path: str, targets: Sequence[str], header: bool | None) -> NetworkSamples:
    from multilayer.tables import ColumnSchema, read_batches  # here, so that CSV does not wait for it

    options: dict[str, Any] = {} if header is None else {"header": header}
    where, found = source(path), _names(path, options)
    places = target_places(targets, found, CsvRow(1, found), where)
    wanted = [CsvColumn(where, place, found, DecimalSign(where)) for place in places]
    left = [name for place, name in enumerate(found) if place not in places]
    names = network.input_names or _as_many(left, network.layers[0].inputs, where)
    schema = [ColumnSchema(name, "number") for name in names]
    X, cells, rows = list[NDArray[np.float64]](), dict[str, list[str]](), 0
    carried = [column.name for column in wanted]
    for columns, others in read_batches(path, schema, carried, others=True, **options):
        part = np.stack([columns[name].values for name in names], axis=1)
        with located(where):
            _check_gaps(part, names, rows)
        for column in wanted:
            column.cells += _cells(others[column.name])
            column.lines.extend(range(rows + 1, rows + 1 + len(part)))
        rows += len(part)
        X.append(part)
        for name in others.keys() - set(carried):
            cells.setdefault(name, []).extend(_cells(others[name]))
    if not rows:
        raise InputError("{where}: expected samples, found no row; add a row of numbers", where=where)
    x = np.concatenate(X)
    y = targets_of(Samples(x, tuple(names), (), tuple(wanted)), network, where)
    return NetworkSamples(x, y, [(name, cells[name]) for name in found if name in cells], ())


def _names(path: str, options: dict[str, Any]) -> list[str]:
    """Return the names of all columns of a table."""
    from multilayer.tables import read_batches

    _, others = next(read_batches(path, (), others=True, rows=1, **options))
    return list(others)


def _as_many(names: Sequence[str], inputs: int, where: str) -> Sequence[str]:
    """Check that columns are as many as a network without names has inputs."""
    if len(names) != inputs:
        raise InputError(
            "{where}: expected {inputs} columns, one per input of the network, found {found}; "
            'give the network names of its "inputs" to take columns by name',
            where=where,
            inputs=inputs,
            found=len(names),
        )
    return names


def _check_gaps(X: NDArray[np.float64], names: Sequence[str], above: int) -> None:
    row, column = (int(place[0]) if len(place) else -1 for place in np.nonzero(np.isnan(X)))
    if row >= 0:
        raise InputError(
            "row {row}, column {name}: expected a finite number, found none; fill the gap or leave the row out",
            row=above + row + 1,
            name=quoted(names[column]),
        )


def _cells(values: Any) -> list[str]:
    return ["" if value is None else str(value) for value in values.to_pylist()]

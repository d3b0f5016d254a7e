"""Files as a state: a network, a table of rows, or both; a network that is missing is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.io import load, source, targets_of
from multilayer.io.csv_cells import CsvRow, DecimalSign, is_gap, is_number
from multilayer.io.csv_table import CsvColumn, CsvTable, open_table, target_places
from multilayer.io.samples import read_source, samples_in
from multilayer.network import MLP
from multilayer.web.fresh import network_for, rows_for
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, State

__all__ = ["TextTable", "opened", "rows_of_network", "rows_of_table", "table_in", "utf8"]


def opened(
    network: str | None, data: str | None, targets: Sequence[str] = (), header: bool | None = None
) -> tuple[State, list[str]]:
    """Return the state of files, and notes: how they were read, where another reading is possible."""
    net = None if network is None else load(network)
    if data is None:
        return (PRESETS["seed"].make() if net is None else State(net, rows_for(net))), []
    content, where = read_source(data), source(data)
    if net is not None:
        rows, notes = rows_of_network(content, where, net, targets, header)
        return State(net, rows), notes
    found = table_in(content, where, header)
    rows, notes = rows_of_table(found, target_places(targets, found.table.header, found.table.first, where))
    net, note = network_for(rows)
    return State(net, rows), [*notes, note]


def rows_of_network(
    data: bytes, where: str, net: MLP, targets: Sequence[str] = (), header: bool | None = None
) -> tuple[Rows, list[str]]:
    """Return the rows of a CSV file for a network, read as `multilayer run` does, and notes."""
    content, separator = utf8(data, where)
    found = samples_in(
        content, where, net.widths[0], net.input_names, targets, header=header, separator=separator
    )
    y = targets_of(found, net, where)
    notes = [*found.notes]
    if found.ignored:
        notes.append(fill("columns not used: {columns}", columns=", ".join(found.ignored)))
    name = ", ".join(column.name or str(column.column + 1) for column in found.targets)
    return Rows(found.X, y, found.names, name or None, fill("rows of {file}", file=where)), notes


@dataclass(frozen=True)
class TextTable:
    """A CSV file as text, column by column."""

    where: str
    table: CsvTable
    columns: tuple[CsvColumn, ...]
    names: tuple[str, ...]
    """Of the header, or x1, x2, ..."""
    numeric: tuple[bool, ...]
    """Whether each column holds numbers and gaps alone."""

    def without_gaps(self, places: Sequence[int]) -> list[int]:
        """Return the rows, counted from 0, that have a value in each of these columns."""
        cells = zip(*(self.columns[place].cells for place in places), strict=True)
        return [row for row, values in enumerate(cells) if not any(map(is_gap, values))]

    def values(self, place: int, rows: Sequence[int]) -> NDArray[Any]:
        """Return the values of a column in some rows: numbers, or text."""
        cells = [self.columns[place].cells[row] for row in rows]
        return np.array(cells, np.float64 if self.numeric[place] else np.str_)


def table_in(data: bytes, where: str, header: bool | None = None) -> TextTable:
    """Return the columns of a CSV file.

    Raises
    ------
    InputError
        When it is no table, or one whose rows differ in length.
    """
    content, separator = utf8(data, where)
    table = open_table(content, where, asked=header, separator=separator)
    if table is None:
        raise InputError("{file}: expected rows of numbers, found an empty file", file=where)
    sign = DecimalSign(where)
    columns = tuple(CsvColumn(where, place, table.header, sign) for place in range(len(table.first.cells)))
    for row in table.rows:
        for column in columns:
            _pointed(column, row)
    if not columns[0].cells:
        raise InputError("{file}: expected rows below the header, found none", file=where)
    names = tuple(name or f"x{place}" for place, name in enumerate(table.header or ("",) * len(columns), 1))
    return TextTable(where, table, columns, names, tuple(map(_is_numeric, columns)))


def rows_of_table(found: TextTable, meant: Sequence[int] = ()) -> tuple[Rows, list[str]]:
    """Return the columns of numbers as inputs, those at the places that are meant as targets, and notes."""
    inputs = [place for place, numeric in enumerate(found.numeric) if numeric and place not in meant]
    if not inputs:
        raise InputError(
            "{file}: expected a column of numbers beside the target, found none", file=found.where
        )
    notes = [found.table.note] if found.table.note else []
    left = [name for place, name in enumerate(found.names) if place not in {*inputs, *meant}]
    if left:
        notes.append(fill("columns not used, as they hold text: {columns}", columns=", ".join(left)))
    whole = found.without_gaps([*inputs, *meant])
    count = len(found.columns[0].cells) - len(whole)
    if not whole:
        raise InputError("{file}: expected a row without gaps, found none", file=found.where)
    if count:
        notes.append(fill("rows with gaps, left out: {count:,}", count=count))
    X = np.stack([found.values(place, whole) for place in inputs], axis=1)
    parts = [found.values(place, whole) for place in meant]
    y = None if not parts else parts[0] if len(parts) == 1 else np.stack(parts, axis=1)
    if found.columns[0].sign.comma:
        notes.append(found.columns[0].sign.note)
    target = ", ".join(found.names[place] for place in meant)
    names = tuple(found.names[place] for place in inputs)
    return Rows(X, y, names, target or None, fill("rows of {file}", file=found.where)), notes


def utf8(data: bytes, where: str) -> tuple[bytes, str]:
    """Return a CSV file in UTF-8, and its separator, both found out by the rules of `tables.files.dialect`."""
    from multilayer.tables.files.dialect import Settings, dialect_of
    from multilayer.tables.files.sources import HEAD, Source

    dialect = dialect_of(Source(where, "", data[:HEAD], None, whole=len(data) <= HEAD), Settings())
    if dialect.encoding == "utf-8":
        return data, dialect.separator
    try:
        return data.decode(dialect.encoding).encode(), dialect.separator
    except UnicodeDecodeError:
        raise InputError(
            "{file}: expected text in {encoding}, found other bytes; save it as UTF-8",
            file=where,
            encoding=dialect.encoding,
        ) from None


def _is_numeric(column: CsvColumn) -> bool:
    """Whether a column holds numbers and gaps alone."""
    cells = [cell for cell in column.cells if not is_gap(cell)]
    return bool(cells) and all(map(is_number, cells))


def _pointed(column: CsvColumn, row: CsvRow) -> None:
    """Add the cell of a row, a decimal comma as a point."""
    column.add(row)
    column.cells[-1] = column.sign.with_point(column.cells[-1], row.line, row.separator)

"""Samples out of a CSV file: the columns that a network takes, as one array."""

from __future__ import annotations

import os
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from multilayer._base import storage
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import near_matches, quoted
from multilayer.io.cells import DecimalSign, is_gap, looks_numeric
from multilayer.io.opened import Table, open_table
from multilayer.io.rows import Row
from multilayer.io.targets import Column, columns_meant

__all__ = ["STANDARD_INPUT", "Samples", "read_samples", "source"]

STANDARD_INPUT = "-"


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of a table, as rows of `X`."""

    X: NDArray[np.float64]
    """Shape (samples, inputs)."""
    names: tuple[str, ...] | None
    """What the header calls the columns of X; None without a header."""
    others: tuple[Column, ...] = ()
    """Columns of the file that are neither inputs of the network nor targets; their cells where they were asked for."""
    targets: tuple[Column, ...] = ()
    """The columns that were named as targets, as they stand in the file."""
    notes: tuple[str, ...] = ()
    """What was decided where the file can be read in two ways."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of the other columns."""
        return tuple(column.name for column in self.others)


def source(path: AnyPath) -> str:
    """Return where samples come from, as messages name it."""
    return "standard input" if os.fspath(path) == STANDARD_INPUT else shown(path)


def read_samples(
    path: AnyPath,
    inputs: int,
    names: Sequence[str] | None = None,
    targets: Sequence[str] | None = None,
    *,
    header: bool | None = None,
    carry: bool = False,
) -> Samples:
    """Return the samples in a CSV file, or of standard input where `path` is "-".

    The text is UTF-8, with or without a byte order mark. Cells are separated by commas and numbers are decimal with a
    point; a first line "sep=;" says otherwise, and then the decimal sign may be a comma. Blank lines are skipped, but
    in a file of one column they are gaps. Whether the first line is a header, `header_of` decides. When there is a
    header and the network names its inputs, columns are taken by name, in the network's order, whatever else the file
    holds; otherwise the file has exactly `inputs` columns beside the targets, in the network's order.

    Parameters
    ----------
    path : str or path
        The file.
    inputs : int
        How many inputs the network has.
    names : sequence of str, optional
        What the network calls them.
    targets : sequence of str
        Columns that hold what the network should say: their names in the header, or their numbers, from 1. None where
        targets are not asked for.
    header : bool, optional
        Whether the first line is a header, where the rule would decide otherwise.
    carry : bool
        Whether the cells of columns that are not used are kept.

    Raises
    ------
    InputError
        When the file does not hold such samples: one line with file, line, column, what was expected and
        what was found.
    """
    where = source(path)
    data = _standard_input() if os.fspath(path) == STANDARD_INPUT else storage.read(path)
    expected = (
        *(names or ()),
        *(target.strip() for target in targets or () if not target.strip().isdecimal()),
    )
    table = open_table(data, where, expected, header)
    if table is None:
        raise InputError(f"{where}: expected a sample of {inputs} numbers a row, found an empty file")
    meant = columns_meant(targets or (), table.header, table.first, where)
    if table.header is not None and names:
        columns = _columns_named(table, names, meant)
    else:
        columns = _every_column(table, inputs, names, meant, asked=targets is not None)
    taken = {*columns, *meant}
    rest = [column for column in range(len(table.first.cells)) if column not in taken]
    numbers, sign = array("d"), DecimalSign(where)
    told, others = (
        [Column(where, column, table.header, sign) for column in chosen] for chosen in (meant, rest)
    )
    for row in table.rows:
        numbers.extend(sign.numbers(row, columns, table.header, _hint(row, table)))
        for column in chain(told, others if carry else ()):
            column.add(row)
    if not numbers:
        raise InputError(f"{where}: expected samples below the header, found none; add a row of numbers")
    notes = [table.note] if table.note else []
    notes += [
        f"{where}: the target {target} is column {column + 1}, which is called so"
        for target, column in zip(map(str.strip, targets or ()), meant, strict=True)
        if target.isdecimal() and target != str(column + 1)
    ]
    if sign.comma:
        notes.append(sign.note)
    return Samples(
        np.frombuffer(numbers, np.float64).reshape(-1, inputs),
        table.header and tuple(table.header[column] for column in columns),
        tuple(others),
        tuple(told),
        tuple(notes),
    )


def _hint(row: Row, table: Table) -> str:
    """Return the way out where a header may have been taken for a sample."""
    if (
        table.header is not None
        or row.line != table.first.line
        or all(looks_numeric(cell) or is_gap(cell) for cell in row.cells)
    ):
        return ""
    return "; if this line holds names of columns, add --header"


def _every_column(
    table: Table,
    inputs: int,
    names: Sequence[str] | None,
    meant: Sequence[int],
    asked: bool,
) -> Sequence[int]:
    first, where = table.first, table.where
    columns = [column for column in range(len(first.cells)) if column not in meant]
    found = len(columns)
    if found != inputs:
        if table.header and not table.header[0] and found == inputs + 1:
            advice = "the first column has no name, as the index of a data frame: write it with index=False"
        elif not first.cells[-1].strip() and found == inputs + 1:
            advice = "the last column is empty: take out the separator at the end of each line"
        elif asked and not meant:
            advice = "say which columns are targets"
        elif names:
            advice = "add a header, so that columns are taken by name"
        else:
            advice = 'give the network names of its "inputs" and the file a header to take columns by name'
        beside = " beside the target" if meant else ""
        raise InputError(
            f"{where}, line {first.line}: expected {inputs} columns{beside}, one per input of the network, "
            f"found {found}{first.separator_hint() or '; ' + advice}"
        )
    return columns


def _columns_named(table: Table, names: Sequence[str], targets: Sequence[int]) -> Sequence[int]:
    header, where = table.header or (), table.where
    place = {name: column for column, name in reversed([*enumerate(header)])}
    repeated = Counter(header)
    columns = []
    for name in map(str.strip, names):
        if name not in place:
            hint = table.first.separator_hint() or f"; {near_matches(name, header)}"
            if all(map(looks_numeric, filter(None, header))):
                hint += "; --no-header takes line 1 as a row"
            raise InputError(f"{where}: no column is called {quoted(name)}, an input of the network{hint}")
        if repeated[name] > 1:
            raise InputError(f"{where}: two columns are called {quoted(name)}; rename the one not meant")
        if place[name] in targets:
            raise InputError(
                f"{where}: {quoted(name)} is an input of the network; name another column as target"
            )
        columns.append(place[name])
    return columns


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("standard input is closed; pipe a table into it, or name a file")
    return sys.stdin.buffer.read()

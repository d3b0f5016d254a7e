"""Samples in a CSV file: the columns that a network takes, as one array."""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base import storage
from multilayer._base.data_frames import column_places
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import fill, quoted
from multilayer.io.csv_cells import CsvRow, DecimalSign, is_gap, looks_numeric
from multilayer.io.csv_table import CsvColumn, CsvTable, open_table, target_places, targets_in
from multilayer.network import MLP

__all__ = ["STANDARD_INPUT", "Samples", "read_samples", "read_source", "samples_in", "source", "targets_of"]

STANDARD_INPUT = "-"


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of a table, as rows of `X`."""

    X: NDArray[np.float64]
    """Shape (samples, inputs)."""
    names: tuple[str, ...] | None
    """The names of the columns of X; None without a header."""
    others: tuple[CsvColumn, ...] = ()
    """Columns that are neither inputs of the network nor targets; with their cells where these were asked for."""
    targets: tuple[CsvColumn, ...] = ()
    """The target columns, with the cells as text."""
    notes: tuple[str, ...] = ()
    """How the file was read, where another reading is possible."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of the other columns."""
        return tuple(column.name for column in self.others)


def source(path: AnyPath) -> str:
    """Return the name of a file of samples in messages."""
    return fill("standard input") if os.fspath(path) == STANDARD_INPUT else shown(path)


def read_samples(
    path: AnyPath,
    inputs: int,
    names: Sequence[str] | None = None,
    targets: Sequence[str] | None = None,
    *,
    header: bool | None = None,
    carry: bool = False,
) -> Samples:
    """Return the samples in a CSV file, or in standard input where `path` is "-".

    The text is UTF-8, with or without a byte order mark. Cells are separated by commas, and the decimal sign is a
    point; a first line "sep=;" declares another separator, and then the decimal sign may be a comma. Blank lines are
    skipped; in a file of one column they are gaps. `header_of` decides whether the first line is a header. With a
    header, and names of the network's inputs, columns are taken by name, whatever other columns the file has;
    otherwise it has exactly `inputs` columns beside the targets, in the network's order.

    Parameters
    ----------
    path : str or path
        The file.
    inputs : int
        The number of inputs of the network.
    names : sequence of str, optional
        Their names.
    targets : sequence of str, optional
        Target columns, by name or 1-based index. None where no targets are possible.
    header : bool, optional
        Whether the first line is a header; unless given, the rule decides.
    carry : bool
        Whether to keep the cells of columns that are not used.

    Raises
    ------
    InputError
        When the file does not hold such samples: one line with file, line, column, what was expected and what was
        found.
    """
    return samples_in(read_source(path), source(path), inputs, names, targets, header=header, carry=carry)


def read_source(path: AnyPath) -> bytes:
    """Return the content of a file of samples, or of standard input where `path` is "-"."""
    return _standard_input() if os.fspath(path) == STANDARD_INPUT else storage.read(path)


def samples_in(
    data: bytes,
    where: str,
    inputs: int,
    names: Sequence[str] | None = None,
    targets: Sequence[str] | None = None,
    *,
    header: bool | None = None,
    carry: bool = False,
    separator: str | None = None,
) -> Samples:
    """Return the samples in the bytes of a CSV file as `read_samples` does; a separator that is known comes first."""
    expected = (
        *(names or ()),
        *(target.strip() for target in targets or () if not target.strip().isdecimal()),
    )
    table = open_table(data, where, expected, header, separator)
    if table is None:
        raise InputError(
            "{where}: expected a sample of {inputs} numbers a row, found an empty file",
            where=where,
            inputs=inputs,
        )
    meant = target_places(targets or (), table.header, table.first, where)
    if table.header is not None and names:
        columns = _columns_named(table, names, meant)
    else:
        columns = _every_column(table, inputs, names, meant, asked=targets is not None)
    taken = {*columns, *meant}
    rest = [column for column in range(len(table.first.cells)) if column not in taken]
    numbers, sign = array("d"), DecimalSign(where)
    target_columns, others = (
        [CsvColumn(where, column, table.header, sign) for column in chosen] for chosen in (meant, rest)
    )
    for row in table.rows:
        numbers.extend(sign.numbers(row, columns, table.header, _hint(row, table)))
        for column in chain(target_columns, others if carry else ()):
            column.add(row)
    if not numbers:
        raise InputError(
            "{where}: expected samples below the header, found none; add a row of numbers", where=where
        )
    notes = [table.note, *_target_notes(where, targets or (), meant), sign.note if sign.comma else ""]
    return Samples(
        np.frombuffer(numbers, np.float64).reshape(-1, inputs),
        table.header and tuple(table.header[column] for column in columns),
        tuple(others),
        tuple(target_columns),
        tuple(filter(None, notes)),
    )


def targets_of(samples: Samples, network: MLP, where: str) -> NDArray[Any] | None:
    """Return the targets as `targets_in` does, one column of classes or one for each output; None without targets.

    Raises
    ------
    InputError
        For another number of columns, and for a cell that is no target.
    """
    if not samples.targets:
        return None
    if len(samples.targets) not in {1, network.widths[-1]}:
        raise InputError(
            "{where}: {count} targets for a network with {outputs} outputs; "
            "name one column of classes, or one column per output",
            where=where,
            count=len(samples.targets),
            outputs=network.widths[-1],
        )
    return targets_in(samples.targets, network.classes)


def _target_notes(where: str, targets: Sequence[str], columns: Sequence[int]) -> Iterator[str]:
    """Yield a note on each target that could be the number of another column than the one of this name."""
    for target, column in zip(map(str.strip, targets), columns, strict=True):
        if target.isdecimal() and target != str(column + 1):
            yield fill(
                "{file}: the target {target} is read as the name of column {column}",
                file=where,
                target=target,
                column=column + 1,
            )


def _hint(row: CsvRow, table: CsvTable) -> str:
    """Return a hint where a header may have been read as a row."""
    if (
        table.header is not None
        or row.line != table.first.line
        or all(looks_numeric(cell) or is_gap(cell) for cell in row.cells)
    ):
        return ""
    return fill("; if this line holds column names, add --header")


def _every_column(
    table: CsvTable, inputs: int, names: Sequence[str] | None, meant: Sequence[int], asked: bool
) -> Sequence[int]:
    first, where = table.first, table.where
    columns = [column for column in range(len(first.cells)) if column not in meant]
    found = len(columns)
    if found != inputs:
        if table.header and not table.header[0] and found == inputs + 1:
            advice = fill(
                "the first column has no name, as the index of a data frame: write it with index=False"
            )
        elif not first.cells[-1].strip() and found == inputs + 1:
            advice = fill("the last column is empty: remove the separator at the end of each line")
        elif asked and not meant:
            advice = fill("name the target columns")
        elif names:
            advice = fill("add a header, so that columns are taken by name")
        else:
            advice = fill(
                'give the network names of its "inputs" and the file a header to take columns by name'
            )
        raise InputError(
            "{where}, line {line}: expected {inputs} columns beside the target, one per input of the network, found "
            "{found}{separator_hint}"
            if meant
            else "{where}, line {line}: expected {inputs} columns, one per input of the network, found "
            "{found}{separator_hint}",
            where=where,
            line=first.line,
            inputs=inputs,
            found=found,
            separator_hint=first.separator_hint() or "; " + advice,
        )
    return columns


def _columns_named(table: CsvTable, names: Sequence[str], targets: Sequence[int]) -> Sequence[int]:
    header, names = table.header or (), [*map(str.strip, names)]
    hint = table.first.separator_hint()
    if all(map(looks_numeric, filter(None, header))):
        hint += fill("; --no-header reads line 1 as a row")
    columns = column_places(table.where, header, names, "an input of the network", hint)
    for name, column in zip(names, columns, strict=True):
        if column in targets:
            raise InputError(
                "{where}: {name} is an input of the network; name another column as target",
                where=table.where,
                name=quoted(name),
            )
    return columns


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("standard input is closed; pipe a table into it, or name a file")
    return sys.stdin.buffer.read()

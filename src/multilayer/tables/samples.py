"""Samples out of a CSV file: the columns that a network takes, as one array."""

from __future__ import annotations

import os
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from multilayer import storage
from multilayer.errors import InputError
from multilayer.storage import AnyPath, shown
from multilayer.tables.cells import looks_numeric, numbers_in
from multilayer.tables.rows import Row, rows_of
from multilayer.tables.targets import Column, columns_meant
from multilayer.wording import near_matches, quoted

__all__ = ["STANDARD_INPUT", "Samples", "read_samples", "source"]

STANDARD_INPUT = "-"


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of a table, as rows of `X`."""

    X: NDArray[np.float64]
    """Shape (samples, inputs)."""
    names: tuple[str, ...] | None
    """What the header calls the columns of X; None without a header."""
    ignored: tuple[str, ...] = ()
    """Columns of the file that are neither inputs of the network nor targets."""
    targets: tuple[Column, ...] = ()
    """The columns that were named as targets, as they stand in the file."""


def source(path: AnyPath) -> str:
    """Return where samples come from, as messages name it."""
    return "standard input" if os.fspath(path) == STANDARD_INPUT else shown(path)


def read_samples(
    path: AnyPath, inputs: int, names: Sequence[str] | None = None, targets: Sequence[str] | None = None
) -> Samples:
    """Return the samples in a CSV file, or of standard input where `path` is "-".

    The text is UTF-8, cells are separated by commas, numbers are decimal with a point; blank lines are
    skipped. The first row is a header if none of its cells is a number. When there is a header and the
    network names its inputs, columns are taken by name, in the network's order, whatever else the file holds;
    otherwise the file has exactly `inputs` columns beside the targets, in the network's order.

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

    Raises
    ------
    InputError
        When the file does not hold such samples: one line with file, line, column, what was expected and
        what was found.
    """
    where = source(path)
    data = sys.stdin.buffer.read() if os.fspath(path) == STANDARD_INPUT else storage.read(path)
    rows = rows_of(data, where)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{where}: expected a sample of {inputs} numbers a row, found an empty file")
    header: list[str] | None = None
    if any(map(looks_numeric, first.cells)):
        rows = chain([first], rows)
    else:
        header = [cell.strip() for cell in first.cells]
    meant = columns_meant(targets or (), header, first, where)
    if header and names:
        columns = _columns_named(header, first, names, where, meant)
    else:
        columns = _every_column(first, inputs, names, where, meant, asked=targets is not None)
    numbers = array("d")
    told = tuple(Column(where, column, header) for column in meant)
    for row in rows:
        if len(row.cells) != len(first.cells):
            raise InputError(
                f"{where}, line {row.line}: expected {len(first.cells)} cells, as in line {first.line}, "
                f"found {len(row.cells)}{row.separator_hint()}"
            )
        numbers.extend(numbers_in(row, columns, header, where))
        for target in told:
            target.add(row)
    if not numbers:
        raise InputError(f"{where}: expected samples below the header, found none; add a row of numbers")
    X = np.frombuffer(numbers, np.float64).reshape(-1, inputs)
    if header is None:
        return Samples(X, None, targets=told)
    taken = {*columns, *meant}
    ignored = tuple(name for column, name in enumerate(header) if column not in taken)
    return Samples(X, tuple(header[column] for column in columns), ignored, told)


def _every_column(
    first: Row,
    inputs: int,
    names: Sequence[str] | None,
    where: str,
    meant: Sequence[int],
    asked: bool,
) -> Sequence[int]:
    columns = [column for column in range(len(first.cells)) if column not in meant]
    found = len(columns)
    if found != inputs:
        if asked and not meant:
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


def _columns_named(
    header: list[str], first: Row, names: Sequence[str], where: str, targets: Sequence[int]
) -> Sequence[int]:
    for name in names:
        if name not in header:
            hint = first.separator_hint() or f"; {near_matches(name, header)}"
            raise InputError(f"{where}: no column is called {quoted(name)}, an input of the network{hint}")
        if header.count(name) > 1:
            raise InputError(f"{where}: two columns are called {quoted(name)}; rename the one not meant")
        if header.index(name) in targets:
            raise InputError(
                f"{where}: {quoted(name)} is an input of the network; name another column as target"
            )
    return [header.index(name) for name in names]

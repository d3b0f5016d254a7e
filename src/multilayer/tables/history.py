"""The course of a training out of a CSV file, a row an epoch, as most training loops log it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from multilayer import storage
from multilayer.errors import InputError
from multilayer.storage import AnyPath, shown
from multilayer.tables.cells import found_in, looks_numeric, place_of
from multilayer.tables.rows import Row, rows_of
from multilayer.training import History
from multilayer.wording import located, near_matches

__all__ = ["read_history"]

_NAMES = {
    "loss": ("loss", "train_loss", "training_loss"),
    "validation_loss": ("validation_loss", "val_loss", "valid_loss"),
    "learning_rate": ("learning_rate", "lr"),
}


def read_history(path: AnyPath) -> History:
    """Return the curves in a CSV file: a header with "loss", and a row an epoch.

    "validation_loss" and "learning_rate" are read where they are there (as "val_loss" and "lr" too), other columns are
    left out. A file without a header has one column, the loss. Numbers may be nan or infinite, as they are where
    training fails.

    Raises
    ------
    InputError
        When the file does not hold such curves: one line with file, line and column.
    """
    where = shown(path)
    rows = rows_of(storage.read(path), where)
    first = next(rows, None)
    if first is None:
        raise InputError(f"{where}: expected a row an epoch below a header with loss, found an empty file")
    header: list[str] | None = None
    if any(map(looks_numeric, first.cells)):
        rows = chain([first], rows)
    else:
        header = [cell.strip() for cell in first.cells]
    columns = _columns(header, first, where)
    curves: dict[str, list[float]] = {name: [] for name in columns}
    for row in rows:
        if len(row.cells) != len(first.cells):
            raise InputError(
                f"{where}, line {row.line}: expected {len(first.cells)} cells, as in line {first.line}, "
                f"found {len(row.cells)}{row.separator_hint()}"
            )
        for name, column in columns.items():
            curves[name].append(_number(row, column, header, where))
    if not curves["loss"]:
        raise InputError(f"{where}: expected a row an epoch below the header, found none")
    loss, validation, rates = (tuple(curves.get(name, ())) for name in _NAMES)
    return History(loss=loss, validation_loss=validation, learning_rate=rates)


def _columns(header: Sequence[str] | None, first: Row, where: str) -> dict[str, int]:
    if header is None:
        if len(first.cells) != 1:
            raise InputError(
                f"{where}, line {first.line}: {len(first.cells)} columns without a header; say which is the loss"
            )
        return {"loss": 0}
    found = {
        name: header.index(known[0])
        for name, aliases in _NAMES.items()
        if (known := [alias for alias in aliases if alias in header])
    }
    if "loss" not in found:
        hint = first.separator_hint() or f"; {near_matches('loss', header)}"
        raise InputError(f"{where}: no column is called 'loss'{hint}")
    return found


def _number(row: Row, column: int, header: Sequence[str] | None, where: str) -> float:
    cell = row.cells[column]
    if looks_numeric(cell):
        return float(cell)
    with located(place_of(where, row.line, column, header)):
        raise InputError(f"expected a number, found {found_in(cell)}{row.separator_hint()}")

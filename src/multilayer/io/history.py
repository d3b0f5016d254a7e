"""Learning curves in a CSV file, as most training loops log them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import fill, near_or_found, quoted
from multilayer._base.translation import N_
from multilayer.io.csv_cells import CsvRow, DecimalSign, found_in, is_gap, is_number, place_of
from multilayer.io.csv_table import CsvTable, open_table
from multilayer.training import History

__all__ = ["read_history"]

_NAMES = {
    "loss": ("loss", "train_loss", "training_loss", "train_loss_epoch"),
    "validation_loss": ("validation_loss", "val_loss", "valid_loss", "val_loss_epoch"),
    "learning_rate": ("learning_rate", "lr"),
    "epoch": ("epoch",),
}
"""The column names of each curve, as `_folded` returns them."""
_RATE_OF = "lr_"
"""The prefix of Lightning's name for the rate of an optimizer with one group of parameters: lr-Adam."""
_NOT_FINITE = {"nan", "inf", "infinity"}
_SEVERAL = N_("{curve} has {count} values, more than one per epoch; the mean of each epoch is taken")
_WITHOUT_LOSS = N_("epochs without a loss are left out: {count} of {epochs}")
_GAPS = N_("{curve} has a value in {count} of {epochs} epochs; the others take the last value before them")

Values = Mapping[str, float]
"""The values of a row or an epoch by curve, without those that are missing."""


def read_history(path: AnyPath, note: Callable[[str], object] | None = None) -> History:
    """Return the learning curves in a CSV file with a header and one row per epoch.

    The column "loss" is required; "validation_loss" and "learning_rate" ("val_loss", "lr") are optional, and other
    columns are ignored. Case, blanks, hyphens and slashes do not matter: "Train Loss" and "train/loss" are
    "train_loss". A file without a header has one column, the loss. Separators and decimal signs are those of
    `read_samples`. Numbers may be nan or infinite, as in a training that failed.

    Empty cells, NA and the like are gaps. Consecutive rows with the same number in the column "epoch" are one epoch,
    together with the rows before them that have none. Without that column, a row belongs to the epoch of the rows
    before it as long as it only has values that these lack, as when training and validation are logged in turn. The
    mean of several values in an epoch is taken, an epoch without a loss is left out, and a gap in another curve takes
    the last value before it, or the first one. `note` is called with a message about each of these.

    Raises
    ------
    InputError
        When the file does not hold such curves: one line with file, line and column.
    """
    where = shown(path)
    expected = [name for names in _NAMES.values() for name in names]
    table = open_table(storage.read(path), where, expected)
    if table is None:
        raise InputError(
            "{where}: expected a header with loss and one row per epoch, found an empty file", where=where
        )
    columns = _columns(table)
    sign = DecimalSign(where)
    rows = [_values(row, columns, table, sign) for row in table.rows]
    epochs = list(map(_joined, _by_number(rows, where) if "epoch" in columns else _in_turn(rows)))
    logged = [epoch for epoch in epochs if "loss" in epoch]
    if not logged:
        raise InputError(
            "{where}: expected one row per epoch with a loss below the header, found none", where=where
        )
    if sign.comma:
        (note or str)(sign.note)
    for message in _notes(rows, epochs, logged):
        (note or str)(fill("{file}: {note}", file=where, note=message))
    loss, validation, rates = (tuple(_filled(logged, name)) for name in (*_NAMES,)[:3])
    return History(loss=loss, validation_loss=validation, learning_rate=rates)


def _columns(table: CsvTable) -> dict[str, int]:
    header, where = table.header, table.where
    if header is None:
        if len(table.first.cells) != 1:
            raise InputError(
                "{where}, line {line}: {cells} columns without a header; add a header that names the loss",
                where=where,
                line=table.first.line,
                cells=len(table.first.cells),
            )
        return {"loss": 0}
    found, folded = {}, [*map(_folded, header)]
    for curve, names in _NAMES.items():
        places = [place for place, name in enumerate(folded) if name in names]
        if len(places) > 1:
            one, other = places[:2]
            raise InputError(
                "{where}, line {line}: column {one} ({one_name}) and column {other} "
                "({other_name}) are both the {curve}; rename the one not meant",
                where=where,
                line=table.first.line,
                one=one + 1,
                one_name=header[one],
                other=other + 1,
                other_name=header[other],
                curve=curve.replace("_", " "),
            )
        if places:
            found[curve] = places[0]
    if "loss" not in found:
        others = [name for place, name in enumerate(header) if place not in found.values()]
        near = near_or_found("loss", others) if others else fill("add the training loss")
        raise InputError(
            "{where}: no column is called 'loss'{separator_hint}",
            where=where,
            separator_hint=table.first.separator_hint() or f"; {near}",
        )
    rates = [place for place, name in enumerate(folded) if name.startswith(_RATE_OF)]
    if len(rates) == 1:
        found.setdefault("learning_rate", rates[0])
    return found


def _folded(name: str) -> str:
    """Return a name in lower case, with an underscore for each run of other characters than letters and digits."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _values(row: CsvRow, columns: Mapping[str, int], table: CsvTable, sign: DecimalSign) -> Values:
    found = {}
    for curve, column in columns.items():
        cell = sign.with_point(row.cells[column], row.line, row.separator)
        if is_gap(cell):
            continue
        if not is_number(cell) and cell.strip().lstrip("+-").casefold() not in _NOT_FINITE:
            with located(place_of(table.where, row.line, column, table.header)):
                raise InputError(
                    "expected a number, found {found_in}{separator_hint}",
                    found_in=found_in(cell),
                    separator_hint=row.separator_hint(),
                )
        found[curve] = float(cell)
    return found


def _by_number(rows: Sequence[Values], where: str) -> list[list[Values]]:
    with_loss = [row for row in rows if row.keys() & {"loss", "validation_loss"}]
    if any("epoch" not in row for row in with_loss):
        raise InputError(
            "{where}: a row with a loss has no epoch; fill that column, or remove it", where=where
        )
    epochs: list[list[Values]] = []
    waiting: list[Values] = []  # the rate may be logged before its epoch, without the number
    number = None
    for row in rows:
        waiting.append(row)
        if "epoch" not in row:
            continue
        if row["epoch"] != number:
            epochs.append([])
            number = row["epoch"]
        epochs[-1] += waiting
        waiting = []
    return epochs


def _in_turn(rows: Iterable[Values]) -> Iterator[list[Values]]:
    epoch: list[Values] = []
    met: set[str] = set()
    for row in rows:
        if met & row.keys():
            yield epoch
            epoch, met = [], set()
        epoch.append(row)
        met |= row.keys()
    yield epoch


def _joined(rows: Sequence[Values]) -> Values:
    """Return the mean of each curve over the rows of an epoch."""
    values: dict[str, list[float]] = {}
    for row in rows:
        for curve, value in row.items():
            values.setdefault(curve, []).append(value)
    # Not fmean, which refuses infinities of both signs, and sums that overflow.
    return {curve: sum(each) / len(each) for curve, each in values.items()}


def _notes(rows: Sequence[Values], epochs: Sequence[Values], logged: Sequence[Values]) -> Iterator[str]:
    for curve in ("loss", "validation_loss"):
        count = sum(curve in row for row in rows)
        if count > sum(curve in epoch for epoch in epochs):
            yield fill(_SEVERAL, curve=quoted(curve), count=count)
    if len(logged) < len(epochs):
        yield fill(_WITHOUT_LOSS, count=len(epochs) - len(logged), epochs=len(epochs))
    for curve in ("validation_loss", "learning_rate"):
        count = sum(curve in epoch for epoch in logged)
        if 0 < count < len(logged):
            yield fill(_GAPS, curve=quoted(curve), count=count, epochs=len(logged))


def _filled(epochs: Sequence[Values], curve: str) -> Iterator[float]:
    """Yield the values of a curve with gaps filled; none for a curve without values."""
    value = next((epoch[curve] for epoch in epochs if curve in epoch), None)
    if value is None:
        return
    for epoch in epochs:
        value = epoch.get(curve, value)
        yield value

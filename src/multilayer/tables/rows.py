"""Rows of cells out of the bytes of a CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from multilayer import storage
from multilayer.errors import InputError

__all__ = ["Row", "rows_of"]

_SEPARATORS = {";": "';'", "\t": "tabs"}


@dataclass(frozen=True)
class Row:
    """The cells of a row, and the line of the file it ends on."""

    line: int
    cells: list[str]

    def separator_hint(self) -> str:
        """Say so when the row looks as if it were separated by something else than commas."""
        for separator, name in _SEPARATORS.items():
            if any(separator in cell.strip() for cell in self.cells):
                return f"; cells seem to be separated by {name}: save with commas, and a point in numbers"
        return ""


def rows_of(data: bytes, where: str) -> Iterator[Row]:
    """Yield the rows that are not blank.

    Raises
    ------
    InputError
        When the bytes are not CSV in UTF-8; the message names the line.
    """
    storage.decode(data, where)
    null = data.find(b"\0")
    if null >= 0:
        line = data.count(b"\n", 0, null) + 1
        raise InputError(
            f"{where}, line {line}: expected text, found a NUL byte; save the table as CSV, in UTF-8"
        )
    # Decoded again piece by piece: the text as a whole would take several times the memory of its bytes.
    with io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text, strict=True)
        try:
            for cells in reader:
                if len(cells) > 1 or (cells and cells[0].strip()):
                    yield Row(reader.line_num, cells)
        except csv.Error as error:
            raise InputError(
                f"{where}, line {reader.line_num}: {error}; every quote needs its partner"
            ) from None

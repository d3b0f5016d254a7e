"""Rows of cells out of the bytes of a CSV file."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from multilayer._base import storage
from multilayer._base.errors import InputError
from multilayer._base.text import quoted

__all__ = ["Row", "rows_of"]

_SEPARATORS = {";": "';'", "\t": "tabs"}
_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"? *[\r\n]*", re.IGNORECASE).fullmatch
_KNOWN_SEPARATORS = ",;|\t"


@dataclass(frozen=True)
class Row:
    """The cells of a row, and the line of the file it ends on."""

    line: int
    cells: list[str]
    separator: str = ","
    blank: bool = False
    """Whether this is an empty line, a gap in a file of one column."""

    def separator_hint(self) -> str:
        """Say so when the row looks as if it were separated by something else, or had decimal commas."""
        for separator, name in _SEPARATORS.items():
            if separator != self.separator and any(separator in cell.strip() for cell in self.cells):
                return (
                    f"; cells seem to be separated by {name}: save with commas, and a point in numbers, "
                    "or say so in a first line sep= with the separator"
                )
        return ""


def rows_of(data: bytes, where: str) -> Iterator[Row]:
    """Yield the rows, without the blank lines of a table; in a file of one column these are gaps, but at its end.

    Cells are separated by commas, or as a first line says: "sep=;", as spreadsheets write and read it.

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
        said = _SEPARATOR_LINE(text.readline(20))
        if said is None:
            text.seek(0)
        elif said[1] not in _KNOWN_SEPARATORS:
            raise InputError(
                f"{where}, line 1: expected a separator that is a comma, a semicolon, a tab or |, "
                f"found {quoted(said[1])}; save the table with commas"
            )
        yield from _rows(text, said[1] if said else ",", 1 if said else 0, where)


def _rows(text: io.TextIOWrapper, separator: str, above: int, where: str) -> Iterator[Row]:
    reader = csv.reader(text, delimiter=separator, strict=True)
    single: bool | None = None
    blank: list[Row] = []
    began = 1
    try:
        for cells in reader:
            began = reader.line_num + 1
            row = Row(above + reader.line_num, cells, separator)
            if not cells or (len(cells) == 1 and cells[0].isspace()):
                if single is not False:
                    blank.append(Row(row.line, [""], separator, blank=True))
                continue
            if single is None:
                single = len(cells) == 1
            if single:
                yield from blank
            blank.clear()
            yield row
    except csv.Error as error:
        place = f"{where}, line {above + began}"
        if "field limit" in str(error):
            limit = csv.field_size_limit()
            raise InputError(
                f"{place}: expected cells of at most {limit} characters, found a longer one; "
                "look for a quote without its partner"
            ) from None
        raise InputError(f"{place}: {error}; every quote needs its partner") from None

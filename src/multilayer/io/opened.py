"""A table that was opened: what its first line was taken for, and the rows below."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain

from multilayer._base.errors import InputError
from multilayer.io.header import header_of
from multilayer.io.rows import Row, rows_of

__all__ = ["Table", "open_table"]


@dataclass(frozen=True)
class Table:
    """The rows of a table, all as long as the first."""

    where: str
    header: tuple[str, ...] | None
    first: Row
    """The header, or the first row."""
    rows: Iterator[Row]
    note: str
    """What was decided of the first line, where another reader could have decided otherwise."""


def open_table(
    data: bytes, where: str, expected: Collection[str] = (), asked: bool | None = None
) -> Table | None:
    """Return the table in the bytes of a file, or None where there is none; `header_of` says what the arguments are.

    Raises
    ------
    InputError
        When the bytes are not CSV in UTF-8, or, as rows are read, one is not as long as the first line.
    """
    rows = rows_of(data, where)
    blank: list[Row] = []
    first = next(rows, None)
    while first is not None and first.blank:
        blank.append(first)
        first = next(rows, None)
    if first is None:
        return None
    second = next(rows, None)
    header = header_of(first, second, expected, asked)
    # Blank lines above a header are none of its rows.
    below = [] if second is None else [second]
    ahead = below if header.names is not None else [*blank, first, *below]
    note = f"{where}: {header.note}" if header.note else ""
    return Table(where, header.names, first, _even(chain(ahead, rows), first, where), note)


def _even(rows: Iterator[Row], first: Row, where: str) -> Iterator[Row]:
    width = len(first.cells)
    for row in rows:
        found = len(row.cells)
        if found != width:
            hint = ""
            if found == 2 * width:
                hint = "; where the comma is a decimal comma, save with a point"
            elif found == width + 1 and not row.cells[-1].strip():
                hint = "; the last cell is empty: take out the separator at the end of the line"
            raise InputError(
                f"{where}, line {row.line}: expected {width} cells, as in line {first.line}, "
                f"found {found}{row.separator_hint() or hint}"
            )
        yield row

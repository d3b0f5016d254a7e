"""A table of text: the one renderer, for terminals and for HTML."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from multilayer._base.text import html_text, printable
from multilayer._base.width import aligned, columns_of

__all__ = ["Table", "matrix_table", "number_text", "numbered", "sample_table", "to_html", "to_text"]

# Larger matrices show their first and last rows and columns, with an ellipsis between.
_ROWS, _COLUMNS = (12, 4), (8, 2)


@dataclass(frozen=True)
class Table:
    """A caption, the names of the columns, and rows of cells; the first cell of a row is its name.

    Without names of columns it has no head. Names and cells may hold any text: rendering makes it printable.

    Examples
    --------
    >>> print(Table("Units", ("layer", "units"), (("1", "128"), ("2", "10"))).text())
    Units
      layer  units
          1    128
          2     10
    """

    caption: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    left: frozenset[int] = frozenset()
    """Columns, from 0, whose text is aligned left; all others are aligned right."""

    def text(self, indent: str = "  ") -> str:
        """Return the caption and below it the aligned rows, each after `indent`."""
        caption = [printable(self.caption)] if self.caption else []
        return "\n".join([*caption, *(f"{indent}{line}" for line in self._lines())])

    def html(self) -> str:
        """Return a `table` element; columns of numbers have the class "number"."""
        columns = range(len(self.rows[0])) if self.rows else range(len(self.columns))
        kinds = [
            ' class="number"' if self.rows and all(_is_number(row[column]) for row in self.rows) else ""
            for column in columns
        ]
        head = "".join(
            f'<th scope="col"{kind}>{html_text(name)}</th>'
            for kind, name in zip(kinds, self.columns, strict=False)
        )
        return (
            f"<table><caption>{html_text(self.caption)}</caption>"
            f"{f'<thead><tr>{head}</tr></thead>' if head else ''}"
            f"<tbody>{''.join(_html_row(row, kinds) for row in self.rows)}</tbody></table>"
        )

    def _lines(self) -> Iterator[str]:
        head = [self.columns] if self.columns else []
        table = [tuple(map(printable, row)) for row in (*head, *self.rows)]
        widths = [max(map(columns_of, column)) for column in zip(*table, strict=True)]
        for row in table:
            cells = (
                aligned(cell, width, left=column in self.left)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            yield "  ".join(cells).rstrip()


def sample_table(caption: str, array: NDArray[Any], names: Sequence[str], digits: int) -> Table:
    """Return numbers of shape (samples, units) or (units,), a row per sample, counted from 1; the caption adds it."""
    rows = array.reshape(-1, array.shape[-1])
    return matrix_table(
        f"{caption}  {array.shape}",
        rows.shape,
        lambda i, j: number_text(rows[i, j], digits),
        names,
        lambda i: str(i + 1),
    )


def number_text(number: Any, digits: int | None) -> str:
    """Return a number with so many significant digits; None: as few as give the same number of its dtype again.

    >>> import numpy as np
    >>> number_text(1 / 3, 6), number_text(np.float32(0.1), None), number_text(-0.0, None)
    ('0.333333', '0.1', '-0.0')
    """
    return str(number) if digits is None else f"{number:.{digits}g}"


def matrix_table(
    caption: str,
    shape: tuple[int, ...],
    cell: Callable[[int, int], str],
    columns: Sequence[str] = (),
    row_name: Callable[[int], str] = lambda _: "",
) -> Table:
    """Return a table of `shape`, the middle of it left out where it is large."""
    rows, cols = (_shown(size, ends) for size, ends in zip(shape, (_ROWS, _COLUMNS), strict=True))
    return Table(
        caption,
        ("", *("…" if j is None else columns[j] for j in cols)) if columns else (),
        tuple(
            ("" if i is None else row_name(i), *("…" if i is None or j is None else cell(i, j) for j in cols))
            for i in rows
        ),
    )


def numbered(prefix: str, count: int) -> tuple[str, ...]:
    """Return names counted from 1."""
    return tuple(f"{prefix}{i}" for i in range(1, count + 1))


def to_text(tables: Iterable[Table]) -> str:
    """Return the tables below one another, with an empty line between."""
    return "\n\n".join(table.text() for table in tables)


def to_html(tables: Iterable[Table]) -> str:
    """Return the tables as HTML elements, one after another."""
    return "".join(table.html() for table in tables)


def _shown(size: int, ends: tuple[int, int]) -> list[int | None]:
    first, last = ends
    if size <= first + last + 1:
        return list(range(size))
    return [*range(first), None, *range(size - last, size)]


def _html_row(row: tuple[str, ...], kinds: list[str]) -> str:
    name, *cells = row
    return (
        f'<tr><th scope="row"{kinds[0]}>{html_text(name)}</th>'
        + "".join(f"<td{kind}>{html_text(cell)}</td>" for kind, cell in zip(kinds[1:], cells, strict=True))
        + "</tr>"
    )


def _is_number(cell: str) -> bool:
    with suppress(ValueError):
        return not math.isnan(float(cell.replace(",", "").removeprefix("<").removesuffix("%").strip()))
    return cell in {"", "–", "nan"}

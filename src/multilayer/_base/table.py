"""A table of text: the one renderer, for terminals and for HTML."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from multilayer._base.text import html_text, printable

__all__ = ["Table", "to_html", "to_text"]


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
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for row in table:
            cells = (
                cell.ljust(width) if column in self.left else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            yield "  ".join(cells).rstrip()


def to_text(tables: Iterable[Table]) -> str:
    """Return the tables below one another, with an empty line between."""
    return "\n\n".join(table.text() for table in tables)


def to_html(tables: Iterable[Table]) -> str:
    """Return the tables as HTML elements, one after another."""
    return "".join(table.html() for table in tables)


def _html_row(row: tuple[str, ...], kinds: list[str]) -> str:
    name, *cells = row
    return (
        f'<tr><th scope="row"{kinds[0]}>{html_text(name)}</th>'
        + "".join(f"<td{kind}>{html_text(cell)}</td>" for kind, cell in zip(kinds[1:], cells, strict=True))
        + "</tr>"
    )


def _is_number(cell: str) -> bool:
    with suppress(ValueError):
        return not math.isnan(float(cell.replace(",", "").removesuffix("%").strip()))
    return cell in {"", "–", "nan"}

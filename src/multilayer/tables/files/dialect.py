"""How a CSV file is written, found out from its beginning by written rules; each is settable.

Looked at are the first mebibyte and the first 1000 lines.

1. *Encoding*: that of a byte order mark; UTF-16 where every second byte is NUL; UTF-8; else Windows-1252, the
   superset of Latin-1, where bytes are not UTF-8.
2. *Quote*: the double quote; the single one where there is no double one and all single ones enclose cells.
3. *Separator*: the one in a first line "sep=;"; else that of comma, semicolon, tab and | which gives most lines the
   same number of cells, more than one. Among equals it is the one with most cells; but a comma between digits, as in
   1,5;2,5, is a decimal comma where another separator does as well.
4. *Header*: the rule of `multilayer.io.csv_table.header_of`. Without a header columns are called x1, x2, ...
5. *Decimal sign*: a comma where a cell has a decimal comma (0,5, but not 1,234, where it may separate thousands) and
   no cell has a decimal point; else a point.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from itertools import islice
from typing import Any, TypedDict

from multilayer._base.errors import InputError
from multilayer._base.text import fill, near_matches, quoted
from multilayer.io.csv_cells import CsvRow
from multilayer.io.csv_header import header_of
from multilayer.tables.files.encodings import encoding_of, text_of
from multilayer.tables.files.sources import Source
from multilayer.tables.units import without_unit

__all__ = ["Dialect", "Options", "Settings", "dialect_of"]

_LINES = 1000
_SEPARATORS = ",;\t|"
_NAMES_OF_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "|"}
_SEPARATOR_LINE = re.compile(r"\"?sep=(.)\"?[ \t]*(?:\r\n|\r|\n)", re.IGNORECASE)
_DECIMAL = {
    ",": re.compile(r"[+-]?(?:[0-9]*,[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+)(?:[eE][+-]?[0-9]+)?"),
    ".": re.compile(r"[+-]?(?:[0-9]*\.[0-9]+|[1-9][0-9]{0,2}(?:,[0-9]{3})+\.[0-9]+)(?:[eE][+-]?[0-9]+)?"),
}
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:[.,][0-9]{3})+")


class Options(TypedDict, total=False):
    """How a CSV file is written; what is None or not given is found out."""

    separator: str | None
    decimal: str | None
    quote: str | None
    """ "" for none."""
    encoding: str | None
    header: bool | None


@dataclass(frozen=True)
class Settings:
    """The options of a user, checked."""

    separator: str | None = None
    decimal: str | None = None
    quote: str | None = None
    encoding: str | None = None
    header: bool | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Settings:
        """Return the settings of options that were given by name.

        Raises
        ------
        InputError
            For an option that does not exist, with near matches, and for a value that does not fit.
        """
        known = [field.name for field in fields(cls)]
        for option in options:
            if option not in known:
                raise InputError(
                    "a table has no option {option}; {near}",
                    option=quoted(option),
                    near=near_matches(option, known),
                )
        return cls(**options)

    def __post_init__(self) -> None:
        for name, sign in (("separator", self.separator), ("quote", self.quote)):
            if sign is not None and (len(sign) != 1 or not sign.isascii() or sign in "\r\n\0"):
                if name == "quote" and sign == "":
                    continue  # no quotes
                raise InputError(
                    "{name}: expected one ASCII character, found {sign}", name=name, sign=quoted(str(sign))
                )
        if self.decimal not in (None, ".", ","):
            raise InputError(
                "decimal: expected '.' or ',', found {decimal}", decimal=quoted(str(self.decimal))
            )
        if self.separator is not None and self.separator == self.decimal:
            raise InputError(
                "separator and decimal are both {separator}; expected two signs",
                separator=quoted(self.separator),
            )
        if self.encoding is not None:
            try:
                "".encode(self.encoding)
            except (LookupError, ValueError):
                raise InputError(
                    "encoding: {encoding} is unknown; expected one as utf-8, latin-1 or utf-16",
                    encoding=quoted(str(self.encoding)),
                ) from None


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written."""

    names: tuple[str, ...]
    above: int
    """How many lines there are above the first row."""
    separator: str
    quote: str
    encoding: str
    decimal: str
    longest: int
    """The bytes of the longest of the first lines."""
    empty: bool
    """Whether there is no row."""
    multiline: bool
    """Whether one of the first cells holds a line end."""
    notes: tuple[str, ...]


def dialect_of(source: Source, settings: Settings, expected: Collection[str] = ()) -> Dialect:
    """Return how a CSV file is written; `expected` are the names that a header is to hold.

    Raises
    ------
    InputError
        When it is empty or no text.
    """
    encoding, notes = (settings.encoding, []) if settings.encoding else encoding_of(source)
    text = text_of(source, encoding)
    declared = _SEPARATOR_LINE.match(text)
    lines = list(islice(io.StringIO(text[declared.end() :] if declared else text, newline=""), _LINES))
    quote = _quote("".join(lines)) if settings.quote is None else settings.quote
    separator = settings.separator or (declared[1] if declared else _separator(lines, quote))
    rows = _rows(lines, separator, quote)
    if not rows and text.strip():
        raise InputError(
            "{where}, line 1: expected cells of at most {limit} characters, "
            "found a longer one; look for a quote without its partner",
            where=source.where,
            limit=csv.field_size_limit(),
        )
    if not rows:
        raise InputError("{where}: expected a table, found no line; the file is empty", where=source.where)
    first, second = rows[0], rows[1] if len(rows) > 1 else None
    header = header_of(first, second, expected, settings.header)
    decimal = settings.decimal or _decimal(rows, separator)
    names = header.names or tuple(f"x{place}" for place in range(1, len(first.cells) + 1))
    notes += _notes(settings, separator, quote, decimal)
    if header.note:
        notes.append(header.note)
    elif header.names is not None and settings.header is None:
        notes += _perhaps_a_row(rows)
    elif header.names is None and settings.header is None:
        notes.append(
            fill("line {line} is read as a row, and columns are called x1, x2, ...", line=first.line)
        )
    above = (1 if declared else 0) + (first.line if header.names is not None else 0)
    return Dialect(
        names,
        above,
        separator,
        quote,
        encoding,
        decimal,
        max(len(line) for line in lines),
        header.names is not None and source.whole and not "".join(lines[first.line :]).strip(),
        any("\n" in cell or "\r" in cell for row in rows for cell in row.cells),
        tuple(notes),
    )


def _notes(settings: Settings, separator: str, quote: str, decimal: str) -> list[str]:
    notes = []
    if settings.separator is None and separator != ",":
        notes.append(
            fill("cells are separated by {sign}", sign=_NAMES_OF_SEPARATORS.get(separator, separator))
        )
    if settings.quote is None and quote != '"':
        notes.append(fill("cells are quoted by {sign}", sign=quote))
    if settings.decimal is None and decimal != ".":
        notes.append(fill("numbers are read with a decimal comma"))
    return notes


def _perhaps_a_row(rows: Sequence[CsvRow]) -> list[str]:
    """Return a note where a name is also a value below it."""
    first, *others = rows
    for place, name in enumerate(first.cells):
        if name.strip() and any(row.cells[place : place + 1] == [name] for row in others):
            return [
                fill(
                    "line {line} is read as column names, although {name} is a value of its column, too; "
                    "without a header it is a row",
                    line=first.line,
                    name=quoted(name),
                )
            ]
    return []


def _quote(text: str) -> str:
    if '"' in text or "'" not in text:
        return '"'
    enclosing = len(re.findall(r"(?:^|(?<=[,;\t|]))'[^'\n]*'(?=[,;\t|\r\n]|$)", text, re.MULTILINE))
    return "'" if 2 * enclosing == text.count("'") else '"'


def _rows(lines: Sequence[str], separator: str, quote: str) -> list[CsvRow]:
    signs: dict[str, Any] = {"quotechar": quote} if quote else {"quoting": csv.QUOTE_NONE}
    reader = csv.reader(lines, delimiter=separator, **signs)
    rows: list[CsvRow] = []
    with suppress(csv.Error):  # found again where all rows are read
        rows.extend(
            CsvRow(reader.line_num, cells, separator)
            for cells in reader
            if len(cells) > 1 or "".join(cells).strip()
        )
    return rows


def _separator(lines: Sequence[str], quote: str) -> str:
    best, chosen = (0.0, 0.0, 0), ","
    for separator in _SEPARATORS:
        widths = Counter(len(row.cells) for row in _rows(lines[:100], separator, quote))
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        if width == 1:
            continue
        share = times / widths.total()
        decimal = separator == "," and _are_decimals(lines[:100])
        score = (share, 0.0 if decimal else 1.0, width)
        if score > best:
            best, chosen = score, separator
    return chosen


def _are_decimals(lines: Sequence[str]) -> bool:
    """Whether all commas stand between digits, and another separator stands between these."""
    commas = sum(line.count(",") for line in lines)
    between = sum(len(re.findall(r"(?<=[0-9]),(?=[0-9])", line)) for line in lines)
    return commas == between and any(sign in line for line in lines for sign in _SEPARATORS[1:])


def _decimal(rows: Sequence[CsvRow], separator: str) -> str:
    cells = [cell.strip() for row in rows for cell in row.cells]

    def some(sign: str) -> bool:
        bare = (without_unit(cell)[1] for cell in cells if sign in cell)
        return any(_DECIMAL[sign].fullmatch(cell) and not _THOUSANDS.fullmatch(cell) for cell in bare)

    return "," if some(",") and not some(".") else "."

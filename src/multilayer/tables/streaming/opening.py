"""Whether a table in files is read into memory, or in blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.storage import shown
from multilayer._base.text import fill, one_line
from multilayer._base.translation import N_
from multilayer.tables.columns import Kind
from multilayer.tables.conform import check_present
from multilayer.tables.files.reading import format_of, read_table, read_together
from multilayer.tables.files.several import files_of
from multilayer.tables.files.sources import source_of
from multilayer.tables.reading import Reading
from multilayer.tables.streaming.table_files import CELL, TableFiles

__all__ = ["MEMORY", "bytes_of", "is_in_files", "opened"]

MEMORY = "2GB"
"""What the columns of a table may take, unless more or less is given: the same on each machine, as it decides bits."""

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(k|M|G|T)?(i)?B?")
_POWERS = {None: 0, "k": 1, "M": 2, "G": 3, "T": 4}

_WHOLE = N_(
    "{rows:,} rows of {columns:,} columns take {size} in memory, within the limit of {memory}: read into memory"
)
_BLOCKS = N_(
    "{rows:,} rows of {columns:,} columns take {size} in memory, more than the limit of {memory}: read in blocks"
)


def bytes_of(memory: Any) -> int:
    """Return a size in bytes.

    >>> bytes_of("2GB"), bytes_of("1.5 MiB"), bytes_of(4096)
    (2000000000, 1572864, 4096)
    """
    if isinstance(memory, int | np.integer) and not isinstance(memory, bool) and memory > 0:
        return int(memory)
    match = _SIZE.fullmatch(memory.strip()) if isinstance(memory, str) else None
    if match is None or not float(match[1]):
        raise InputError(
            "memory must be a size as 2GB, 500MB or 1.5GiB, or a number of bytes; got {memory}",
            memory=one_line(repr(memory), 40),
        )
    return max(1, int(float(match[1]) * (1024 if match[3] else 1000) ** _POWERS[match[2]]))


def is_in_files(table: Any) -> bool:
    """Whether a table is named by a path or a pattern, or is a data set of Arrow."""
    if isinstance(table, str | Path):
        return True
    return type(table).__module__.startswith("pyarrow") and hasattr(table, "files")


def opened(
    table: Any, types: Mapping[str, Kind] | None, memory: int, ignore: Sequence[str] = (), **options: Any
) -> Reading | TableFiles:
    """Return a table of files without the columns to `ignore`: read into memory, or, where it is too large, in blocks.

    The rule: Parquet and Arrow files are read in blocks where rows x columns x 8 bytes are more than the memory. All
    other files are read into memory.

    Raises
    ------
    InputError
        As `read_table` does.
    """
    named = isinstance(table, str | Path)
    if named and (str(table) == "-" or not _has_blocks(table)):
        return read_table(table, types=types, ignore=ignore, **options)
    files = TableFiles.of(table)
    check_present(ignore, files.names)
    used = files.without(ignore)
    size = used.rows * len(used.names) * CELL
    template = _WHOLE if size <= memory else _BLOCKS
    note = fill(
        template, rows=used.rows, columns=len(used.names), size=shown_size(size), memory=shown_size(memory)
    )
    if size > memory:
        return replace(used, notes=(*used.notes, note))
    if named:
        reading = read_table(table, types=types, ignore=ignore, **options)
    else:
        paths = list(dict.fromkeys(block.path for block in files.blocks))
        reading = read_together(paths, shown(paths[0]), types or {}, ignore)
    return replace(reading, notes=(note, *reading.notes))


def _has_blocks(path: str | Path) -> bool:
    """Whether the first file is one of which parts can be read alone; a pipe is not, and is read once only."""
    first = files_of(path)[1][0]
    return first.is_file() and format_of(source_of(first)) in {"parquet", "arrow"}


def shown_size(size: int) -> str:
    """Return bytes for readers.

    >>> shown_size(16_000_000_000), shown_size(999)
    ('16.0 GB', '999 B')
    """
    power = next(power for power in (4, 3, 2, 1, 0) if size >= 1000**power or not power)
    return f"{size / 1000**power:.1f} {'kMGT'[power - 1]}B" if power else f"{size} B"

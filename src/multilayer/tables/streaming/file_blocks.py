"""Parquet and Arrow files in blocks that can be read alone: row groups, and record batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from multilayer._base.errors import InputError, located
from multilayer._base.storage import shown
from multilayer._base.translation import N_
from multilayer.tables.conform import check_present
from multilayer.tables.files.arrow import arrow
from multilayer.tables.files.reading import format_of, refusing_arrow
from multilayer.tables.files.several import files_of
from multilayer.tables.files.sources import refusing, source_of

__all__ = ["FileBlock", "blocks_of", "described"]


@dataclass(frozen=True, eq=False)
class FileBlock:
    """A part of a file that can be read alone."""

    path: Path
    place: int
    start: int
    """Rows of the file before it."""
    rows: int
    schema: Any
    """The columns of the file, as Arrow has them."""
    digest: str
    """Of what the file says about its blocks."""
    state: tuple[int, int]
    """Size and time of the file when it was opened."""
    reader: Callable[[Path, int, list[str]], Any]

    def read(self, names: Sequence[str]) -> Any:
        """Return some columns as a table of Arrow.

        Raises
        ------
        InputError
            Where they cannot be read, and where the file is not the one that was opened.
        """
        where = shown(self.path)
        with refusing(where), refusing_arrow(where):
            if _state(self.path) != self.state:
                raise InputError(
                    "the file has changed since it was opened: rows of both would be mixed; start again"
                )
            return self.reader(self.path, self.place, list(names))


def blocks_of(source: Any) -> tuple[FileBlock, ...]:
    """Return the blocks that have rows: of a file, a folder, a pattern, several of these, or a data set of Arrow.

    Raises
    ------
    InputError
        Where there is no file, and where one is neither Parquet nor an Arrow file.
    """
    blocks = tuple(block for path in _files(source) for block in _blocks_of(path))
    if hasattr(source, "count_rows"):
        _check_data_set(source, blocks)
    return blocks


def _check_data_set(data: Any, blocks: Sequence[FileBlock]) -> None:
    """Refuse a data set that is more, or less, than its files: names of folders as columns, and filters."""
    for block in {block.path: block for block in blocks}.values():
        with located(shown(block.path)):
            check_present(data.schema.names, block.schema.names)
    found, rows = data.count_rows(), sum(block.rows for block in blocks)
    if found != rows:
        template = N_(
            "the data set has {found:,} of the {rows:,} rows of its files; write these rows to files"
        )
        raise InputError(template, found=found, rows=rows)


def described(blocks: Iterable[FileBlock], *others: str) -> str:
    """Return what is different for other rows, short."""
    digest, count, rows = hashlib.blake2b("".join(others).encode(), digest_size=8), 0, 0
    for block in blocks:
        digest.update(f"{block.digest} {block.place}".encode())
        count, rows = count + 1, rows + block.rows
    return f"{count} {rows} {digest.hexdigest()}"


def _files(source: Any) -> list[Path]:
    if hasattr(source, "files"):  # a data set of Arrow
        return [Path(file) for file in source.files]
    if isinstance(source, Sequence) and not isinstance(source, str):
        return [file for one in source for file in _files(one)]
    return files_of(source)[1]


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _blocks_of(path: Path) -> list[FileBlock]:
    source = source_of(path)
    with refusing(source.where), refusing_arrow(source.where):
        kind = format_of(source)
        if kind not in _FORMATS:
            raise InputError(
                "expected Parquet or an Arrow file, of which parts can be read alone; found {kind}", kind=kind
            )
        return _FORMATS[kind](path)


def _of_parquet(path: Path) -> list[FileBlock]:
    state = _state(path)
    with arrow("parquet").ParquetFile(path) as file:
        head, schema = file.metadata, file.schema_arrow
        rows = [head.row_group(place).num_rows for place in range(head.num_row_groups)]
    return _in_order(path, rows, schema, _digest(_footer(path)), state, _read_group)


def _footer(path: Path) -> bytes:
    """Return the end of a Parquet file, which says where its pages are, and their least and greatest values."""
    with path.open("rb") as file:
        file.seek(-8, 2)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-8 - length, 2)
        return file.read(length)


def _read_group(path: Path, place: int, names: list[str]) -> Any:
    with arrow("parquet").ParquetFile(path, page_checksum_verification=True) as file:
        return file.read_row_group(place, columns=names)


def _of_arrow(path: Path) -> list[FileBlock]:
    state = _state(path)
    with arrow().memory_map(str(path)) as mapped, arrow("ipc").open_file(mapped) as file:
        batches = [file.get_batch(place) for place in range(file.num_record_batches)]
        rows, schema = [batch.num_rows for batch in batches], file.schema
        del batches
    return _in_order(path, rows, schema, _digest(f"{state[0]} {rows}".encode()), state, _read_batch)


def _read_batch(path: Path, place: int, names: list[str]) -> Any:
    with arrow("ipc").open_file(arrow().memory_map(str(path))) as file:
        batch = file.get_batch(place)
        batch.validate(full=True)  # bytes that were changed may point anywhere
        return arrow().Table.from_batches([batch.select(names)])


def _in_order(path: Path, rows: list[int], *others: Any) -> list[FileBlock]:
    starts = [0, *accumulate(rows)]
    return [
        FileBlock(path, place, starts[place], count, *others) for place, count in enumerate(rows) if count
    ]


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=8).hexdigest()


_FORMATS: dict[str, Callable[[Path], list[FileBlock]]] = {"parquet": _of_parquet, "arrow": _of_arrow}

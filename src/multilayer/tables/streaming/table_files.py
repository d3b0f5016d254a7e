"""A table in Parquet or Arrow files, of which a block is in memory at a time: columns of one type in all files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.storage import shown
from multilayer._base.text import quoted
from multilayer._base.translation import N_
from multilayer.tables.conform import check_present
from multilayer.tables.files.arrow import arrow
from multilayer.tables.reading import named_apart
from multilayer.tables.streaming.file_blocks import FileBlock, blocks_of
from multilayer.tables.texts import CellError

__all__ = ["CELL", "TableFiles"]

CELL = 8
"""Bytes that a value takes in memory: of a number or a date, and about those of a category or a short text."""

_OTHER_TYPE = N_(
    "column {name}: expected the type {wanted}, as in the files before, found {found}; write all files with the same "
    "types"
)


@dataclass(frozen=True, eq=False)
class TableFiles:
    """Files with the same columns."""

    blocks: tuple[FileBlock, ...]
    types: dict[str, Any]
    """The type of each column, as Arrow has it, such that all files fit into it."""
    called: dict[str, str]
    """What a column is called in the files, where it has no name there."""
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, source: Any) -> TableFiles:
        """Return the table of a path, a folder, a pattern or a data set of Arrow.

        Raises
        ------
        InputError
            Where a file is of another format, or has other columns or types than those before it; with its name.
        """
        blocks = blocks_of(source)
        if not blocks:
            raise InputError("expected a table with rows, found none")
        first = blocks[0].schema
        with located(shown(blocks[0].path)):
            names, notes = named_apart(first.names)
        types = dict(zip(first.names, first.types, strict=True))
        for block in {block.path: block for block in blocks}.values():
            with located(shown(block.path)):
                check_present(first.names, block.schema.names)
                types = {
                    name: _common(name, wanted, block.schema.field(name).type)
                    for name, wanted in types.items()
                }
        called = dict(zip(names, first.names, strict=True))
        return cls(blocks, {name: types[there] for name, there in called.items()}, called, notes)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self.types)

    @cached_property
    def rows(self) -> int:
        """The rows of all files."""
        return sum(block.rows for block in self.blocks)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """The rows before each block."""
        return np.concatenate([[0], np.cumsum([block.rows for block in self.blocks])])[:-1].astype(np.int64)

    def without(self, names: Sequence[str]) -> TableFiles:
        """Return the table without some columns."""
        return replace(self, types={name: kind for name, kind in self.types.items() if name not in names})

    def read(self, number: int, names: Sequence[str]) -> Any:
        """Return columns of a block as a table of Arrow, in their common types."""
        block = self.blocks[number]
        table = block.read([self.called[name] for name in names]).rename_columns(list(names))
        wanted = arrow().schema([(name, self.types[name]) for name in names])
        return table if table.schema.equals(wanted) else table.cast(wanted)

    @contextmanager
    def placed(self, number: int, rows: NDArray[np.intp] | None = None) -> Iterator[None]:
        """Name the file in errors of a block, and the row in it; `rows` are those of the block that are looked at."""
        block = self.blocks[number]
        with located(shown(block.path)):
            try:
                yield
            except CellError as error:
                row = error.row if rows is None else int(rows[error.row])
                raise error.at(block.start + row) from None


def _common(name: str, wanted: Any, found: Any) -> Any:
    """Return the type that holds both."""
    if wanted == found:
        return wanted
    schemas = [arrow().schema([(name, kind)]) for kind in (wanted, found)]
    try:
        return arrow().unify_schemas(schemas, promote_options="permissive").field(0).type
    except arrow().ArrowException:
        raise InputError(
            _OTHER_TYPE, name=quoted(name), wanted=quoted(str(wanted)), found=quoted(str(found))
        ) from None

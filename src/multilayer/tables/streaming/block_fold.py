"""The rows of a member of a bag that need not fit into memory: read and encoded a buffer at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer.network import MLP
from multilayer.tables.columns import Column, ColumnSchema
from multilayer.tables.encoder import Encoder
from multilayer.tables.files.batches import column_as
from multilayer.tables.folds import ArrayFold
from multilayer.tables.streaming.cells import Cells, EncodedCells, write_cells
from multilayer.tables.streaming.file_blocks import described
from multilayer.tables.streaming.places import Places
from multilayer.tables.streaming.table_files import TableFiles
from multilayer.tables.streaming.targets import TargetInFiles
from multilayer.training import train
from multilayer.training.loop import Training

__all__ = ["BlockFold", "FoldBlocks", "columns_as", "rows_with_target"]

_AT_ONCE = 4096
_LOOKS = 200
"""How often in an epoch a callback is asked, as an epoch may take hours."""


def rows_with_target(
    files: TableFiles, aim: TargetInFiles, number: int, names: Sequence[str]
) -> tuple[Any, Any]:
    """Return the rows of a block that have a target, as a table of Arrow with these columns and the target, and their
    places in the block; None for all of them."""
    table = files.read(number, [*names, aim.schema.name])
    if aim.rows[number] == table.num_rows:
        return table, None
    with files.placed(number):
        rows = np.flatnonzero(~column_as(table[aim.schema.name], aim.schema).missing)
    return table.take(rows), rows


def columns_as(table: Any, schema: Sequence[ColumnSchema]) -> list[Column]:
    """Return columns of a table of Arrow, made like a schema."""
    return [column_as(table[wanted.name], wanted) for wanted in schema]


@dataclass(frozen=True, eq=False)
class FoldBlocks:
    """Blocks of a table without the rows that a member holds out, as training takes them (`training.blocks.Blocks`)."""

    files: TableFiles
    aim: TargetInFiles
    encoder: Encoder
    places: Places
    member: int

    @cached_property
    def block_rows(self) -> NDArray[np.intp]:
        """The number of rows of each block."""
        numbers = range(len(self.files.blocks))
        return np.array([np.count_nonzero(self._kept(number)) for number in numbers], np.intp)

    def _kept(self, number: int) -> NDArray[np.bool_]:
        member = self.places.members_of(self.aim.start(number), int(self.aim.rows[number]))
        return np.asarray(member != self.member)

    @property
    def input_count(self) -> int:
        """The number of inputs."""
        return self.encoder.width

    @property
    def row_cells(self) -> tuple[int, np.dtype[Any]]:
        """A number for each column."""
        return len(self.encoder.schema), np.dtype(np.float64)

    @property
    def described(self) -> str:
        """What is different for other rows."""
        return described(self.files.blocks, repr((self.aim.schema, self.places, self.member)))

    def select_inputs(self, names: tuple[str, ...] | None) -> FoldBlocks:
        """Return the same rows: the encoder has chosen the columns."""
        return self

    def read(self, block: int, cells: Cells) -> tuple[NDArray[Any], None]:
        """Write the columns of a block into cells, and return its targets.

        Raises
        ------
        InputError
            For a file that has changed or cannot be read, and for values that are not as they were.
        """
        names = [schema.name for schema in self.encoder.schema]
        table, rows = rows_with_target(self.files, self.aim, block, names)
        kept = np.flatnonzero(self._kept(block))
        with self.files.placed(block, rows):
            if table.num_rows != self.aim.rows[block]:
                raise InputError("other rows have a target than before; start again")
            write_cells(columns_as(table, self.encoder.schema), cells, kept)
            y = column_as(table[self.aim.schema.name], self.aim.schema)
            return self.aim.target.encode(y.take(kept)), None

    def inputs_of(self, cells: Cells) -> EncodedCells:
        """Return rows that were read as inputs of the network."""
        return EncodedCells(self.encoder, cells)


@dataclass(frozen=True, eq=False)
class BlockFold:
    """The rows of a member: blocks to train on; those that are held out, and some of the others, are in memory."""

    blocks: FoldBlocks
    held_out_cells: Cells
    held_out_y: NDArray[Any]
    sample: Cells
    """Rows of the table, the same for all members."""
    sample_y: NDArray[Any]
    sample_used: NDArray[np.bool_]
    """Those that the member does not hold out."""
    in_blocks: bool = field(default=True, init=False)

    @property
    def rows(self) -> int:
        """The number of rows to train on."""
        return int(self.blocks.block_rows.sum())

    def held_out_x(self) -> Iterator[NDArray[np.float32]]:
        """Yield the encoded rows that are held out, some at a time."""
        x = self.blocks.inputs_of(self.held_out_cells)
        for start in range(0, len(self.held_out_y), _AT_ONCE):
            yield x[start : start + _AT_ONCE]

    def some(self, count: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Return encoded rows to train on, so many at most, drawn at random from the sample."""
        used = np.flatnonzero(self.sample_used)
        return self.blocks.inputs_of(self.sample)[rng.permutation(used)[:count]]

    def training(self, start: MLP, **options: Any) -> Training:
        """Return the training of a network, measured on the rows that are held out."""
        held_out = self.blocks.inputs_of(self.held_out_cells), self.held_out_y
        steps = options["config"].steps_of(self.rows)
        given = {**options, "validation": held_out, "every": max(1, steps // _LOOKS)}
        return train(start, self.blocks, **given)

    def part(self, rows: int) -> ArrayFold:
        """Return about so many rows to train on in memory, and the same share of the others."""
        inside = np.flatnonzero(self.sample_used)[:rows]
        outside = max(1, len(self.held_out_y) * len(inside) // self.rows)
        cells = np.concatenate([self.sample[inside], self.held_out_cells[:outside]])
        y = np.concatenate([self.sample_y[inside], self.held_out_y[:outside]])
        return ArrayFold(self.blocks.inputs_of(cells), y, None, np.arange(len(y)) >= len(inside))

"""One pass over a table in files: what an encoder is fitted to, and the rows that members hold out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random, Seed, generator, words
from multilayer._base.storage import shown
from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import Columns, Kind
from multilayer.tables.encoder import Encoder
from multilayer.tables.files.arrow import arrow
from multilayer.tables.files.batches import column_as
from multilayer.tables.folds import Fold
from multilayer.tables.reading import check_types, gathered
from multilayer.tables.streaming.block_fold import BlockFold, FoldBlocks, columns_as, rows_with_target
from multilayer.tables.streaming.cells import cells_of
from multilayer.tables.streaming.places import Places
from multilayer.tables.streaming.table_files import CELL, TableFiles
from multilayer.tables.streaming.tallying import ColumnInBlocks, column_in_blocks
from multilayer.tables.streaming.targets import TargetInFiles, target_in
from multilayer.tables.suspicions import Case, Skill
from multilayer.tables.table_source import LEFT_OUT, check_same_target
from multilayer.tables.target import Target, Task
from multilayer.tables.transforms.fitting import EncoderSettings
from multilayer.tables.transforms.tally import Tally, sample_rows
from multilayer.training.blocks import BUFFER

__all__ = ["Survey", "survey"]

_SHARE_HELD_OUT = 8
"""Held-out rows of all members take at most this part of the memory."""
_LEAST = 2

_BLOCKS_AT_ONCE = 4
"""Blocks of the largest size that have to fit into the memory."""

_IN_BLOCKS = N_(
    "{rows:,} rows were read in {blocks:,} blocks, not all at once; each network holds out about {held_out:,} of them, "
    "chosen by a hash of their places"
)
_TOO_FEW = N_(
    "the table has {rows:,} rows with a target, too few to hold some out for each of {members} members"
)
_LARGE_BLOCK = N_(
    "{file}: a row group or record batch has {rows:,} rows; expected at most {most:,} in this memory: write the file "
    "with smaller ones, or give more memory"
)

Show = Callable[[int], Any]


@dataclass(frozen=True, eq=False)
class Survey:
    """A table in files, as `fit_table` takes it: read once, with what has to be kept of it in memory."""

    files: TableFiles
    aim: TargetInFiles
    places: Places
    tallies: Sequence[Tally]
    doubts: tuple[str, ...]
    """What could have been read in another way, in sentences."""
    class_rows: NDArray[np.int64]
    """Of each class; empty for a number."""
    sample: Any
    """Rows as a table of Arrow."""
    sample_by: NDArray[np.int64]
    """Which member holds out each row of the sample."""
    held_out_rows: Any
    """Rows that members hold out, as a table of Arrow."""
    held_out_by: NDArray[np.int64]
    left_out: tuple[str, ...]
    """That rows have no target, in a sentence."""
    at_once: int
    """Members, at most, whose buffers fit into the memory together."""

    @property
    def target(self) -> Target:
        """What is learned."""
        return self.aim.target

    @property
    def rows(self) -> int:
        """Rows, each of which has a target."""
        return int(self.aim.rows.sum())

    @cached_property
    def inputs(self) -> Columns:
        """The columns beside the target, of the rows of the sample."""
        return Columns(tally.column for tally in self.tallies)

    @property
    def gaps(self) -> Mapping[str, int]:
        """Rows without a value, of each column."""
        return {tally.column.name: tally.gaps for tally in self.tallies}

    @property
    def held_out(self) -> int:
        """Rows that each member holds out, about."""
        return len(self.held_out_by) // self.places.members

    @property
    def notes(self) -> tuple[str, ...]:
        """How the rows were read."""
        blocks = len(self.files.blocks)
        return (fill(_IN_BLOCKS, rows=self.rows, blocks=blocks, held_out=self.held_out), *self.left_out)

    def checked(self, target: str) -> Survey:
        """Return this survey, of this target."""
        check_same_target(self.target.name, target)
        return self

    def case(self, skill: Skill | None = None) -> Case:
        """Return what suspicions are drawn from."""
        varying = frozenset(tally.column.name for tally in self.tallies if tally.varies)
        return Case(
            self.inputs,
            self._y(self.sample),
            self.target.name,
            self.target.classes,
            skill=skill,
            varying=varying,
        )

    def encoder(self, settings: EncoderSettings) -> Encoder:
        """Return the encoder of the inputs: that of the same table in memory."""
        return Encoder.of_tallies(self.inputs, self.tallies, settings)

    def folds(self, encoder: Encoder, members: int, rng: Random) -> Sequence[Fold]:
        """Return the rows of each member; `rng` is not asked, as they were drawn before."""
        if members != self.places.members:
            template = N_("the rows were read for {made} members; found members={members}")
            raise InputError(template, made=self.places.members, members=members)
        cells, y = cells_of(columns_as(self.held_out_rows, encoder.schema)), self._y(self.held_out_rows)
        some, some_y = cells_of(columns_as(self.sample, encoder.schema)), self._y(self.sample)
        return [
            BlockFold(
                FoldBlocks(self.files, self.aim, encoder, self.places, member),
                cells[self.held_out_by == member],
                y[self.held_out_by == member],
                some,
                some_y,
                self.sample_by != member,
            )
            for member in range(members)
        ]

    def _y(self, table: Any) -> NDArray[Any]:
        return self.target.encode(column_as(table[self.target.name], self.aim.schema))


def survey(
    files: TableFiles,
    target: str,
    *,
    task: Task | None = None,
    types: Mapping[str, Kind] | None = None,
    members: int = 8,
    rng: Seed = 0,
    memory: int,
    show: Show = lambda rows: None,
) -> Survey:
    """Read a table in files once, its target before the other columns, and return what a model is made from.

    Parameters
    ----------
    files : TableFiles
    target : str
        The column to learn; rows without it are left out.
    task, types, members
        As `fit_table` takes them.
    rng : Generator, RandomState, int or None
        The source of the rows that members hold out, for which one word is drawn.
    memory : int
        Bytes that the columns of the table may take.
    show : callable
        Called with the number of rows that have been read, after each block.

    Raises
    ------
    InputError
        As `fit_table` does; what concerns a file names it.
    """
    types = types or {}
    check_types(types, files.names)
    _check_blocks(files, memory)
    aim = target_in(files, target, task, types.get(target))
    rows = int(aim.rows.sum())
    most = max(1, memory // (_SHARE_HELD_OUT * members * CELL * len(files.types)))
    places = Places.of(rows, members, int(words(generator(rng), (1,))[0]), most)
    columns = {
        name: column_in_blocks(name, types.get(name), files.types[name])
        for name in files.names
        if name != target
    }
    class_rows, kept_rows = _read(files, aim, places, columns, sample_rows(rows), show)
    sample, _, _, held_out_by = kept_rows
    if np.bincount(held_out_by, minlength=members).min() < _LEAST:
        raise InputError(_TOO_FEW, rows=rows, members=members)
    found = [column.found(sample[name], rows) for name, column in columns.items()]
    doubts = gathered([aim.understood, *(understood for understood, _ in found)]).notes
    tallies = [tally for _, tally in found]
    at_once = max(1, memory // (2 * (BUFFER + 3 * _largest(files))))
    left_out = _left_out(files, rows, target)
    return Survey(files, aim, places, tallies, doubts, class_rows, *kept_rows, left_out, at_once)


def _read(
    files: TableFiles,
    aim: TargetInFiles,
    places: Places,
    columns: Mapping[str, ColumnInBlocks],
    chosen: NDArray[np.intp] | None,
    show: Show,
) -> tuple[NDArray[np.int64], tuple[Any, Any, Any, Any]]:
    """Read each block once, by which the columns are seen.

    It returns the rows of each class; and the rows of the sample and those that are held out, each as a table of Arrow,
    with the members that hold them out.
    """
    class_rows, kept = np.zeros(len(aim.target.classes), np.int64), []
    for number in range(len(files.blocks)):
        table, here = rows_with_target(files, aim, number, list(columns))
        at = files.starts[number] + (np.arange(table.num_rows) if here is None else here)
        with files.placed(number, here):
            for name, column in columns.items():
                column.add(table[name], at)
            if len(class_rows):
                y = aim.target.encode(column_as(table[aim.target.name], aim.schema))
                class_rows += np.bincount(y, minlength=len(class_rows))
        kept.append(_kept(table, places, aim.start(number), chosen))
        show(int(files.starts[number]) + files.blocks[number].rows)
    sample, sample_by, held_out, held_out_by = map(_joined, zip(*kept, strict=True))
    return class_rows, (sample, sample_by, held_out, held_out_by)


def _left_out(files: TableFiles, rows: int, target: str) -> tuple[str, ...]:
    """Return that rows have no target, in a sentence; nothing where each has one."""
    count = files.rows - rows
    return (fill(LEFT_OUT, count=count, rows=files.rows, target=quoted(target)),) if count else ()


def _largest(files: TableFiles) -> int:
    """Return the bytes of the largest block."""
    return max(block.rows for block in files.blocks) * len(files.types) * CELL


def _check_blocks(files: TableFiles, memory: int) -> None:
    """Refuse blocks that are too large: some of them are in memory together, as they are and as columns."""
    for block in files.blocks:
        size = block.rows * len(files.types) * CELL
        if _BLOCKS_AT_ONCE * size > memory:
            raise InputError(
                _LARGE_BLOCK,
                file=shown(block.path),
                rows=block.rows,
                most=max(1, memory // (_BLOCKS_AT_ONCE * len(files.types) * CELL)),
            )


def _kept(
    table: Any, places: Places, start: int, chosen: NDArray[np.intp] | None
) -> tuple[Any, Any, Any, Any]:
    """Return the rows of a block that are in the sample, and those that are held out, with the members that do."""
    held_by = places.members_of(start, table.num_rows)
    held_out = np.flatnonzero(held_by >= 0)
    if chosen is None:
        sample = np.arange(table.num_rows)
    else:
        first, last = np.searchsorted(chosen, [start, start + table.num_rows])
        sample = chosen[first:last] - start
    return table.take(sample), held_by[sample], table.take(held_out), held_by[held_out]


def _joined(pieces: Sequence[Any]) -> Any:
    return np.concatenate(pieces) if isinstance(pieces[0], np.ndarray) else arrow().concat_tables(pieces)

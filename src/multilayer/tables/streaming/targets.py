"""The target of a table in files: what it is, and how many rows of each block have one."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import Column, ColumnSchema, Kind
from multilayer.tables.conform import check_present
from multilayer.tables.files.arrow import arrow, column_of
from multilayer.tables.moments import Moments
from multilayer.tables.reading import Understood
from multilayer.tables.streaming.table_files import TableFiles
from multilayer.tables.streaming.tallying import ColumnInBlocks, Counts, column_in_blocks, is_of
from multilayer.tables.target import Target, Task
from multilayer.tables.transforms.tally import Tally

__all__ = ["TargetInFiles", "target_in"]

_TOO_MANY = N_(
    "column {name}: expected a target of at most {most:,} classes, found more; give another column"
)
_MOST_CLASSES = 2**20


@dataclass(frozen=True, eq=False)
class TargetInFiles:
    """A target, how it is read, and what could be wrong with its kind."""

    target: Target
    schema: ColumnSchema
    rows: NDArray[np.int64]
    """Of each block, those that have a target."""
    understood: Understood

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        return np.cumsum(self.rows) - self.rows

    def start(self, number: int) -> int:
        """Return how many rows with a target are before a block."""
        return int(self._starts[number])


def target_in(
    files: TableFiles, name: str, task: Task | None = None, kind: Kind | None = None
) -> TargetInFiles:
    """Return the target that a column of files is, by the rules for one in memory; the column is read once.

    Texts that are numbers are read twice.

    Raises
    ------
    InputError
        As `Target.of` does; what concerns a value names the file and the row in it.
    """
    check_present([name], files.names)
    types = files.types[name]
    numbers = kind == "number" or (kind is None and is_of(types, "integer", "floating", "decimal"))
    seen = _Seen(name, numbers, task, column_in_blocks(name, kind, types))
    for number in range(len(files.blocks)):
        values = files.read(number, [name])[name]
        with files.placed(number):
            seen.add(values, files.starts[number])
    read = seen.read(values)
    if not numbers and read.column.kind == "number":
        return target_in(files, name, task, "number")
    return TargetInFiles(seen.target(read.column), read.column.schema, np.array(seen.rows, np.int64), read)


@dataclass
class _Seen:
    name: str
    numbers: bool
    task: Task | None
    column: ColumnInBlocks
    rows: list[int] = field(default_factory=list)
    moments: Moments = field(default_factory=Moments)
    counts: Counts = field(default_factory=Counts)
    all_rows: int = 0
    tally: Tally | None = None

    def add(self, values: Any, start: int) -> None:
        """Take the values of a block."""
        places = np.arange(start, start + len(values))
        self.all_rows += len(values)
        self.column.add(values, places)
        read = column_of(self.name, values, "number" if self.numbers else "category").column
        present = ~read.missing
        self.rows.append(int(np.count_nonzero(present)))
        if self.numbers:
            some = read.values[present]
            self.moments.add(some)
            if self.task != "regression":
                self.counts.add(arrow().array(some), places[present])

    def read(self, sample: Any) -> Understood:
        """Return what the column is, by some of its values."""
        if not any(self.rows):
            nothing = Column(self.name, "number", np.broadcast_to(np.nan, self.all_rows))
            Target.of(nothing, self.task)  # refuses
        read, self.tally = self.column.found(sample, self.all_rows)
        return read

    def target(self, column: Column) -> Target:
        """Return what is learned: from each value once, and figures of all."""
        rows = sum(self.rows)
        if self.tally is not None and self.tally.counts is not None:
            codes = np.flatnonzero(self.tally.counts).astype(np.int32)
            return Target.of(Column(self.name, "category", codes, column.categories), self.task, rows=rows)
        if column.kind != "number":
            return Target.of(column.take(~column.missing), self.task)
        if self.counts.many and self.task == "classification":
            raise InputError(_TOO_MANY, name=quoted(self.name), most=_MOST_CLASSES)
        once = self.counts.found()[0] or [self.moments.low, self.moments.high]
        task = "regression" if self.counts.many else self.task
        return Target.of(
            Column(self.name, "number", np.array(once, np.float64)), task, rows=rows, moments=self.moments
        )

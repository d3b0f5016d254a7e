"""Parquet and Arrow files as blocks of rows for training, of which only some are in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from multilayer.tables.files.arrow import array_of
from multilayer.tables.streaming.file_blocks import FileBlock, blocks_of, described

__all__ = ["RowBlocks", "row_blocks"]

_TOGETHER = 4096
"""Rows that are written column by column, so that they stay in a cache."""


def row_blocks(
    source: Any, target: str | Sequence[str], inputs: Sequence[str] | None = None, weights: str | None = None
) -> RowBlocks:
    """Return Parquet or Arrow files as training data that need not fit into memory: `fit(network, row_blocks(...))`.

    Blocks are the row groups of Parquet and the record batches of Arrow files. Training holds a few of them at a time,
    64 MiB of inputs or one block where that is larger: write files with row groups of at most a million rows.

    Parameters
    ----------
    source : path, sequence of paths, or pyarrow.dataset.Dataset
        A file; a folder, of which all files are taken in the order of their names; or a pattern as "data/*.parquet". Of
        a data set, its files.
    target : str or sequence of str
        The column that y is, or several: y of shape (rows, columns). Numbers, or labels where the network has some.
    inputs : sequence of str, optional
        The columns that x is, of numbers without gaps. By default those that the network names, else all others.
    weights : str, optional
        The column of sample weights.

    Raises
    ------
    InputError
        For a column that is not there, files of another kind or with other columns; in training, with the file, for a
        column that does not hold numbers, and for gaps.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import pyarrow as pa
    >>> import pyarrow.parquet as pq
    >>> from multilayer import fit, initialize
    >>> from multilayer.optimizers import Adam
    >>> x = np.linspace(-1.0, 1.0, 1000)
    >>> with TemporaryDirectory() as folder:
    ...     pq.write_table(pa.table({"x": x, "y": x**2}), f"{folder}/1.parquet", row_group_size=250)
    ...     blocks = row_blocks(folder, "y")
    ...     net = initialize((1, 16, 1), "tanh", rng=0)
    ...     trained = fit(net, blocks, loss="squared", optimizer=Adam(0.01), epochs=60, rng=0)
    >>> len(blocks.block_rows), trained.history.loss[-1] < 0.01
    (4, True)
    """
    targets = (target,) if isinstance(target, str) else tuple(target)
    blocks = blocks_of(source)
    if not blocks:
        raise InputError("expected a table with rows, found none")
    used = (*targets, *([] if weights is None else [weights]))
    names = blocks[0].schema.names
    check_present(used, names)
    left = tuple(name for name in names if name not in used) if inputs is None else tuple(inputs)
    _check_columns(blocks, (*left, *used))
    return RowBlocks(blocks, left, targets, weights, isinstance(target, str))


def _check_columns(blocks: Iterable[FileBlock], names: Sequence[str]) -> None:
    for block in blocks:
        with located(shown(block.path)):
            check_present(names, block.schema.names)


@dataclass(frozen=True, eq=False)
class RowBlocks:
    """Rows of files in blocks, as `multilayer.fit` takes them: see `row_blocks`."""

    blocks: tuple[FileBlock, ...]
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    weights: str | None
    one_target: bool

    @cached_property
    def block_rows(self) -> NDArray[np.intp]:
        """The number of rows of each block."""
        return np.array([block.rows for block in self.blocks], np.intp)

    @property
    def input_count(self) -> int:
        """The number of inputs."""
        return len(self.inputs)

    @property
    def row_cells(self) -> tuple[int, None]:
        """A number for each input."""
        return len(self.inputs), None

    @property
    def described(self) -> str:
        """Columns, and a digest of what the files say about their blocks."""
        return described(self.blocks, repr(self.targets))

    def select_inputs(self, names: tuple[str, ...] | None) -> RowBlocks:
        """Return the same rows with these columns as inputs, in this order; None for all as they stand."""
        if names is None:
            return self
        _check_columns(self.blocks, names)
        return replace(self, inputs=names)

    def read(self, block: int, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Write the inputs of a block into x; return targets and weights.

        Raises
        ------
        InputError
            For a gap, with file and row, and for what is no number.
        """
        one = self.blocks[block]
        weights = () if self.weights is None else (self.weights,)
        table = one.read(list(dict.fromkeys((*self.inputs, *self.targets, *weights))))
        with located(shown(one.path)):
            columns = [self._numbers(table, name) for name in self.inputs]
            for start in range(0, len(x), _TOGETHER):
                piece = x[start : start + _TOGETHER]
                for place, column in enumerate(columns):
                    piece[:, place] = column[start : start + _TOGETHER]
            y = [array_of(_without_gaps(table, name)) for name in self.targets]
            given = (
                y[0] if self.one_target else np.stack([np.asarray(each, np.float64) for each in y], axis=1)
            )
            return given, None if self.weights is None else self._numbers(table, self.weights)

    def inputs_of(self, cells: NDArray[Any]) -> NDArray[Any]:
        """Return rows that were read as they are."""
        return cells

    @staticmethod
    def _numbers(table: Any, name: str) -> NDArray[Any]:
        column = _without_gaps(table, name)
        values = array_of(column)
        if values.dtype.kind not in "biuf":
            template = N_("column {name}: expected numbers, found {type}; leave it out with inputs=")
            raise InputError(template, name=quoted(name), type=quoted(str(column.type)))
        return values


def _without_gaps(table: Any, name: str) -> Any:
    column = table.column(name)
    if column.null_count:
        template = N_("column {name}: expected a value in each row, found none in {count:,} of {rows:,} rows")
        raise InputError(template, name=quoted(name), count=column.null_count, rows=len(column))
    return column

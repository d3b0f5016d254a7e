"""Training data that need not fit into memory: blocks of rows, shuffled twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.random import Random, words
from multilayer._base.translation import N_
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.training.batches import Batches
from multilayer.training.samples import Rows, sample_weights, targets

__all__ = ["BUFFER", "Blocks", "ShuffledBlocks", "Sides"]

BUFFER = 2**26
"""Bytes of rows from which on a buffer takes no other block; 64 MiB."""
_AT_ONCE = 2**12
"""Rows that are looked at together, so that they stay in a cache."""
_ODD = np.uint64(0x9E3779B97F4A7C15)


@runtime_checkable
class Blocks(Protocol):
    """Rows outside of memory, in blocks that can be read alone, such as the row groups of Parquet files.

    Whatever X is given is asked for these names: none is that of a property that computes or warns, as `width` is in a
    lazy data frame of polars.
    """

    @property
    def block_rows(self) -> NDArray[np.intp]:
        """The number of rows of each block, one or more."""

    @property
    def input_count(self) -> int:
        """The number of inputs."""

    @property
    def row_cells(self) -> tuple[int, np.dtype[Any] | None]:
        """How many numbers a row is read as, and their type; None for that of the network."""

    @property
    def described(self) -> str:
        """What is different for other rows."""

    def select_inputs(self, names: tuple[str, ...] | None) -> Self:
        """Return the same rows with these columns as inputs, in this order; None for all as they stand."""

    def read(self, block: int, cells: NDArray[Any], /) -> tuple[Any, Any]:
        """Write the rows of a block into cells, (rows, numbers); return its targets, and its weights or None."""

    def inputs_of(self, cells: NDArray[Any], /) -> Rows:
        """Return rows that were read as inputs of the network."""


@dataclass(frozen=True, eq=False)
class Sides:
    """Which rows are held out, by a hash of their inputs.

    With the inputs of a row as whole numbers u (the bits of its float32 or float64 numbers, -0.0 as 0.0) and odd random
    multipliers m of 64 bits, h = sum u_j m_j mod 2^64, mixed; the row is held out if h < fraction 2^64. So it is held
    out wherever it stands, and rows with equal inputs are on the same side.
    """

    multipliers: NDArray[np.uint64]
    fraction: float

    @classmethod
    def of(cls, width: int, fraction: float, rng: Random) -> Sides:
        """Return sides with multipliers that are drawn."""
        return cls(words(rng, (width,)) | np.uint64(1), fraction)

    def held_out(self, x: NDArray[Any]) -> NDArray[np.bool_]:
        """Return whether each row is held out."""
        found = np.empty(len(x), bool)
        for start in range(0, len(x), _AT_ONCE):
            some = x[start : start + _AT_ONCE]
            bits = (some + some.dtype.type(0)).view(f"u{some.itemsize}").astype(np.uint64)
            h = bits @ self.multipliers
            for shift in (32, 29):
                h ^= h >> np.uint64(shift)
                h *= _ODD
            found[start : start + _AT_ONCE] = (h >> np.uint64(11)) * 2.0**-53 < self.fraction
        return found


@dataclass(frozen=True, eq=False)
class ShuffledBlocks:
    """Blocks in a random order; several that are in memory together, at least 64 MiB, have their rows shuffled.

    The order of an epoch is that of the blocks, and one number behind it: buffer k has the rows of its blocks in the
    order `np.random.default_rng([number, k]).permutation(rows)`. What a buffer leaves over, as it is no whole batch, is
    taken first with the next one, so that batches are those of the same order in memory.
    """

    blocks: Blocks
    network: MLP
    loss: Loss
    block_rows: NDArray[np.intp]
    """Rows of each block to use."""
    sides: Sides | None = None
    """Rows that are held out are left out."""

    @classmethod
    def of(cls, blocks: Blocks, network: MLP, loss: Loss) -> ShuffledBlocks:
        """Return the blocks as training data, checked against network and loss."""
        blocks = blocks.select_inputs(network.input_names)
        if blocks.input_count != network.widths[0]:
            template = N_("the blocks have {width} inputs; this network takes {wanted}")
            raise InputError(template, width=blocks.input_count, wanted=network.widths[0])
        return cls(blocks, network, loss, blocks.block_rows)

    @cached_property
    def rows(self) -> int:
        """Number of rows to use."""
        return int(self.block_rows.sum())

    def count(self, size: int) -> int:
        """Return the number of batches in an epoch."""
        return -(-self.rows // min(size, self.rows))

    def order(self, before: NDArray[np.intp] | None, shuffle: bool, rng: Random) -> NDArray[np.intp] | None:
        """Return the order of an epoch, which does not depend on that before; None for rows as they stand."""
        if not shuffle:
            return None
        number = words(rng, (1,)) >> np.uint64(2)
        return np.append(rng.permutation(len(self.block_rows)), number.astype(np.intp))

    @property
    def described(self) -> str:
        """What is different for other rows, or another side of them."""
        if self.sides is None:
            return self.blocks.described
        return f"{self.blocks.described} {self.sides.fraction} {self.sides.multipliers[0]:x}"

    def is_order(self, order: NDArray[np.intp]) -> bool:
        """Whether it could be the order of an epoch."""
        blocks = np.arange(len(self.block_rows))
        return (
            len(order) == len(blocks) + 1 and order[-1] >= 0 and np.array_equal(np.sort(order[:-1]), blocks)
        )

    def batches(self, size: int, order: NDArray[np.intp] | None, done: int = 0) -> Iterator[Batches]:
        """Yield the batches of an epoch after the first `done`, those of a buffer in one object.

        Their rows are there until the next ones are asked for.
        """
        size = min(size, self.rows)
        groups = self._groups(order)
        ends = np.cumsum([self.block_rows[group].sum() for group in groups])
        first = int(np.searchsorted(ends, done * size, side="right"))
        skipped = done * size - (int(ends[first - 1]) if first else 0)
        buffer = _Buffer(self, size + max(int(self.blocks.block_rows[group].sum()) for group in groups))
        left = np.empty(0, np.intp)
        for number in range(first, len(groups)):
            kept = buffer.keep(left)
            rows = buffer.read(groups[number], kept)
            within = self._within(order, number, rows) + kept
            there = np.concatenate([np.arange(kept), within])[skipped:]
            whole = len(there) if number == len(groups) - 1 else len(there) // size * size
            if whole:
                yield buffer.batches(kept + rows, there, size, whole)
            left, skipped = there[whole:], 0

    def _groups(self, order: NDArray[np.intp] | None) -> list[NDArray[np.intp]]:
        """Return the blocks of each buffer."""
        blocks = np.arange(len(self.block_rows)) if order is None else order[:-1]
        blocks = blocks[self.block_rows[blocks] > 0]
        width, dtype = self.cells
        most = max(1, BUFFER // (width * dtype.itemsize))
        groups, start, rows = [], 0, 0
        for place, block in enumerate(blocks.tolist()):
            rows += int(self.block_rows[block])
            if rows >= most or place == len(blocks) - 1:
                groups.append(blocks[start : place + 1])
                start, rows = place + 1, 0
        return groups

    @staticmethod
    def _within(order: NDArray[np.intp] | None, number: int, rows: int) -> NDArray[np.intp]:
        if order is None:
            return np.arange(rows)
        return np.random.default_rng([int(order[-1]), number]).permutation(rows)

    @property
    def cells(self) -> tuple[int, np.dtype[Any]]:
        """How many numbers a row is read as, and their type."""
        width, dtype = self.blocks.row_cells
        return width, self.network.layers[0].W.dtype if dtype is None else dtype

    def prepared(self, block: int, x: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.float64] | None]:
        """Read all rows of a block into x, and return targets as the loss takes them, and weights."""
        y, weights = self.blocks.read(block, x)
        prepared = targets(self.network, self.loss, y)
        if len(prepared) != len(x):
            raise InputError(
                "block {block} has {rows} rows but {targets} targets",
                block=block + 1,
                rows=len(x),
                targets=len(prepared),
            )
        return prepared, None if weights is None else sample_weights(weights, len(x), of_all=False)


class _Buffer:
    """The rows of several blocks in memory, x, y and weights, in the same arrays for all buffers of an epoch."""

    def __init__(self, data: ShuffledBlocks, rows: int) -> None:
        self._data, self._rows = data, rows
        width, dtype = data.cells
        self._x = np.empty((rows, width), dtype)
        self._y: NDArray[Any] | None = None
        self._weights: NDArray[np.float64] | None = None

    @property
    def _arrays(self) -> list[NDArray[Any]]:
        return [array for array in (self._x, self._y, self._weights) if array is not None]

    def keep(self, rows: NDArray[np.intp]) -> int:
        """Move these rows to the beginning, and return how many there are."""
        for array in self._arrays:
            array[: len(rows)] = array[rows]
        return len(rows)

    def read(self, blocks: NDArray[np.intp], start: int) -> int:
        """Read blocks behind the first `start` rows, without the rows that are held out; return how many they are."""
        end = start
        for block in blocks.tolist():
            x = self._x[end : end + self._data.blocks.block_rows[block]]
            y, weights = self._data.prepared(block, x)
            self._y = _room(self._y, y, self._rows)
            self._y[end : end + len(x)] = y
            if weights is not None:
                self._weights = _room(self._weights, weights, self._rows)
                self._weights[end : end + len(x)] = weights
            end += len(x) if self._data.sides is None else self._drop(end, len(x), self._data.sides)
        return end - start

    def _drop(self, start: int, rows: int, sides: Sides) -> int:
        """Close the gaps that held-out rows leave among some rows, and return how many are left."""
        end = start
        for first in range(start, start + rows, _AT_ONCE):
            some = slice(first, min(first + _AT_ONCE, start + rows))
            used = ~sides.held_out(self._x[some])
            count = int(np.count_nonzero(used))
            for array in self._arrays:
                array[end : end + count] = array[some][used]
            end += count
        return end - start

    def batches(self, rows: int, order: NDArray[np.intp], size: int, stop: int) -> Batches:
        y, weights = self._y, self._weights
        assert y is not None  # noqa: S101  (a block was read)
        x = self._data.blocks.inputs_of(self._x[:rows])
        return Batches(x, y[:rows], None if weights is None else weights[:rows], order, size, 0, stop)


def _room(array: NDArray[Any] | None, values: NDArray[Any], rows: int) -> NDArray[Any]:
    """Return an array of so many rows for these values, too: this one, unless it cannot hold all their digits."""
    kind = values.dtype if array is None else np.result_type(array, values)
    if array is not None and array.dtype == kind:
        return array
    room = np.empty((rows, *values.shape[1:]), kind)
    if array is not None:
        room[:] = array
    return room

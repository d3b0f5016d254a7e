"""Blocks of rows in memory, and their rows in the order of an epoch, as the documentation has it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from multilayer import MLP, initialize

INPUTS = ("a", "b", "c", "d", "e")


@dataclass(frozen=True, eq=False)
class MadeBlocks:
    X: np.ndarray[Any, Any]
    y: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any] | None
    block_rows: np.ndarray[Any, Any]
    columns: tuple[int, ...] = (0, 1, 2, 3, 4)

    @property
    def input_count(self) -> int:
        return len(self.columns)

    @property
    def row_cells(self) -> tuple[int, None]:
        return len(self.columns), None

    @property
    def described(self) -> str:
        return f"{self.block_rows.tolist()} {self.X.sum()}"

    def select_inputs(self, names: tuple[str, ...] | None) -> MadeBlocks:
        return self if names is None else replace(self, columns=tuple(map(INPUTS.index, names)))

    def read(self, block: int, x: Any) -> tuple[Any, Any]:
        end = int(self.block_rows[: block + 1].sum())
        rows = slice(end - int(self.block_rows[block]), end)
        x[:] = self.X[rows][:, self.columns]
        return self.y[rows], None if self.weights is None else self.weights[rows]

    def inputs_of(self, cells: Any) -> Any:
        return cells


def made_blocks(block_rows: list[int], *, weighted: bool = False, seed: int = 0) -> MadeBlocks:
    rng = np.random.default_rng(seed)
    rows = sum(block_rows)
    X = rng.standard_normal((rows, 5))
    y = (X[:, 0] > 0).astype(np.int64) + (X[:, 1] > 0)
    return MadeBlocks(X, y, rng.random(rows) if weighted else None, np.array(block_rows))


def network(dtype: Any = np.float32) -> MLP:
    return initialize((5, 8, 3), "tanh", "softmax", rng=1, dtype=dtype)


def rows_in_order(
    block_rows: np.ndarray[Any, Any], order: np.ndarray[Any, Any] | None, room: int
) -> list[int]:
    """Return the rows of an epoch: blocks are put together until they have `room` rows or more, then permuted."""
    blocks = range(len(block_rows)) if order is None else order[:-1].tolist()
    found: list[int] = []
    group: list[int] = []
    number = 0
    for place, block in enumerate(blocks):
        start = int(block_rows[:block].sum())
        group += range(start, start + int(block_rows[block]))
        if len(group) >= room or place == len(block_rows) - 1:
            if order is not None:
                within = np.random.default_rng([int(order[-1]), number]).permutation(len(group))
                group = [group[at] for at in within]
            found, group, number = found + group, [], number + 1
    return found

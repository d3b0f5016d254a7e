"""Where the rows of a table come from: columns in memory, or blocks of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import Columns
from multilayer.tables.encoded import encoded
from multilayer.tables.encoder import Encoder
from multilayer.tables.folds import ArrayFold, Fold, held_out_rows
from multilayer.tables.suspicions import Case, Skill
from multilayer.tables.target import Target
from multilayer.tables.transforms.fitting import EncoderSettings

__all__ = ["ColumnsSource", "TableSource", "with_target"]

LEFT_OUT = N_("{count:,} of {rows:,} rows have no {target}, and are left out")


def with_target(columns: Columns, target: str) -> tuple[Columns, tuple[str, ...]]:
    """Return the rows that have a target, and a note where some have none; all rows where none has one."""
    missing = columns[target].missing
    count = int(np.count_nonzero(missing))
    if not count or count == columns.rows:
        return columns, ()
    return columns.take(~missing), (fill(LEFT_OUT, count=count, rows=columns.rows, target=quoted(target)),)


class TableSource(Protocol):
    """What a bag of networks is made of."""

    @property
    def target(self) -> Target:
        """What is learned."""

    @property
    def rows(self) -> int:
        """Rows, each of which has a target."""

    @property
    def inputs(self) -> Columns:
        """The columns beside the target; of blocks, of some rows."""

    @property
    def at_once(self) -> int | None:
        """How many members may be trained at a time; None for any number."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How the rows are read, where that is not the usual way, in sentences."""

    def case(self, skill: Skill | None = None) -> Case:
        """Return what suspicions are drawn from."""

    def encoder(self, settings: EncoderSettings) -> Encoder:
        """Return the encoder of the inputs."""

    def folds(self, encoder: Encoder, members: int, rng: Random) -> Sequence[Fold]:
        """Return the rows of each member."""


@dataclass(frozen=True, eq=False)
class ColumnsSource:
    """Columns in memory."""

    inputs: Columns
    y: NDArray[Any]
    """As `Target.encode` returns it."""
    target: Target
    weights: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = ()
    at_once: int | None = None

    @classmethod
    def of(
        cls,
        columns: Columns,
        target: Target,
        weights: NDArray[np.float64] | None = None,
        notes: tuple[str, ...] = (),
    ) -> ColumnsSource:
        """Return the source of a table with its target."""
        y = target.encode(columns[target.name])
        return cls(columns.without([target.name]), y, target, weights, notes)

    @cached_property
    def rows(self) -> int:
        """Rows, each of which has a target."""
        return len(self.y)

    def case(self, skill: Skill | None = None) -> Case:
        """Return what suspicions are drawn from."""
        return Case(self.inputs, self.y, self.target.name, self.target.classes, skill=skill)

    def encoder(self, settings: EncoderSettings) -> Encoder:
        """Return the encoder of the inputs."""
        return Encoder.fit(self.inputs, settings)

    def folds(self, encoder: Encoder, members: int, rng: Random) -> Sequence[Fold]:
        """Return the rows of each member: it holds out one of several parts."""
        x = encoded(encoder, self.inputs)
        return [ArrayFold(x, self.y, self.weights, rows) for rows in held_out_rows(self.y, members, rng)]

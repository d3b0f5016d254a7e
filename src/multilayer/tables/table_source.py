"""Where the rows of a table come from: columns in memory, or blocks of files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random
from multilayer.tables.columns import Columns
from multilayer.tables.encoded import encoded
from multilayer.tables.encoder import Encoder
from multilayer.tables.folds import ArrayFold, Fold, held_out_rows
from multilayer.tables.suspicions import Case, Skill
from multilayer.tables.target import Target
from multilayer.tables.transforms.fitting import EncoderSettings

__all__ = ["ColumnsSource", "TableSource"]


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

    @classmethod
    def of(
        cls, columns: Columns, target: Target, weights: NDArray[np.float64] | None = None
    ) -> ColumnsSource:
        """Return the source of a table with its target."""
        return cls(columns.without([target.name]), target.encode(columns[target.name]), target, weights)

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

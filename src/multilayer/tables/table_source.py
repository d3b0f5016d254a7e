"""Where the rows of a table come from: columns in memory, or blocks of files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
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

__all__ = ["LEFT_OUT", "ColumnsSource", "TableSource", "check_same_target", "with_target"]

LEFT_OUT = N_("{count:,} of {rows:,} rows have no {target}, and are left out")


def check_same_target(made: str, target: str) -> None:
    """Refuse a source that was made for another target."""
    if made != target:
        template = N_("the rows were read for the target {made}; found {target}")
        raise InputError(template, made=quoted(made), target=quoted(target))


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
    def gaps(self) -> Mapping[str, int]:
        """Rows without a value, of each of these columns."""

    @property
    def class_rows(self) -> NDArray[np.int64]:
        """Rows of each class; empty for a number."""

    @property
    def held_out(self) -> int | None:
        """Rows that each member holds out, about; None for those of a fold."""

    @property
    def at_once(self) -> int | None:
        """How many members may be trained at a time; None for any number."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How the rows are read, where that is not the usual way, and which are left out, in sentences."""

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
    held_out: int | None = None

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

    def checked(self, target: str) -> ColumnsSource:
        """Return this source, of this target."""
        check_same_target(self.target.name, target)
        return self

    @cached_property
    def rows(self) -> int:
        """Rows, each of which has a target."""
        return len(self.y)

    @property
    def gaps(self) -> Mapping[str, int]:
        """Rows without a value, of each column."""
        return {column.name: int(np.count_nonzero(column.missing)) for column in self.inputs}

    @property
    def class_rows(self) -> NDArray[np.int64]:
        """Rows of each class; empty for a number."""
        classes = len(self.target.classes)
        return np.bincount(self.y, minlength=classes) if classes else np.zeros(0, np.int64)

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

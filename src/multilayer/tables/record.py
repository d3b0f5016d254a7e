"""What was trained: rows, members, scores and time, as a model keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer.tables.suspicions import Skill, Suspicion

__all__ = ["MemberRecord", "TrainingRecord"]


@dataclass(frozen=True)
class MemberRecord:
    """One network of a bag."""

    rows: int
    """That it was trained on."""
    held_out: int
    """Rows that chose its epoch."""
    epochs: int
    best_epoch: int
    """From 1."""
    loss: float
    """Of the rows that were held out, after the best epoch: log-loss after a temperature (the plain one where
    the recipe is not `calibrated`), or mean squared error in units of variance."""
    seconds: float


@dataclass(frozen=True)
class TrainingRecord:
    """A bag: how its members were trained, and how good each is on the rows that it held out.

    >>> record = TrainingRecord(10, 3, 256, 256, (MemberRecord(8, 2, 256, 40, 0.5, 1.0),), {"accuracy": 0.9}, 1.0, ())
    >>> TrainingRecord.of(record.outline()) == record
    True
    """

    rows: int
    inputs: int
    epochs: int
    """That were planned for each member; under a time limit, for the one that was given most."""
    batch_rows: int
    members: tuple[MemberRecord, ...]
    scores: Mapping[str, float]
    """By name, over all rows that were held out, each scored by the member that held it out. The bag is better."""
    seconds: float
    notes: tuple[str, ...]
    """What was done otherwise than asked for, in sentences."""
    suspicions: tuple[Suspicion, ...] = ()
    """What is doubtful about the table."""
    skill: Skill | None = None
    """How much better than the best constant its members are, on the rows that they held out; None where these have no
    row of a class, so that it cannot be measured."""

    def outline(self) -> dict[str, Any]:
        """Return numbers, strings, lists and dictionaries, for JSON; `of` is the inverse."""
        outline: dict[str, Any] = msgspec.to_builtins(self)
        return outline

    @classmethod
    def of(cls, outline: Mapping[str, Any]) -> TrainingRecord:
        """Return the record with this outline."""
        return msgspec.convert(outline, cls)

    def table(self) -> Table:
        """Return a row for each member, to be printed."""
        cells = (
            (
                f"{m.rows:,}",
                f"{m.held_out:,}",
                f"{m.best_epoch} of {m.epochs}",
                f"{m.loss:.4g}",
                f"{m.seconds:.1f}",
            )
            for m in self.members
        )
        caption = fill("{members} members, {seconds:.1f} s", members=len(self.members), seconds=self.seconds)
        heads = (fill("rows"), fill("held out"), fill("best epoch"), fill("loss"), fill("seconds"))
        return Table(caption, heads, tuple(cells))

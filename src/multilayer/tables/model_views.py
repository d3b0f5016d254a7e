"""What a model shows of itself: the way of a row through it, and what it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.table import Table, matrix_table, to_html, to_text
from multilayer._base.text import fill, one_line, quoted
from multilayer.network import MLP
from multilayer.network.trace import Trace, tables_of
from multilayer.tables.calibration import Calibration
from multilayer.tables.columns import Columns
from multilayer.tables.conformal import Conformal
from multilayer.tables.encoder import Encoder
from multilayer.tables.target import Target

__all__ = ["ModelSummary", "ModelTrace"]

_LONGEST = 60
_SHOWN = 8


@dataclass(frozen=True, eq=False, repr=False)
class ModelTrace:
    """The way of rows through a model: before encoding, encoded, through the layers of one network; prints all of it.

    `found.trace[0].x` is the encoded x, `found.trace[-1].z` the network's output.
    """

    columns: Columns
    """The rows before encoding, the columns that the encoder takes."""
    trace: Trace
    """Every number of the network's forward pass; inputs and outputs have names."""
    member: int
    """Which network it is, from 1."""
    y: NDArray[Any]
    """What the whole model returns."""
    predictions: NDArray[Any]

    @property
    def x(self) -> NDArray[np.float32]:
        """The encoded rows."""
        x: NDArray[np.float32] = self.trace[0].x
        return x

    def tables(self) -> list[Table]:
        """Return rows, x, layers, prediction as tables."""
        texts = [column.texts() for column in self.columns]
        before = matrix_table(
            fill("rows before encoding  {shape}", shape=(self.columns.rows, len(texts))),
            (self.columns.rows, len(texts)),
            lambda row, column: one_line(_shown(texts[column][row]), _LONGEST),
            [one_line(name, _LONGEST) for name in self.columns.names],
            lambda row: str(row + 1),
        )
        after = matrix_table(
            fill("prediction of the whole model"),
            (len(self.predictions), 1),
            lambda row, _: one_line(str(self.predictions[row]), _LONGEST),
            [""],
            lambda row: str(row + 1),
        )
        return [before, *tables_of(self.trace), after]

    def __repr__(self) -> str:
        return to_text(self.tables())

    def _repr_html_(self) -> str:
        return to_html(self.tables())


def _shown(text: str | None) -> str:
    return fill("missing") if text is None else text


@dataclass(frozen=True, eq=False, repr=False)
class ModelSummary:
    """What a model is made of: target, networks, calibration, intervals, and what becomes of each column."""

    encoder: Encoder
    networks: Sequence[MLP]
    target: Target
    calibration: Calibration | None
    intervals: Conformal | None

    def tables(self) -> list[Table]:
        """Return the parts, then the columns."""
        rows = (
            (fill("target"), one_line(self.target.name, _LONGEST)),
            (fill("task"), self.target.task),
            *self._of_target(),
            *((fill("networks"), f"{count} x {network}") for network, count in self._alike()),
            (fill("parameters"), f"{sum(network.summary().total for network in self.networks):,}"),
            (fill("calibration"), self._of_calibration()),
            (fill("intervals"), self._of_intervals()),
        )
        left = frozenset({0, 1})
        return [Table(fill("model"), (), rows, left), self.encoder.summary().table()]

    def _of_target(self) -> list[tuple[str, str]]:
        target = self.target
        if target.task == "regression":
            if target.high == -target.low == np.finfo(np.float64).max:  # of a model of another package
                return [(fill("range"), fill("any number"))]
            low, high = f"{target.low:.6g}", f"{target.high:.6g}"
            return [(fill("range"), fill("{low} to {high}", low=low, high=high))]
        shown = ", ".join(quoted(str(label)) for label in target.classes[:_SHOWN])
        more = len(target.classes) - _SHOWN
        if more > 0:
            shown = fill("{labels} and {more} more", labels=shown, more=more)
        return [(fill("classes"), shown)]

    def _alike(self) -> list[tuple[str, int]]:
        return list(Counter(map(repr, self.networks)).items())

    def _of_calibration(self) -> str:
        if self.calibration is None:
            return fill("none")
        return fill(
            "temperature {temperature:.4g}, from {rows:,} held-out rows",
            temperature=self.calibration.temperature,
            rows=self.calibration.rows,
        )

    def _of_intervals(self) -> str:
        if self.intervals is None:
            return fill("none")
        return fill("from {rows:,} held-out rows", rows=len(self.intervals.scores))

    def __repr__(self) -> str:
        return to_text(self.tables())

    def _repr_html_(self) -> str:
        return to_html(self.tables())

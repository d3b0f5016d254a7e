"""What is written about each row of a table: the columns that are passed on, and beside them a model's answers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer._base.ahead import ahead
from multilayer._base.storage import AnyPath, check_not_read
from multilayer.tables.columns import Columns
from multilayer.tables.encoder import Encoder
from multilayer.tables.files import read_batches, write_rows
from multilayer.tables.model import Model
from multilayer.tables.new_categories import NewCategories, joined, new_categories

__all__ = ["Answers", "Written"]


@dataclass(frozen=True)
class Written:
    """What was read and written."""

    rows: int
    new_categories: tuple[NewCategories, ...] = ()

    def and_piece(self, columns: Columns, encoder: Encoder) -> Written:
        """Return what is written with another piece."""
        new = new_categories(columns, encoder)
        return Written(
            self.rows + columns.rows, joined((self.new_categories, new)) if new else self.new_categories
        )


@dataclass(frozen=True)
class Answers:
    """What to write beside the prediction of each row."""

    proba: bool = False
    """The probability of each class."""
    interval: float | None = None
    """Where the target is with this probability: low and high, or a set of classes."""
    keep: tuple[str, ...] = ()
    """Columns to pass on that the model uses; those that it does not use are passed on anyway."""

    def write(self, model: Model, table: AnyPath, output: AnyPath, dialect: Mapping[str, Any]) -> Written:
        """Read a table, predict and write piece by piece, at the same time.

        Raises
        ------
        InputError
            As `read_batches` and `write_rows` do, and when both are the same file. What was at `output` before then
            stays.
        """
        check_not_read(output, table)
        pieces = read_batches(table, model.encoder.schema, self.keep, others=True, **dialect)
        written, threads = Written(0), backend.get_threads()

        def answers() -> Iterator[dict[str, Any]]:
            nonlocal written
            for columns, others in ahead(pieces):
                written = written.and_piece(columns, model.encoder)
                with backend.threads(threads):  # those of the caller, in the thread that makes the answers
                    found = self.of(model, columns, others)
                yield found

        write_rows(output, ahead(answers()))
        return written

    def of(self, model: Model, columns: Columns, carried: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns that are passed on, and beside them the answers."""
        y, target = model(columns), model.target
        answers: dict[str, Any] = {}
        if target.task == "classification":
            answers["prediction"] = target.decode(y.argmax(axis=1))
            if self.proba:
                answers |= {f"p({label})": y[:, place] for place, label in enumerate(target.classes)}
            if self.interval is not None and model.intervals is not None:
                answers["set"] = _texts(model.intervals.sets(y, self.interval), target.classes)
        else:
            answers["prediction"] = y
            if self.interval is not None and model.intervals is not None:
                answers["low"], answers["high"] = model.intervals.interval(y, self.interval)
        return dict(carried) | {_beside(name, carried): values for name, values in answers.items()}


def _texts(sets: NDArray[np.bool_], classes: Sequence[object]) -> list[str]:
    return ["; ".join(str(classes[place]) for place in np.flatnonzero(row).tolist()) for row in sets]


def _beside(name: str, taken: Collection[str]) -> str:
    """Return a name that no column has that is passed on: "prediction (2)" beside a "prediction"."""
    new, number = name, 1
    while new in taken:
        number += 1
        new = f"{name} ({number})"
    return new

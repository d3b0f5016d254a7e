"""A table made like the one that a model was trained on: its columns, in its order, with its categories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, first_names, near_or_found, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import SHOWN, UNSEEN, Column, Columns, ColumnSchema
from multilayer.tables.kinds import of_texts
from multilayer.tables.texts import Texts, number_of, recoded, shortest, types_fixed

__all__ = ["CategoryCodes", "check_present", "conform", "conformed"]

_LEAST_NUMBERS = 20
"""Rows from which on texts that are all numbers are no new categories."""


def conform(columns: Columns, schema: Sequence[ColumnSchema]) -> Columns:
    """Return the columns of a schema, in its order; others are left out.

    Categories get the codes of the schema; new ones are `UNSEEN`, and the first of them are kept as text. Numbers are
    categories by their shortest text, and texts are numbers or dates where all of them are. Where no category of the
    schema is a number, a column of numbers is refused, and so are 20 categories or more that are all numbers.

    Raises
    ------
    InputError
        For a column that is not there, with near matches, and for one of another kind.

    Examples
    --------
    >>> train = Columns([Column("job", "category", np.array([0, 1]), ("clerk", "cook"))])
    >>> new = Columns([Column("job", "category", np.array([0, 1, -1]), ("cook", "pilot"))])
    >>> conform(new, train.schema)["job"].values.tolist()
    [1, -2, -1]
    """
    check_present([wanted.name for wanted in schema], columns.names)
    return Columns(conformed(columns[wanted.name], wanted) for wanted in schema)


def check_present(wanted: Sequence[str], names: Sequence[str]) -> None:
    """Check that columns are there.

    Raises
    ------
    InputError
        With those that are not, and near matches of the first.
    """
    known = set(names)
    missing = [name for name in wanted if name not in known]
    if missing:
        template = N_("expected the columns {columns}; {hint}")
        if len(missing) == 1:
            template = N_("expected a column {columns}; {hint}")
        others = [name for name in names if name not in set(wanted)]  # any other one is where it belongs
        hint = near_or_found(missing[0], others, names)
        if not names:
            hint = fill("there are none")
        raise InputError(template, columns=first_names(missing), hint=hint)


def conformed(column: Column, wanted: ColumnSchema) -> Column:
    """Return a column as one of a schema."""
    if column.schema == wanted:
        return column
    if np.all(column.missing):
        nothing = of_texts(wanted.name, Texts.of([None] * len(column.values)), wanted.kind).column
        return replace(nothing, categories=wanted.categories)
    change = _CHANGES.get((column.kind, wanted.kind))
    if change is None:
        raise InputError(
            "column {name}: expected the type {kind}, as in training, found {column_kind}; mend the column",
            name=quoted(column.name),
            kind=wanted.kind,
            column_kind=column.kind,
        )
    with types_fixed():
        return change(column, wanted)


def _same(column: Column, wanted: ColumnSchema) -> Column:
    return Column(wanted.name, wanted.kind, column.values, wanted.categories)


def _texts(column: Column) -> Texts:
    if column.kind == "category":
        return Texts(column.categories, column.values)
    if column.kind == "number":
        return Texts.of_numbers(column.values)
    return Texts.of(column.texts())


def _read(column: Column, wanted: ColumnSchema) -> Column:
    return of_texts(wanted.name, _texts(column), wanted.kind).column


def _recoded(column: Column, wanted: ColumnSchema) -> Column:
    if _are_numbers(column) and not any(map(number_of, wanted.categories)):
        raise InputError(
            "column {name}: expected categories as in training, {some}; found numbers; mend the column",
            name=quoted(column.name),
            some=first_names(wanted.categories),
        )
    texts = _texts(column).tidy()
    codes = CategoryCodes(wanted.categories).of(texts)
    return Column(wanted.name, "category", codes, wanted.categories, _some_of(texts, codes == UNSEEN))


def _some_of(texts: Texts, rows: NDArray[np.bool_]) -> tuple[str, ...]:
    """Return the first texts of some rows, one more than are shown."""
    if not rows.any():
        return ()
    return tuple(texts.distinct[place] for place in np.unique(texts.codes[rows])[: SHOWN + 1].tolist())


def _are_numbers(column: Column) -> bool:
    """Whether numbers were found, or texts in so many rows that they are no new categories but numbers."""
    if column.kind == "number":
        return True
    if np.count_nonzero(~column.missing) < _LEAST_NUMBERS:
        return False
    return all(map(number_of, _texts(column).distinct))


class CategoryCodes:
    """The codes of a schema's categories.

    A text is the category that is written like it; else true and false are found in capitals or not, and numbers by
    value, so that 1.0 is "1".
    """

    def __init__(self, categories: Sequence[str]) -> None:
        self._codes = {category: code for code, category in enumerate(categories)}
        self._alike = {_folded(category): code for code, category in enumerate(categories)}
        if len(self._alike) != len(self._codes):  # they differ where numbers are alike: 1 and 01
            self._alike = {}

    @property
    def by_value(self) -> bool:
        """Whether texts are found by what they mean, too."""
        return bool(self._alike)

    def of(self, texts: Texts) -> NDArray[np.int32]:
        """Return the code of each row, of texts that are tidy."""
        return recoded(texts.codes, [self.one(text) for text in texts.distinct])

    def one(self, text: str) -> int:
        """Return the code of a text."""
        code = self._codes.get(text)
        return self._alike.get(_folded(text), UNSEEN) if code is None else code


def _folded(text: str) -> str:
    if text.casefold() in {"true", "false"}:
        return text.casefold()
    with suppress(ValueError, OverflowError):
        return shortest(float(text))
    return text


_CHANGES: dict[tuple[str, str], Callable[[Column, ColumnSchema], Column]] = {
    ("number", "number"): _same,
    ("date", "date"): _same,
    ("text", "text"): _same,
    ("identifier", "identifier"): _same,
    **{(found, "category"): _recoded for found in ("category", "number", "text", "identifier")},
    **{
        (found, wanted): _read
        for found in ("category", "text", "identifier")
        for wanted in ("number", "date")
    },
    **{
        (found, wanted): _read
        for found in ("category", "number", "text", "identifier", "date")
        for wanted in ("text", "identifier")
        if found != wanted
    },
}

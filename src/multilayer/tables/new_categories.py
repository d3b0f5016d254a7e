"""Categories that the table of training did not have: counted, and a few of them named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from multilayer._base.text import fill, one_line, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import SHOWN, UNSEEN, Columns
from multilayer.tables.encoder import Encoder

__all__ = ["NewCategories", "joined", "new_categories", "said"]

_MOST_COLUMNS, _LONGEST = 5, 30
"""How many columns are named, and how much of each category."""


@dataclass(frozen=True)
class NewCategories:
    """Rows of one column whose category was not in the table of training."""

    column: str
    rows: int
    some: tuple[str, ...]
    """The first of the categories, one more than `SHOWN` at most."""

    @property
    def sentence(self) -> str:
        """The column, the rows and some categories, in words."""
        names = [quoted(one_line(name, _LONGEST)) for name in self.some[:SHOWN]]
        if len(self.some) > SHOWN:
            names.append("...")
        template = (
            N_("{column} in one row ({names})")
            if self.rows == 1
            else N_("{column} in {rows:,} rows ({names})")
        )
        return fill(template, column=quoted(self.column), rows=self.rows, names=", ".join(names))


def new_categories(columns: Columns, encoder: Encoder) -> tuple[NewCategories, ...]:
    """Return the columns of a table that have such rows; the table is one that `conform` or `read_batches` returned.

    Left out are columns of which the encoder has the most frequent categories alone, and an input for all others: it
    does not know which of these were in training.

    >>> import numpy as np
    >>> from multilayer.tables import Column, ColumnSchema, conform
    >>> encoder = Encoder.fit(Columns([Column("job", "category", np.array([0, 1]), ("clerk", "cook"))]))
    >>> table = Columns([Column("job", "category", np.array([0, 1, 1]), ("cook", "pilot"))])
    >>> new_categories(conform(table, encoder.schema), encoder)
    (NewCategories(column='job', rows=2, some=('pilot',)),)
    """
    whole = (one.schema.name for one in encoder.columns if one.schema.kind == "category" and not one.shares)
    counted = ((columns[name], int(np.count_nonzero(columns[name].values == UNSEEN))) for name in whole)
    return tuple(NewCategories(column.name, rows, column.unseen) for column, rows in counted if rows)


def joined(pieces: Iterable[Sequence[NewCategories]]) -> tuple[NewCategories, ...]:
    """Return the new categories of several tables together."""
    found = dict[str, NewCategories]()
    for new in (new for piece in pieces for new in piece):
        before = found.get(new.column, NewCategories(new.column, 0, ()))
        some = tuple(dict.fromkeys((*before.some, *new.some)))[: SHOWN + 1]
        found[new.column] = NewCategories(new.column, before.rows + new.rows, some)
    return tuple(found.values())


def said(found: Sequence[NewCategories]) -> str:
    """Return one sentence about all columns."""
    some = [new.sentence for new in found[:_MOST_COLUMNS]]
    if len(found) > _MOST_COLUMNS:
        some.append(fill("{count:,} other columns", count=len(found) - _MOST_COLUMNS))
    template = N_("categories that training did not have count as none of those it had: {columns}")
    return fill(template, columns="; ".join(some))

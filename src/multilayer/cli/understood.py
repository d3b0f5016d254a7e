"""What a table is taken for, before a model is trained: its columns by type, its gaps, its target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import fill, one_line, percent
from multilayer._base.translation import N_

if TYPE_CHECKING:
    from multilayer.tables import Column, Columns, Target

__all__ = ["listed", "understood"]

_MOST, _LONGEST = 6, 30
"""How many names of a list are shown, and how much of each."""

_HELD_OUT = N_("each network holds out another of {folds} parts of the rows")

_PLURAL = {
    "number": N_("numbers"),
    "category": N_("categories"),
    "date": N_("dates"),
    "text": N_("text, not used"),
    "identifier": N_("identifiers, not used"),
}


def understood(where: str, columns: Columns, target: Target, members: int) -> Table:
    """Return rows of a word and what it is about: the target, the inputs by type, the gaps, and what is held out."""
    from multilayer.tables.folds import fold_count

    y, inputs = columns[target.name], columns.without([target.name])
    caption = fill(
        "{where}: {rows:,} rows, {columns:,} columns", where=where, rows=columns.rows, columns=len(columns)
    )
    rows = [(fill("target"), _target(y, target))]
    rows += [
        (fill(words), listed(map(_named, found)))
        for kind, words in _PLURAL.items()
        if (found := [column for column in inputs if column.kind == kind])
    ]
    if gaps := _gaps(inputs):
        rows.append((fill("gaps"), gaps))
    rows.append((fill("held out"), fill(_HELD_OUT, folds=fold_count(members, columns.rows))))
    return Table(caption, (), tuple(rows), frozenset({0, 1}))


def listed(names: Iterable[str], most: int = _MOST) -> str:
    """Return the first names, and how many others there are."""
    cut = [one_line(name, _LONGEST) for name in names]
    shown = ", ".join(cut[:most])
    if len(cut) <= most:
        return shown
    return fill("{names} and {count:,} others", names=shown, count=len(cut) - most)


def _named(column: Column) -> str:
    if column.kind != "category":
        return column.name
    return fill("{name} ({count:,})", name=one_line(column.name, _LONGEST), count=len(column.categories))


def _target(y: Column, target: Target) -> str:
    name = one_line(y.name, _LONGEST)
    if target.task == "regression":
        return fill(
            "{name}, a quantity from {low:.6g} to {high:.6g}: regression",
            name=name,
            low=target.low,
            high=target.high,
        )
    shares = listed(_shares(y, target))
    template = N_("{name}, {count:,} classes ({shares}): classification")
    return fill(template, name=name, count=len(target.classes), shares=shares)


def _shares(y: Column, target: Target) -> Iterator[str]:
    """Yield the classes with their shares, the most frequent one first."""
    counts = np.bincount(target.encode(y), minlength=len(target.classes))
    for place in np.argsort(-counts, kind="stable").tolist():
        label = one_line(str(target.classes[place]), _LONGEST)
        yield fill("{label} {share}", label=label, share=percent(round(counts[place] / counts.sum(), 3)))


def _gaps(columns: Sequence[Column] | Columns) -> str:
    counts = {column.name: int(np.count_nonzero(column.missing)) for column in columns}
    found = sorted(((count, name) for name, count in counts.items() if count), key=lambda pair: -pair[0])
    return listed(
        fill("{name} {count:,}", name=one_line(name, _LONGEST), count=count) for count, name in found
    )

"""What a table is taken for, before a model is trained: its columns by type, its gaps, its target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import fill, one_line, percent
from multilayer._base.translation import N_

if TYPE_CHECKING:
    from multilayer.tables import Column
    from multilayer.tables.table_source import TableSource

__all__ = ["listed", "understood"]

_MOST, _LONGEST = 6, 30
"""How many names of a list are shown, and how much of each."""

_OTHER_ROWS = N_("each network holds out about {rows:,} other rows")
_HELD_OUT = N_("each network holds out another of {folds} parts of the rows")

_PLURAL = {
    "number": N_("numbers"),
    "category": N_("categories"),
    "date": N_("dates"),
    "text": N_("text, not used"),
    "identifier": N_("identifiers, not used"),
}


def understood(where: str, source: TableSource, members: int) -> Table:
    """Return rows of a word and what it is about: the target, the inputs by type, the gaps, and what is held out."""
    inputs = source.inputs
    caption = fill(
        "{where}: {rows:,} rows, {columns:,} columns", where=where, rows=source.rows, columns=len(inputs) + 1
    )
    rows = [(fill("target"), _target(source))]
    rows += [
        (fill(words), listed(map(_named, found)))
        for kind, words in _PLURAL.items()
        if (found := [column for column in inputs if column.kind == kind])
    ]
    if gaps := _gaps(source.gaps):
        rows.append((fill("gaps"), gaps))
    rows.append((fill("held out"), _held_out(source, members)))
    return Table(caption, (), tuple(rows), frozenset({0, 1}))


def _held_out(source: TableSource, members: int) -> str:
    from multilayer.tables.folds import fold_count

    if source.held_out is not None:
        return fill(_OTHER_ROWS, rows=source.held_out)
    return fill(_HELD_OUT, folds=fold_count(members, source.rows))


def listed(names: Iterable[str], most: int = _MOST) -> str:
    """Return the first names, and how many others there are, where these are two or more.

    >>> listed("abc", most=2), listed("abcd", most=2)
    ('a, b, c', 'a, b and 2 others')
    """
    cut = [one_line(name, _LONGEST) for name in names]
    if len(cut) <= most + 1:
        return ", ".join(cut)
    return fill("{names} and {count:,} others", names=", ".join(cut[:most]), count=len(cut) - most)


def _named(column: Column) -> str:
    if column.kind != "category":
        return column.name
    return fill("{name} ({count:,})", name=one_line(column.name, _LONGEST), count=len(column.categories))


def _target(source: TableSource) -> str:
    target = source.target
    name = one_line(target.name, _LONGEST)
    if target.task == "regression":
        return fill(
            "{name}, a quantity from {low:.6g} to {high:.6g}: regression",
            name=name,
            low=target.low,
            high=target.high,
        )
    shares = listed(_shares(source))
    template = N_("{name}, {count:,} classes ({shares}): classification")
    return fill(template, name=name, count=len(target.classes), shares=shares)


def _shares(source: TableSource) -> Iterator[str]:
    """Yield the classes with their shares, the most frequent one first."""
    counts = source.class_rows
    for place in np.argsort(-counts, kind="stable").tolist():
        label = one_line(str(source.target.classes[place]), _LONGEST)
        yield fill("{label} {share}", label=label, share=percent(round(counts[place] / counts.sum(), 3)))


def _gaps(counts: Mapping[str, int]) -> str:
    found = sorted(((count, name) for name, count in counts.items() if count), key=lambda pair: -pair[0])
    return listed(
        fill("{name} {count:,}", name=one_line(name, _LONGEST), count=count) for count, name in found
    )

"""What was read from a table: columns with one name each, and notes of what could have been read in another way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multilayer._base.errors import InputError
from multilayer._base.text import fill, near_matches, quoted
from multilayer.tables.columns import KINDS, Column, Columns, Kind

__all__ = ["Doubt", "Reading", "Understood", "check_types", "gathered", "named_apart"]

_LONGEST_LIST = 5


@dataclass(frozen=True)
class Doubt:
    """That a column could be read in another way: a template with the place `columns`, and its other places."""

    template: str
    column: str
    places: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True)
class Understood:
    """A column, and what could be wrong with its kind."""

    column: Column
    doubt: Doubt | None = None


@dataclass(frozen=True)
class Reading:
    """A table, and what was found out about it, in sentences."""

    columns: Columns
    notes: tuple[str, ...] = ()


def check_types(types: Mapping[str, Kind], names: Sequence[str]) -> None:
    """Check the kinds that a user sets.

    Raises
    ------
    InputError
        For a column that is not there, or a kind that does not exist.
    """
    known = set(names)
    for name, kind in types.items():
        if name not in known:
            raise InputError(
                "types: no column is called {name}; {near}",
                name=quoted(str(name)),
                near=near_matches(str(name), names),
            )
        if kind not in KINDS:
            raise InputError(
                "types: {name} cannot be {kind}; {near}",
                name=quoted(name),
                kind=quoted(str(kind)),
                near=near_matches(str(kind), KINDS),
            )


def named_apart(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of columns, and notes: a column without a name is called by its place, as in "column 1".

    Raises
    ------
    InputError
        Where two columns have the same name.
    """
    given = tuple(name if name.strip() else f"column {place}" for place, name in enumerate(names, 1))
    if len(set(given)) != len(given):
        twice = next(name for name, times in Counter(given).items() if times > 1)
        first = given.index(twice)
        second = given.index(twice, first + 1)
        raise InputError(
            "columns {first} and {second} are both called {twice}; give each another name",
            first=first + 1,
            second=second + 1,
            twice=quoted(twice),
        )
    nameless = [called for called, name in zip(given, names, strict=True) if not name.strip()]
    if not nameless:
        return given, ()
    return given, (fill("{columns} has its place for a name, as it has no other", columns=_listed(nameless)),)


def gathered(understood: Sequence[Understood], notes: tuple[str, ...] = ()) -> Reading:
    """Return a table of columns; what several of them share is said once."""
    doubts: dict[str, list[Doubt]] = {}
    for doubt in (each.doubt for each in understood):
        if doubt is not None:
            doubts.setdefault(doubt.template, []).append(doubt)
    said = (
        fill(template, columns=_listed([doubt.column for doubt in found]), **dict(found[0].places))
        for template, found in doubts.items()
    )
    return Reading(Columns(each.column for each in understood), (*notes, *said))


def _listed(names: Sequence[str]) -> str:
    count = (
        len(names) if len(names) <= _LONGEST_LIST + 1 else _LONGEST_LIST
    )  # two others at least are counted
    shown = ", ".join(map(quoted, names[:count]))
    if len(names) == count:
        return fill("column {names}" if count == 1 else "columns {names}", names=shown)
    return fill("columns {names} and {others} others", names=shown, others=len(names) - _LONGEST_LIST)

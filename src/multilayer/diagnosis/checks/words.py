"""How findings name layers, units and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from multilayer.diagnosis.evidence import Evidence

__all__ = ["class_name", "column_names", "joined", "numbers", "phrase"]

_SHOWN = 6


def numbers(things: Sequence[int], what: str) -> str:
    """Return "unit 3", "units 1, 2 and 5", or "units 1, 2, 3, 4, 5, 6 and 20 more".

    >>> numbers([1, 2, 5], "unit")
    'units 1, 2 and 5'
    """
    return f"{what}{'s' if len(things) > 1 else ''} {_listed([str(thing) for thing in things])}"


def class_name(evidence: Evidence, number: int) -> str:
    """Return the label of a class, or its number: from 0, as of data, which is said beside units counted from 1."""
    names = evidence.network.classes
    return f"{number} (counted from 0)" if names is None else str(names[number])


def column_names(evidence: Evidence, columns: Sequence[int]) -> str:
    """Return columns of X, counted from 1, by number and by name where they have one."""
    names = evidence.network.inputs
    if names is None:
        return numbers(columns, "column")
    return f"column{'s' if len(columns) > 1 else ''} " + _listed([f"{c} ({names[c - 1]})" for c in columns])


def joined(parts: Iterable[str], between: str = "; ") -> str:
    """Return the parts that are not empty in one line."""
    return between.join(part for part in parts if part)


def phrase(count: int, of: int, what: str) -> str:
    """Return "3 of 20 units (15 %)"."""
    return f"{count} of {of} {what} ({count / of:.0%})".replace("%", " %")


def _listed(items: Sequence[str]) -> str:
    if len(items) > _SHOWN:
        return f"{', '.join(items[:_SHOWN])} and {len(items) - _SHOWN} more"
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]

"""Measured activations side by side: as a table for people, and as a document for programs."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from multilayer import backend
from multilayer._base.table import Table
from multilayer.measure.contract import NotMeasured, Property
from multilayer.measure.measured import PROPERTIES, Properties

__all__ = ["comparison", "document"]

_NONE = "–"


def comparison(found: Sequence[Properties], width: int | None = None) -> list[Table]:
    """Return a row per activation and a column per figure; as several tables where one is wider than `width`."""
    names = [each.activation.facts.name for each in found]
    kinds = [kind for name, kind in PROPERTIES.items() if any(name in each for each in found)]
    columns = [column for kind in kinds for column in _columns(kind, found)]
    parts = list(_parts(columns, max(map(len, ["activation", *names])), width))
    return [
        Table(
            f"Measured properties, {number} of {len(parts)}" if len(parts) > 1 else "Measured properties",
            ("activation", *(heading for heading, _ in part)),
            tuple(zip(names, *(cells for _, cells in part), strict=True)),
        )
        for number, part in enumerate(parts, 1)
    ]


def document(found: Sequence[Properties]) -> dict[str, Any]:
    """Return everything as plain data for JSON. "version" is raised when a key changes its meaning or goes."""
    at_work = backend.info()
    return {
        "format": "multilayer-properties",
        "version": 1,
        "machine": {
            "processor": platform.machine(),
            "backend": at_work.backend,
            "level": at_work.level,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "activations": [each.as_dict() for each in found],
    }


_Column = tuple[str, tuple[str, ...]]


def _columns(kind: type[Property], found: Sequence[Properties]) -> Iterator[_Column]:
    rows = [_cells(kind, each.get(kind.name)) for each in found]
    yield from zip(kind.headings, zip(*rows, strict=True), strict=True)


def _cells(kind: type[Property], result: Property | NotMeasured | None) -> tuple[str, ...]:
    return result.cells() if isinstance(result, Property) else (_NONE,) * len(kind.headings)


def _parts(columns: list[_Column], first: int, width: int | None) -> Iterator[list[_Column]]:
    """Share out the columns so that each part fits, together with the names."""
    part: list[_Column] = []
    taken = first + 2
    for heading, cells in columns:
        wide = 2 + max(map(len, (heading, *cells)))
        if part and width is not None and taken + wide > width:
            yield part
            part, taken = [], first + 2
        part.append((heading, cells))
        taken += wide
    yield part

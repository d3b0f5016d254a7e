"""Where the first number is that is nan or infinite."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multilayer.network import MLP
from multilayer.network.trace import LayerRecord, forward

__all__ = [
    "Place",
    "first_in_records",
    "first_in_weights",
    "first_of_all",
    "rows_of",
    "sums_are_finite",
    "whole",
]

_ORDER = ("x", "W", "b", "a", "z")


class Place(NamedTuple):
    """Sorts in the order in which a forward pass meets numbers: layer by layer, and then sample by sample."""

    layer: int
    what: int
    sample: int

    @property
    def named(self) -> tuple[int, str, int]:
        """Layer, what, and sample, as in the evidence."""
        return self.layer, _ORDER[self.what], self.sample


def first_in_weights(network: MLP) -> Place | None:
    """Return the first W or b that is not finite."""
    for number, layer in enumerate(network.layers, 1):
        for what, array in (("W", layer.W), ("b", layer.b)):
            if not np.isfinite(array).all():
                return Place(number, _ORDER.index(what), 0)
    return None


def first_in_records(records: Sequence[LayerRecord], before: int) -> Place | None:
    """Return the first place in these records, whose samples come after so many others."""
    for number, record in enumerate(records, 1):
        for what, array in (("x", record.x), ("a", record.a), ("z", record.z)):
            bad = ~np.isfinite(array).all(axis=1)
            if bad.any():
                return Place(number, _ORDER.index(what), before + int(bad.argmax()) + 1)
    return None


def first_of_all(network: MLP, blocks: Iterable[NDArray[Any]]) -> Place | None:
    """Return the first place in the weights and in a forward pass of all samples, a block after the other."""
    place, before = first_in_weights(network), 0
    for x in blocks:
        found = first_in_records(tuple(forward(network.layers, x)), before)
        place, before = min((p for p in (place, found) if p is not None), default=None), before + len(x)
    return place


def whole(records: Sequence[LayerRecord]) -> NDArray[np.bool_]:
    """Return for each sample whether all its numbers are finite."""
    kept: Any = np.isfinite(records[0].x).all(axis=1)
    for record in records:
        kept &= np.isfinite(record.a).all(axis=1) & np.isfinite(record.z).all(axis=1)
    finite: NDArray[np.bool_] = kept
    return finite


def sums_are_finite(records: Sequence[LayerRecord]) -> bool:
    """Return whether all sums are finite: then every number is. They may overflow; `whole` is exact."""
    arrays: Iterator[NDArray[Any]] = (array for record in records for array in (record.a, record.z))
    return bool(np.isfinite(records[0].x.sum())) and all(np.isfinite(array.sum()) for array in arrays)


def rows_of(records: Sequence[LayerRecord], kept: NDArray[np.bool_]) -> tuple[LayerRecord, ...]:
    """Return the records of the samples that are kept."""
    if kept.all():
        return tuple(records)
    x, found = records[0].x[kept], []
    for record in records:
        found.append(LayerRecord(record.layer, x, record.a[kept], record.z[kept]))
        x = found[-1].z
    return tuple(found)

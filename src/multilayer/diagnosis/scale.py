"""Columns of a size that weights and steps are not made for: of the inputs, and of the targets."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from multilayer._base.text import fill
from multilayer.diagnosis.evidence import Floats
from multilayer.diagnosis.phrases import one_based

__all__ = ["OffScale", "off_scale"]

_LARGE, _SMALL, _FAR = 10.0, 0.02, 30.0
"""Size of a column, and of the largest one: about 1 is expected; and |mean| over standard deviation."""


class OffScale(NamedTuple):
    """What is off, and by how much."""

    columns: tuple[int, ...]
    """Counted from 1; empty for all."""
    measured: str
    value: float
    threshold: float


def off_scale(mean: Floats, std: Floats) -> OffScale | None:
    """Return which columns are too large, too far from 0, or all too small; None where all are as they should be.

    The size of a column is |mean| or its standard deviation, whichever is larger. Those that do not vary are left out.
    """
    size = np.where(std > 0, np.maximum(np.abs(mean), std), 0.0)
    with np.errstate(all="ignore"):
        offset = np.where(std > 0, np.abs(mean) / std, 0.0)
    largest, farthest = float(size.max()), float(offset.max())
    if largest > _LARGE:
        measured = fill("The size of a column is up to {value:.3g}; about 1 is expected.", value=largest)
        return OffScale(one_based(size > _LARGE), measured, largest, _LARGE)
    if farthest > _FAR:
        measured = fill(
            "The mean of a column is up to {value:.3g} standard deviations from 0.", value=farthest
        )
        return OffScale(one_based(offset > _FAR), measured, farthest, _FAR)
    if 0.0 < largest < _SMALL:
        measured = fill("The size of all columns is at most {value:.3g}; about 1 is expected.", value=largest)
        return OffScale((), measured, largest, _SMALL)
    return None

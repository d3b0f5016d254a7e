"""How much smaller the error of a bag is than that of its members, without rows that no member has seen."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from multilayer.network import MLP
from multilayer.tables.folds import Fold

__all__ = ["MOST_ROWS", "error_ratio"]

MOST_ROWS = 2**14
"""Rows, at most, on which networks are compared."""


def error_ratio(networks: Sequence[MLP], folds: Sequence[Fold], squared_error: float) -> float:
    """Return the root mean squared error of the mean of networks, over that of a single one.

    For any row, (mean - y)^2 is the mean of (output - y)^2 over the networks less the variance of their outputs, which
    is called their ambiguity A. With E, the mean squared error of single networks, the ratio is sqrt(1 - A / E).

    E is known from the rows that each network held out. A needs no target, but rows: it is that of the held-out rows,
    which all networks but one were trained on. Those agree more with each other than on new rows, and differ more from
    the one that was not; measured, A is about that of new rows. The ratio is never less than 1 / sqrt(networks), that
    of independent errors.

    Parameters
    ----------
    networks : sequence of MLP
        With one output each.
    folds : sequence of Fold
        The rows that each network held out. Of more than 16,384 rows evenly spaced ones are taken.
    squared_error : float
        E, in the unit of the outputs.

    References
    ----------
    Krogh, A., Vedelsby, J.: Neural network ensembles, cross validation, and active learning. NIPS 1994.
    """
    if len(networks) == 1 or squared_error == 0:
        return 1.0
    step = -(-sum(len(fold.held_out_y) for fold in folds) // MOST_ROWS)
    variances = [_outputs(networks, x).var(axis=0) for x in _some(folds, step)]
    ambiguity = float(np.concatenate(variances).mean())
    return math.sqrt(max(1.0 - ambiguity / squared_error, 1.0 / len(networks)))


def _some(folds: Sequence[Fold], step: int) -> Iterator[NDArray[np.float32]]:
    """Yield each `step`-th of the held-out rows of all folds together, some at a time."""
    before = 0
    for fold in folds:
        for x in fold.held_out_x():
            yield x[-before % step :: step]
            before += len(x)


def _outputs(networks: Sequence[MLP], x: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the outputs of each network, (networks, rows)."""
    return np.stack([network(x)[:, 0] for network in networks]).astype(np.float64)

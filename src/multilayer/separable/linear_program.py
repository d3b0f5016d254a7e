"""The widest gap between classes as a linear program in floating point: the only importer of SciPy here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import MissingExtraError
from multilayer.separable.frame import Floats
from multilayer.separable.rivals import Demand, Rivals

__all__ = ["Guess", "widest_gap"]

_START = 1000  # demands in the first program, and most that are added to the next
_ROUNDS = 60
_ENOUGH = 1 / 16  # of the gap found: less work for a plane that need not be the best


@dataclass(frozen=True, eq=False)
class Guess:
    """A network u in scaled coordinates and the demands that decide it; both still to be verified."""

    u: Floats
    decisive: list[Demand]


def widest_gap(rivals: Rivals) -> Guess:
    """Largest t with every lead >= t and |u| <= 1, nearly, as the HiGHS solver finds it.

    A few demands decide. So the program starts with a part of them, spread over all classes, and those that
    its solution falls short of join until it meets all of them well enough, or until no gap is left.
    """
    demands = _spread(rivals)
    known = set(demands)
    u, t, weights = _solve(rivals, demands)
    for _ in range(_ROUNDS):
        if t <= 0 or not _behind(rivals, u, _ENOUGH * t):
            break
        joining = [demand for demand in _behind(rivals, u, t / 2) if demand not in known]
        if not joining:
            break
        demands += joining
        known.update(joining)
        u, t, weights = _solve(rivals, demands)
    return Guess(u, [d for d, weight in zip(demands, weights, strict=True) if weight > 1e-12])


def _solve(rivals: Rivals, demands: list[Demand]) -> tuple[Floats, float, Floats]:
    """Network, gap, and weight of each demand; zeros where the solver gives up, which decides nothing."""
    linprog, sparse = _scipy()
    size = math.prod(rivals.shape)
    answer = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=sparse(_entries(rivals, demands), shape=(len(demands), size + 1)),
        b_ub=np.zeros(len(demands)),
        bounds=[(-1.0, 1.0)] * size + [(0.0, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if answer.x is None:
        return np.zeros(rivals.shape), 0.0, np.zeros(len(demands))
    return answer.x[:-1].reshape(rivals.shape), float(answer.x[-1]), -answer.ineqlin.marginals


def _entries(
    rivals: Rivals, demands: list[Demand]
) -> tuple[Floats, tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Matrix of t − lead <= 0, a row per demand: values, and where they stand (row, column)."""
    samples, own, rival = np.array(demands).T
    z = rivals.frame.near[samples]
    row, place = np.indices(z.shape)
    # Class k has the columns from (k - 1) * width on; class 0 has none, for it always scores 0.
    values, rows, columns = [np.ones(len(z))], [np.arange(len(z))], [np.full(len(z), math.prod(rivals.shape))]
    for signed, classes in ((-z, own), (z, rival)):
        kept = classes > 0
        values.append(signed[kept].ravel())
        rows.append(row[kept].ravel())
        columns.append((place + (classes[:, None] - 1) * z.shape[1])[kept].ravel())
    return np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))


def _spread(rivals: Rivals) -> list[Demand]:
    pairs = list(rivals.pairs())
    each = max(2, _START // len(pairs))
    return [Demand(sample, own, rival) for own, rival in pairs for sample in _evenly(rivals.rows[own], each)]


def _evenly(rows: NDArray[np.intp], count: int) -> list[int]:
    places = np.unique(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.intp))
    return rows[places].tolist()  # type: ignore[no-any-return]


def _behind(rivals: Rivals, u: Floats, wanted: float) -> list[Demand]:
    pairs = list(rivals.pairs())
    found = []
    for own, rival in pairs:
        leads = rivals.leads(u, own, rival)
        furthest = np.argsort(leads)[: max(2, _START // len(pairs))]
        rows = rivals.rows[own][furthest[leads[furthest] < wanted]]
        found += [Demand(sample, own, rival) for sample in rows.tolist()]
    return found


def _scipy() -> tuple[Any, Any]:
    try:
        from scipy.optimize import linprog
        from scipy.sparse import coo_array
    except ImportError:
        raise MissingExtraError("separability", "SciPy", "separability") from None
    return linprog, coo_array

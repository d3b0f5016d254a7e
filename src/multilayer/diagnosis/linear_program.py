"""The widest gap between classes as a linear program in floating point: the only importer of SciPy here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.diagnosis.frame import Floats
from multilayer.diagnosis.rivals import Demand, Rivals
from multilayer.errors import MissingExtraError

__all__ = ["Guess", "widest_gap"]

_START = 1000  # demands in the first program, and most that are added to the next
_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Guess:
    """A network u in scaled coordinates and the demands that decide it; both still to be verified."""

    u: Floats
    decisive: list[Demand]


def widest_gap(rivals: Rivals) -> Guess:
    """Largest t with every lead >= t and |u| <= 1, as the HiGHS solver finds it.

    A few demands decide. So the program starts with a part of them, spread over all classes, and those that
    its solution breaks join until none is broken, or until no gap is left.
    """
    demands = _spread(rivals)
    known = set(demands)
    u, t, weights = _solve(rivals, demands)
    for _ in range(_ROUNDS):
        broken = [d for d in _broken(rivals, u, t / 2) if d not in known] if t > 0 else []
        if not broken:
            break
        demands += broken
        known.update(broken)
        u, t, weights = _solve(rivals, demands)
    return Guess(u, [d for d, weight in zip(demands, weights, strict=True) if weight > 1e-12])


def _solve(rivals: Rivals, demands: list[Demand]) -> tuple[Floats, float, Floats]:
    """Network, gap, and weight of each demand; zeros where the solver gives up, which decides nothing."""
    linprog, sparse = _scipy()
    near = rivals.frame.near
    rows = np.array([rivals.coefficients(d, near[d.sample]) for d in demands])
    size = rows.shape[1]
    matrix = np.column_stack([-rows, np.ones(len(rows))])
    answer = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=sparse(matrix) if len(rivals.rows) > 3 else matrix,
        b_ub=np.zeros(len(rows)),
        bounds=[(-1.0, 1.0)] * size + [(0.0, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if answer.x is None:
        return np.zeros(rivals.shape), 0.0, np.zeros(len(demands))
    return answer.x[:-1].reshape(rivals.shape), float(answer.x[-1]), -answer.ineqlin.marginals


def _spread(rivals: Rivals) -> list[Demand]:
    pairs = list(rivals.pairs())
    each = max(2, _START // len(pairs))
    return [Demand(sample, own, rival) for own, rival in pairs for sample in _evenly(rivals.rows[own], each)]


def _evenly(rows: NDArray[np.intp], count: int) -> list[int]:
    places = np.unique(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.intp))
    return rows[places].tolist()  # type: ignore[no-any-return]


def _broken(rivals: Rivals, u: Floats, wanted: float) -> list[Demand]:
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
        from scipy.sparse import csr_array
    except ImportError:
        raise MissingExtraError("separability", "SciPy", "separability") from None
    return linprog, csr_array

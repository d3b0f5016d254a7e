"""What each sample demands of a linear network, and a first answer in floating point (the only importer of SciPy)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import MissingExtraError
from multilayer.separable.samples import Floats, Frame, Integers

__all__ = ["Demand", "Proposal", "SeparationProblem", "SmallestLead", "propose"]

_ROUNDING = 2.0**-53
_UNDERFLOW = 2.0**-990  # what flushing tiny numbers to zero may cost a score of numbers up to 1, times 2^10
_START = 1000  # demands in the first program, and most that are added to the next
_ROUNDS = 60
_ENOUGH = 1 / 16  # of the gap found: less work for a plane that need not be the best


class Demand(NamedTuple):
    """That `sample` scores higher for its class `own` than for `rival`: (U_own − U_rival) · z > 0."""

    sample: int
    own: int
    rival: int


class SmallestLead(NamedTuple):
    """The smallest lead (U_own − U_rival) · z of any sample, and where it is found."""

    lead: int
    demand: Demand


@dataclass(frozen=True, eq=False)
class SeparationProblem:
    """All demands of a labelled data set: Kesler's construction (Duda, Hart 1973), never stored as a matrix.

    `rows[k]` are the samples of class k in the frame. Scores matter by their differences alone, so class 0
    scores 0 and a network is a matrix U of (classes - 1, d + 1) integers. Two classes: U is one plane,
    positive for class 1, negative for class 0.
    """

    frame: Frame
    rows: tuple[NDArray[np.intp], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of U."""
        return len(self.rows) - 1, len(self.frame.bits)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Return every ordered pair of classes (own, rival)."""
        return itertools.permutations(range(len(self.rows)), 2)

    def among(self, first: int, second: int) -> SeparationProblem:
        """Return the problem of two of the classes alone."""
        return SeparationProblem(self.frame, (self.rows[first], self.rows[second]))

    def smallest_lead(self, U: Integers) -> SmallestLead:
        """Return the exact smallest lead that the network U gives.

        Floating point with a rigorous bound of its error narrows the samples down; integers decide.
        """
        scaled = self.frame.scaled(U)
        return min(
            (self._smallest_lead_of_pair(U, scaled, own, rival) for own, rival in self.pairs()),
            key=lambda least: least.lead,
        )

    def smallest_lead_of_pair(self, U: Integers, own: int, rival: int) -> SmallestLead:
        """Return the exact smallest lead over `rival` among the samples of the class `own`."""
        return self._smallest_lead_of_pair(U, self.frame.scaled(U), own, rival)

    def leads(self, u: Floats, own: int, rival: int) -> Floats:
        """Return rounded leads of all samples of class `own`, for u in the frame's scaled coordinates."""
        return self.frame.near[self.rows[own]] @ _difference(u, own, rival)  # type: ignore[no-any-return]

    def coefficients(self, demand: Demand, z: Integers) -> Integers:
        """Return the demand as a vector over the entries of U, for the coordinates z (d + 1) of its sample."""
        row = np.array([[0] * len(z)] * len(self.rows), dtype=object)
        row[demand.own], row[demand.rival] = z, -z
        return row[1:].ravel()

    def _smallest_lead_of_pair(self, U: Integers, scaled: Floats, own: int, rival: int) -> SmallestLead:
        rows = self.rows[own]
        u = _difference(scaled, own, rival)
        near = self.frame.near[rows]
        rough = near @ u
        # d + 1 products and sums, two roundings in u, one in each of its parts and one in `near`, whatever
        # the order of summation (Higham 2002, section 3.1); the parts of u count, for they may cancel.
        parts = sum(np.abs(scaled[k - 1]) for k in (own, rival) if k)
        bound = (len(u) + 8) * _ROUNDING * (np.abs(near) @ parts) + len(u) * _UNDERFLOW
        nearest = np.flatnonzero(rough - bound <= (rough + bound).min())
        exact = self.frame.integers(rows[nearest]) @ _difference(U, own, rival)
        place = int(exact.argmin())
        return SmallestLead(int(exact[place]), Demand(int(rows[nearest[place]]), own, rival))


def _difference(U: NDArray[Any], own: int, rival: int) -> NDArray[Any]:
    first = U[own - 1] if own else 0 * U[0]
    difference: NDArray[Any] = first - U[rival - 1] if rival else first
    return difference


@dataclass(frozen=True, eq=False)
class Proposal:
    """A network u in scaled coordinates and the demands that decide it; both still to be verified."""

    u: Floats
    decisive: list[Demand]


def propose(problem: SeparationProblem) -> Proposal:
    """Return about the largest t with every lead >= t and |u| <= 1, as the HiGHS solver finds it.

    A few demands decide. The program starts with some of every class, and violated ones are added until the
    solution meets all of them well enough, or no gap is left.
    """
    demands = _spread(problem)
    known = set(demands)
    u, t, weights = _solve(problem, demands)
    for _ in range(_ROUNDS):
        if t <= 0 or not _violated(problem, u, _ENOUGH * t):
            break
        joining = [demand for demand in _violated(problem, u, t / 2) if demand not in known]
        if not joining:
            break
        demands += joining
        known.update(joining)
        u, t, weights = _solve(problem, demands)
    return Proposal(u, [d for d, weight in zip(demands, weights, strict=True) if weight > 1e-12])


def _solve(problem: SeparationProblem, demands: list[Demand]) -> tuple[Floats, float, Floats]:
    """Return network, gap, and weight of each demand; zeros, which decide nothing, where the solver gives up."""
    linprog, sparse = _scipy()
    size = math.prod(problem.shape)
    answer = linprog(
        np.append(np.zeros(size), -1.0),
        A_ub=sparse(_entries(problem, demands), shape=(len(demands), size + 1)),
        b_ub=np.zeros(len(demands)),
        bounds=[(-1.0, 1.0)] * size + [(0.0, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if answer.x is None:
        return np.zeros(problem.shape), 0.0, np.zeros(len(demands))
    return answer.x[:-1].reshape(problem.shape), float(answer.x[-1]), -answer.ineqlin.marginals


def _entries(
    problem: SeparationProblem, demands: list[Demand]
) -> tuple[Floats, tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Return the matrix of t − lead <= 0, a row per demand: values, and their places (row, column)."""
    samples, own, rival = np.array(demands).T
    z = problem.frame.near[samples]
    row, place = np.indices(z.shape)
    # Class k has the columns from (k - 1) * width on; class 0 has none, for it always scores 0.
    values, rows, columns = (
        [np.ones(len(z))],
        [np.arange(len(z))],
        [np.full(len(z), math.prod(problem.shape))],
    )
    for signed, classes in ((-z, own), (z, rival)):
        kept = classes > 0
        values.append(signed[kept].ravel())
        rows.append(row[kept].ravel())
        columns.append((place + (classes[:, None] - 1) * z.shape[1])[kept].ravel())
    return np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))


def _spread(problem: SeparationProblem) -> list[Demand]:
    pairs = list(problem.pairs())
    each = max(2, _START // len(pairs))
    return [Demand(sample, own, rival) for own, rival in pairs for sample in _evenly(problem.rows[own], each)]


def _evenly(rows: NDArray[np.intp], count: int) -> list[int]:
    places = np.unique(np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.intp))
    return rows[places].tolist()  # type: ignore[no-any-return]


def _violated(problem: SeparationProblem, u: Floats, wanted: float) -> list[Demand]:
    pairs = list(problem.pairs())
    found = []
    for own, rival in pairs:
        leads = problem.leads(u, own, rival)
        furthest = np.argsort(leads)[: max(2, _START // len(pairs))]
        rows = problem.rows[own][furthest[leads[furthest] < wanted]]
        found += [Demand(sample, own, rival) for sample in rows.tolist()]
    return found


def _scipy() -> tuple[Any, Any]:
    try:
        from scipy.optimize import linprog
        from scipy.sparse import coo_array
    except ImportError:
        raise MissingExtraError("separability", "SciPy", "separability") from None
    return linprog, coo_array

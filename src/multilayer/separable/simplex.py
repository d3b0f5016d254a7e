"""The simplex method in integers: a plane between the classes, or weights that prove there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from multilayer._base.errors import InputError
from multilayer.separable.frame import Integers
from multilayer.separable.lifting import solve
from multilayer.separable.rivals import Demand, Rivals

__all__ = ["Contradiction", "decide"]


@dataclass(frozen=True)
class Contradiction:
    """Demands that no network meets together: with these weights, of sum 1, their left sides sum to 0."""

    weights: dict[Demand, Fraction]


@dataclass(frozen=True)
class _Artificial:
    """A unit column that stands in the basis until a demand replaces it."""

    row: int
    sign: int


def decide(rivals: Rivals, first: Iterable[Demand], max_pivots: int) -> Integers | Contradiction:
    """Exact network U that meets all demands, or the exact contradiction among them.

    One of the two exists (Gordan 1873). The linear program is: weights v >= 0 of the demands with sum 1 that
    make sum_j v_j a_j least in the 1-norm. Value 0 is a contradiction. Otherwise the dual solution is the
    network of largest lead T among those with |u| <= 1 in the scaled coordinates, and T > 0.

    Parameters
    ----------
    rivals
        The demands.
    first
        Demands to try before all others: those that a floating-point solver found decisive.
    max_pivots
        Number of exchanges of the basis after which to give up.

    Notes
    -----
    The revised simplex method with the adjugate of the basis in place of its inverse: Q = D B^-1 and
    D = |det B| are integers and every division below leaves no remainder (Edmonds 1967, Bareiss 1968).
    The lexicographic rule (Dantzig, Orden, Wolfe 1955) makes it finite, whichever column enters.
    """
    waiting = list(first)
    if waiting and (contradiction := _contradiction_of(rivals, waiting)) is not None:
        return contradiction
    tableau = _Tableau(rivals)
    for _ in range(max_pivots):
        U, T = tableau.dual()
        if T == 0:
            return Contradiction(tableau.weights())
        behind = _furthest_behind(rivals, waiting, U, T) if waiting else None
        if behind is None:
            waiting = []
            least = rivals.least(U)
            behind = least.demand if least.lead < T else None
        entering = behind or tableau.artificial_to_enter()
        if entering is None:
            return U
        tableau.pivot(entering)
    raise InputError(
        f"separability: undecided after {max_pivots} exact steps of the simplex method; "
        "give fewer columns or samples, or a larger max_pivots"
    )


def _contradiction_of(rivals: Rivals, demands: list[Demand]) -> Contradiction | None:
    """The contradiction among just these demands if it is the only one: a linear system, no search."""
    samples = rivals.frame.integers([demand.sample for demand in demands])
    columns = [np.append(rivals.coefficients(d, z), 1) for d, z in zip(demands, samples, strict=True)]
    matrix = np.array(columns).T
    one = np.array([0] * (len(matrix) - 1) + [1], dtype=object)
    weights = solve(matrix, one)
    if weights is None or min(weights) < 0:
        return None
    return Contradiction({demand: weight for demand, weight in zip(demands, weights, strict=True) if weight})


def _furthest_behind(rivals: Rivals, demands: list[Demand], U: Integers, T: int) -> Demand | None:
    samples = rivals.frame.integers([demand.sample for demand in demands])
    flat = U.ravel()
    leads = [int(rivals.coefficients(d, z) @ flat) for d, z in zip(demands, samples, strict=True)]
    lead, place = min((lead, place) for place, lead in enumerate(leads))
    return demands[place] if lead < T else None


class _Tableau:
    """Basis, its adjugate and determinant, and the prices that follow from them."""

    def __init__(self, rivals: Rivals) -> None:
        planes, coordinates = rivals.shape
        self.rivals = rivals
        self.size = planes * coordinates + 1
        # An artificial's cost is the bound of the dual variable of its row: |u_j| <= cost_j. These make all
        # columns count alike, as in the scaled coordinates. The last is above any lead T that can occur.
        top = max(rivals.frame.bits)
        costs = [1 << (top - bits) for bits in rivals.frame.bits] * planes
        self.costs = [*costs, (2 * coordinates) << (top + 1)]
        self.basis: list[Demand | _Artificial] = [_Artificial(row, 1) for row in range(self.size)]
        self.adjugate = np.array(
            [[int(i == j) for j in range(self.size)] for i in range(self.size)], dtype=object
        )
        self.determinant = 1
        self.prices = np.array(self.costs, dtype=object)

    def dual(self) -> tuple[Integers, int]:
        """Network U and its lead T over the demands in the basis, both times the determinant."""
        return -self.prices[:-1].reshape(self.rivals.shape), int(self.prices[-1])

    def weights(self) -> dict[Demand, Fraction]:
        """Weights, greater than 0, of the demands in the basis."""
        return {
            column: Fraction(int(weight), self.determinant)
            for column, weight in zip(self.basis, self.adjugate[:, -1], strict=True)
            if weight and isinstance(column, Demand)
        }

    def artificial_to_enter(self) -> _Artificial | None:
        """An artificial column whose bound the dual solution breaks, if any does."""
        for row in range(self.size - 1):
            if abs(price := self.prices[row]) > self.costs[row] * self.determinant:
                return _Artificial(row, 1 if price > 0 else -1)
        return None

    def pivot(self, entering: Demand | _Artificial) -> None:
        """Exchange the basic column that first reaches weight 0 for the one that enters."""
        change = self.adjugate @ self._column(entering)
        leaving = self._leaving(change)
        row, step = self.adjugate[leaving].copy(), change[leaving]
        self.adjugate = (step * self.adjugate - np.multiply.outer(change, row)) // self.determinant
        self.adjugate[leaving] = row
        self.determinant = int(step)
        self.basis[leaving] = entering
        costs = [0 if isinstance(column, Demand) else self.costs[column.row] for column in self.basis]
        self.prices = np.array(costs, dtype=object) @ self.adjugate

    def _column(self, entering: Demand | _Artificial) -> Integers:
        if isinstance(entering, Demand):
            (z,) = self.rivals.frame.integers([entering.sample])
            return np.append(self.rivals.coefficients(entering, z), 1)
        column = np.array([0] * self.size, dtype=object)
        column[entering.row] = entering.sign
        return column

    def _leaving(self, change: Integers) -> int:
        """Row of the lexicographically least ratio; two rows cannot tie, for the adjugate has full rank."""
        order = [self.size - 1, *range(self.size - 1)]  # the weights themselves first
        first, *others = (row for row in range(self.size) if change[row] > 0)
        for row in others:
            for column in order:
                here = self.adjugate[row, column] * change[first]
                there = self.adjugate[first, column] * change[row]
                if here != there:
                    first = row if here < there else first
                    break
        return first

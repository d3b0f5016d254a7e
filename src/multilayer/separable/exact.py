"""The decision in integers where floating point leaves it open: simplex method and p-adic lifting (Dixon 1982)."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer.separable.problem import Demand, SeparationProblem
from multilayer.separable.samples import Integers

__all__ = ["Contradiction", "decide", "solve"]

_PRIME = (
    67108859  # the largest below 2^26: sums of products of two residues fit in 63 bits for up to 2000 terms
)
_MOST_COLUMNS = 2000


@dataclass(frozen=True)
class Contradiction:
    """Demands that no network meets together: with these weights, of sum 1, their left sides sum to 0."""

    weights: dict[Demand, Fraction]


@dataclass(frozen=True)
class _Artificial:
    """A unit column that stands in the basis until a demand replaces it."""

    row: int
    sign: int


def decide(problem: SeparationProblem, first: Iterable[Demand], max_pivots: int) -> Integers | Contradiction:
    """Return an exact network U that meets all demands, or the exact contradiction among them.

    One of the two exists (Gordan 1873). The linear program is: weights v >= 0 of the demands with sum 1 that
    minimize the 1-norm of sum_j v_j a_j. Value 0 is a contradiction. Otherwise the dual solution is the
    network of largest lead T among those with |u| <= 1 in the scaled coordinates, and T > 0.

    Parameters
    ----------
    problem
        The samples and their classes.
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
    if waiting and (contradiction := _contradiction_of(problem, waiting)) is not None:
        return contradiction
    tableau = _Tableau(problem)
    for _ in range(max_pivots):
        U, T = tableau.dual()
        if T == 0:
            return Contradiction(tableau.weights())
        violated = _most_violated(problem, waiting, U, T) if waiting else None
        if violated is None:
            waiting = []
            least = problem.smallest_lead(U)
            violated = least.demand if least.lead < T else None
        entering = violated or tableau.artificial_to_enter()
        if entering is None:
            return U
        tableau.pivot(entering)
    raise InputError(
        "separability: undecided after {max_pivots} exact steps of the simplex method; "
        "give fewer columns or samples, or a larger max_pivots",
        max_pivots=max_pivots,
    )


def _contradiction_of(problem: SeparationProblem, demands: list[Demand]) -> Contradiction | None:
    """Return the contradiction among just these demands if it is unique: a linear system, no search."""
    samples = problem.frame.integers([demand.sample for demand in demands])
    columns = [np.append(problem.coefficients(d, z), 1) for d, z in zip(demands, samples, strict=True)]
    matrix = np.array(columns).T
    one = np.array([0] * (len(matrix) - 1) + [1], dtype=object)
    weights = solve(matrix, one)
    if weights is None or min(weights) < 0:
        return None
    return Contradiction({demand: weight for demand, weight in zip(demands, weights, strict=True) if weight})


def _most_violated(problem: SeparationProblem, demands: list[Demand], U: Integers, T: int) -> Demand | None:
    samples = problem.frame.integers([demand.sample for demand in demands])
    flat = U.ravel()
    leads = [int(problem.coefficients(d, z) @ flat) for d, z in zip(demands, samples, strict=True)]
    lead, place = min((lead, place) for place, lead in enumerate(leads))
    return demands[place] if lead < T else None


class _Tableau:
    """Basis, its adjugate and determinant, and the prices that follow from them."""

    def __init__(self, problem: SeparationProblem) -> None:
        planes, coordinates = problem.shape
        self.problem = problem
        self.size = planes * coordinates + 1
        # An artificial's cost is the bound of the dual variable of its row: |u_j| <= cost_j. These make all
        # columns count alike, as in the scaled coordinates. The last is above any lead T that can occur.
        top = max(problem.frame.bits)
        costs = [1 << (top - bits) for bits in problem.frame.bits] * planes
        self.costs = [*costs, (2 * coordinates) << (top + 1)]
        self.basis: list[Demand | _Artificial] = [_Artificial(row, 1) for row in range(self.size)]
        self.adjugate = np.array(
            [[int(i == j) for j in range(self.size)] for i in range(self.size)], dtype=object
        )
        self.determinant = 1
        self.prices = np.array(self.costs, dtype=object)

    def dual(self) -> tuple[Integers, int]:
        """Return the network U and its lead T over the demands in the basis, both times the determinant."""
        return -self.prices[:-1].reshape(self.problem.shape), int(self.prices[-1])

    def weights(self) -> dict[Demand, Fraction]:
        """Return the positive weights of the demands in the basis."""
        return {
            column: Fraction(int(weight), self.determinant)
            for column, weight in zip(self.basis, self.adjugate[:, -1], strict=True)
            if weight and isinstance(column, Demand)
        }

    def artificial_to_enter(self) -> _Artificial | None:
        """Return an artificial column whose bound the dual solution breaks, if any."""
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
            (z,) = self.problem.frame.integers([entering.sample])
            return np.append(self.problem.coefficients(entering, z), 1)
        column = np.array([0] * self.size, dtype=object)
        column[entering.row] = entering.sign
        return column

    def _leaving(self, change: Integers) -> int:
        """Return the row of the lexicographically smallest ratio; the adjugate has full rank, so no two rows tie."""
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


def solve(B: Integers, c: Integers) -> list[Fraction] | None:
    """Return the one solution x of B x = c, for integers B (m, s) and c (m,), m >= s; checked exactly.

    None where there is no solution, or more than one, or where the matrix is singular modulo the prime.
    One elimination modulo a prime gives all digits of the solution in the base of that prime: s^3 operations
    on small numbers and s^2 for each digit, where exact elimination takes s^3 on long numbers.
    """
    m, s = B.shape
    if s > m or s > _MOST_COLUMNS or (found := _inverse((B % _PRIME).astype(np.int64))) is None:
        return None
    rows, inverse = found
    largest = max(max(abs(number).bit_length() for number in array.ravel()) for array in (B, c))
    # Cramer's rule and Hadamard's inequality bound numerator and denominator; twice, for their quotient.
    digits = 2 * (s * (largest + s.bit_length()) + 32) // _PRIME.bit_length() + 2
    square, rest = B[rows], c[rows]
    if largest + s.bit_length() + _PRIME.bit_length() < 62:
        square, rest = square.astype(np.int64), rest.astype(np.int64)
    x, modulus = np.array([0] * s, dtype=object), 1
    attempt = 4
    for count in itertools.count(1):
        digit = inverse @ (rest % _PRIME).astype(np.int64) % _PRIME
        rest = (rest - square @ digit.astype(square.dtype)) // _PRIME
        x += modulus * digit.astype(object)
        modulus *= _PRIME
        if count in (attempt, digits):
            attempt *= 2
            solution = _fractions(x, modulus)
            if solution is not None and not (B @ solution[0] - c * solution[1]).any():
                return [Fraction(int(number), solution[1]) for number in solution[0]]
        if count == digits:
            break
    return None


def _inverse(B: NDArray[np.int64]) -> tuple[list[int], NDArray[np.int64]] | None:
    """Return rows of B that are independent modulo the prime, and the inverse of their square matrix."""
    m, s = B.shape
    work = np.concatenate([B, np.eye(m, dtype=np.int64)], axis=1)
    rows: list[int] = []
    for column in range(s):
        free = work[:, column] != 0
        free[rows] = False
        if not free.any():
            return None
        row = int(free.argmax())
        work[row] = work[row] * pow(int(work[row, column]), -1, _PRIME) % _PRIME
        factors = work[:, column].copy()
        factors[row] = 0
        touched = np.flatnonzero(factors)
        work[touched] = (work[touched] - factors[touched, None] * work[row]) % _PRIME
        rows.append(row)
    return rows, work[rows][:, [s + row for row in rows]]


def _fractions(x: Integers, modulus: int) -> tuple[Integers, int] | None:
    """Return small numerators and a small common denominator that equal x modulo the modulus, if any."""
    denominator = 1
    bound = math.isqrt(modulus) >> 10  # by chance, 2^-20 of all residues have a fraction this small
    for residue in x.tolist():
        value = residue * denominator % modulus
        if min(value, modulus - value) > bound:
            factor = _denominator(value, modulus, bound)
            denominator *= factor
            if not 0 < denominator <= bound:
                return None
    numerators = x * denominator % modulus
    numerators = np.where(numerators > modulus // 2, numerators - modulus, numerators)
    return (numerators, denominator) if max(abs(n) for n in numerators) <= bound else None


def _denominator(value: int, modulus: int, bound: int) -> int:
    """Return the denominator q of p / q, |p| <= bound, that equals value modulo the modulus (Wang 1981)."""
    before, now = modulus, value
    q_before, q = 0, 1
    while now > bound:
        quotient = before // now
        before, now = now, before - quotient * now
        q_before, q = q, q_before - quotient * q
    return abs(q)

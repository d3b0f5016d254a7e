"""What each sample asks of a linear network: that its own class scores above every rival class."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from multilayer.separable.frame import Floats, Frame, Integers

__all__ = ["Demand", "Least", "Rivals"]

_ROUNDING = 2.0**-53
_UNDERFLOW = 2.0**-990  # what flushing tiny numbers to zero may cost a score of numbers up to 1, times 2^10


class Demand(NamedTuple):
    """That `sample` scores higher for its class `own` than for `rival`: (U_own − U_rival) · z > 0."""

    sample: int
    own: int
    rival: int


class Least(NamedTuple):
    """The smallest lead (U_own − U_rival) · z of any sample, and where it is found."""

    lead: int
    demand: Demand


@dataclass(frozen=True, eq=False)
class Rivals:
    """All demands of a labelled data set: Kesler's construction (Duda, Hart 1973), never stored as a matrix.

    `rows[k]` are the samples of class k in the frame. Scores matter by their differences alone, so class 0
    scores 0 and a network is a matrix U of (classes - 1, d + 1) integers. Two classes: U is one plane,
    positive for class 1, negative for class 0.
    """

    frame: Frame
    rows: tuple[NDArray[np.intp], ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of U."""
        return len(self.rows) - 1, len(self.frame.bits)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Every ordered pair of classes (own, rival)."""
        return itertools.permutations(range(len(self.rows)), 2)

    def among(self, first: int, second: int) -> Rivals:
        """The demands of two of the classes alone."""
        return Rivals(self.frame, (self.rows[first], self.rows[second]))

    def least(self, U: Integers) -> Least:
        """Exact smallest lead that the network U gives.

        Floating point with a rigorous bound of its error narrows the samples down; integers decide.
        """
        scaled = self.frame.scaled(U)
        return min(
            (self._least_of_pair(U, scaled, own, rival) for own, rival in self.pairs()),
            key=lambda least: least.lead,
        )

    def least_of_pair(self, U: Integers, own: int, rival: int) -> Least:
        """Exact smallest lead over `rival` among the samples of the class `own`."""
        return self._least_of_pair(U, self.frame.scaled(U), own, rival)

    def leads(self, u: Floats, own: int, rival: int) -> Floats:
        """Rough leads of all samples of class `own`, for u in the frame's scaled coordinates."""
        return self.frame.near[self.rows[own]] @ _difference(u, own, rival)  # type: ignore[no-any-return]

    def coefficients(self, demand: Demand, z: Integers) -> Integers:
        """The demand as a vector over the entries of U, for the coordinates z (d + 1) of its sample."""
        row = np.array([[0] * len(z)] * len(self.rows), dtype=object)
        row[demand.own], row[demand.rival] = z, -z
        return row[1:].ravel()

    def _least_of_pair(self, U: Integers, scaled: Floats, own: int, rival: int) -> Least:
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
        return Least(int(exact[place]), Demand(int(rows[nearest[place]]), own, rival))


def _difference(U: NDArray[Any], own: int, rival: int) -> NDArray[Any]:
    first = U[own - 1] if own else 0 * U[0]
    difference: NDArray[Any] = first - U[rival - 1] if rival else first
    return difference

"""Does a labelled data set need a hidden layer at all? An exact answer, with its proof."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.table import Table
from multilayer._base.text import fill, printable
from multilayer._base.translation import N_
from multilayer.separable.exact import Contradiction, decide
from multilayer.separable.problem import SeparationProblem, propose
from multilayer.separable.proofs import (
    CommonPoint,
    Conflict,
    distance,
    exact_planes,
    in_float64,
    weighted_sum,
)
from multilayer.separable.samples import Floats, Frame, Integers, labelled

__all__ = ["Separability", "separability"]

_SHOWN = 8

_FORMULA = N_(
    "Linearly separable: {formula} is positive for class {positive}, negative for class "
    "{negative}; the nearest sample is {margin:.4g} from the border"
)
_PLANE = N_(
    "Linearly separable: a plane separates class {negative} from class {positive}; the nearest "
    "sample is {margin:.4g} from the border"
)
_LAYER = N_(
    "Linearly separable: a linear layer of {units} units gives every sample its class; the nearest sample is "
    "{margin:.4g} from the border"
)
_EXACT_PLANE = N_(
    "Linearly separable: a plane separates class {negative} from class {positive} (in exact "
    "numbers; no float64 layer was found); the nearest sample is {margin:.4g} from the border"
)
_EXACT_LAYER = N_(
    "Linearly separable: a linear layer of {units} units gives every sample its class (in exact numbers; no float64 "
    "layer was found); the nearest sample is {margin:.4g} from the border"
)


@dataclass(frozen=True, eq=False)
class Separability:
    """Whether a data set is linearly separable, and why. True or false in an `if`; printable.

    Attributes
    ----------
    separable : bool
    classes : tuple of labels
        In the order of the output units.
    W, b : ndarray of float64, or None
        A linear layer a = x W + b that gives every sample its class. Two classes: one unit, W (d, 1) and
        b (1,), a > 0 for the second class and a < 0 for the first. More: one unit per class, W (d, k) and
        b (k,), the class is that of the largest a. Verified in exact arithmetic for these very floats (where
        the gap is a few ulps, a sum x W + b taken in float64 may still round to the wrong side). None if not
        separable, or if the gap is so narrow that no float64 layer was found: then `exact` has one.
    exact : list of lists of Fraction, or None
        Per unit, the d weights and the bias of a separating layer, as exact numbers.
    margin : float
        Smallest distance of a sample from the border of its class, for this layer (not the largest possible);
        inf for a single class, 0 if not separable.
    proof : CommonPoint, Conflict or None
        Why no linear layer exists; `proof.holds(X, y)` checks it in exact arithmetic.
    """

    separable: bool
    classes: tuple[Hashable, ...]
    W: Floats | None
    b: Floats | None
    exact: list[list[Fraction]] | None
    margin: float
    proof: CommonPoint | Conflict | None

    def __bool__(self) -> bool:
        return self.separable

    def __str__(self) -> str:
        formula = self._formula() if self.W is not None and len(self.classes) == 2 else ""
        places = {
            "proof": self.proof,
            "formula": formula,
            "negative": self.classes[0],
            "positive": self.classes[-1],
            "units": len(self.classes),
            "margin": self.margin,
        }
        template = self._template()
        return printable(fill(template, **places))

    def _template(self) -> str:
        if not self.separable:
            return N_("Not linearly separable: {proof}")
        if len(self.classes) == 1:
            return N_("Linearly separable: every sample is of class {positive}, a constant output will do")
        if self.W is None:
            return _EXACT_LAYER if len(self.classes) > 2 else _EXACT_PLANE
        if len(self.classes) > 2:
            return _LAYER
        return _FORMULA if len(self.W) <= _SHOWN else _PLANE

    def _repr_html_(self) -> str:
        rows = [(fill("answer"), str(self)), (fill("classes"), ", ".join(map(str, self.classes)))]
        if self.W is not None and self.W.size <= _SHOWN:
            rows += [("W", str(self.W.tolist())), ("b", str(self.b.tolist() if self.b is not None else ""))]
        return Table(fill("Linearly separable?"), rows=tuple(rows)).html()

    def _formula(self) -> str:
        assert self.W is not None  # noqa: S101  (for the type checker)
        assert self.b is not None  # noqa: S101
        terms = [(w, f"x{j}") for j, w in enumerate(self.W[:, 0].tolist(), 1)] + [(self.b.item(), "")]
        text = "".join(f" {'−' if w < 0 else '+'} {_term(abs(w), name)}" for w, name in terms if w)
        return text.removeprefix(" + ").lstrip()


def separability(X: ArrayLike, y: ArrayLike, *, max_pivots: int = 20_000) -> Separability:
    """Decide exactly whether a linear network can separate the classes.

    Two classes: is there a plane with w·x + b > 0 for every sample of the one and < 0 for every sample of
    the other? More: is there a linear layer whose largest output, strictly, names the class of every sample?
    Layers without a non-linear activation collapse into one linear layer, so this is what a network of any
    depth can do without one, no more and no less. A single class is separable: a constant output names it.

    The answer is never approximate. Floats are rational numbers; a linear program in floating point (HiGHS)
    only proposes a plane or a proof, which exact arithmetic then confirms; where it does not, a simplex
    method in integers decides.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Samples: finite numbers that float64 holds exactly.
    y : array_like, shape (n,)
        Class of each sample: numbers or strings.
    max_pivots : int
        Limit on the steps of the exact method, which is needed only where the linear program is not enough.

    Returns
    -------
    Separability
        The answer with the layer W, b, or with the proof that there is none.

    Raises
    ------
    InputError
        If X or y is not as described, or the limit was reached.
    MissingExtraError
        If SciPy is not installed: it comes with the extra `separability`.

    Examples
    --------
    >>> corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> print(separability(corners, [0, 1, 1, 0]))  # XOR
    Not linearly separable: the point (0.5, 0.5) lies in the convex hull of class 0 (samples 1, 4) \
and of class 1 (samples 2, 3)
    >>> bool(separability(corners, [0, 0, 0, 1]))  # AND
    True

    References
    ----------
    Minsky, Papert 1969, Perceptrons. Duda, Hart 1973, section 5.12.2 (Kesler's construction for many
    classes). Gordan 1873 (either the plane or the proof exists).
    """
    samples, classes, labels = labelled(X, y)
    if len(classes) == 1:
        constant = [[Fraction(0)] * samples.shape[1] + [Fraction(1)]]
        return _separable(classes, _layer(constant), constant, math.inf)
    varies = samples.min(axis=0) != samples.max(axis=0)  # a constant column adds nothing to the bias
    rows = tuple(np.flatnonzero(labels == k) for k in range(len(classes)))
    problem = SeparationProblem(Frame.of(samples[:, varies]), rows)
    found = _decide(problem, tuple(range(len(classes))), max_pivots)
    if isinstance(found, np.ndarray):
        exact = exact_planes(problem, found)
        rounded = in_float64(problem, exact)
        if rounded is not None:
            exact = [[Fraction(number) for number in plane] for plane in rounded.tolist()]
        units = [_among_all_columns(plane, varies) for plane in _per_unit(exact)]
        return _separable(
            classes, None if rounded is None else _layer(units), units, distance(problem, exact)
        )
    numbers, contradiction = found
    proof = _proof(samples, tuple(classes[k] for k in numbers), contradiction)
    return Separability(False, classes, None, None, None, 0.0, proof)


def _decide(
    problem: SeparationProblem, numbers: tuple[int, ...], max_pivots: int
) -> Integers | tuple[tuple[int, ...], Contradiction]:
    """Return a network, or a contradiction and its classes: two of them wherever two are enough."""
    proposal = propose(problem)
    U = problem.frame.of_scaled(proposal.u)
    if problem.smallest_lead(U).lead > 0:
        return U
    if len(numbers) > 2:
        involved = Counter(frozenset((demand.own, demand.rival)) for demand in proposal.decisive)
        pairs = itertools.combinations(range(len(numbers)), 2)
        for pair in sorted(pairs, key=lambda pair: -involved[frozenset(pair)]):
            found = _decide(problem.among(*pair), tuple(numbers[k] for k in pair), max_pivots)
            if isinstance(found, tuple):
                return found
    answer = decide(problem, proposal.decisive, max_pivots)
    return (numbers, answer) if isinstance(answer, Contradiction) else answer


def _proof(X: Floats, classes: tuple[Hashable, ...], contradiction: Contradiction) -> CommonPoint | Conflict:
    weights = dict(sorted(contradiction.weights.items()))
    if len(classes) > 2:
        return Conflict(
            tuple(demand.sample for demand in weights),
            tuple(classes[demand.own] for demand in weights),
            tuple(classes[demand.rival] for demand in weights),
            tuple(weights.values()),
        )
    one, other = ({d.sample: 2 * w for d, w in weights.items() if d.own == own} for own in (0, 1))
    return CommonPoint(
        (classes[0], classes[1]),
        (tuple(one), tuple(other)),
        (tuple(one.values()), tuple(other.values())),
        weighted_sum(X, one, one.values()),
    )


def _per_unit(planes: list[list[Fraction]]) -> list[list[Fraction]]:
    """Return the units: one plane is one unit; with more, the first class gets a unit that is always 0."""
    return planes if len(planes) == 1 else [[Fraction(0)] * len(planes[0]), *planes]


def _among_all_columns(plane: list[Fraction], varies: NDArray[np.bool_]) -> list[Fraction]:
    weights = iter(plane)
    return [next(weights) if moves else Fraction(0) for moves in varies] + [plane[-1]]


def _layer(units: list[list[Fraction]]) -> Floats:
    return np.array([[float(number) for number in unit] for unit in units]).T


def _term(factor: float, name: str) -> str:
    if factor == 1 and name:
        return name
    return f"{factor:.6g} {name}".rstrip()


def _separable(
    classes: tuple[Hashable, ...], layer: Floats | None, units: list[list[Fraction]], margin: float
) -> Separability:
    if layer is None:
        return Separability(True, classes, None, None, units, margin, None)
    layer.setflags(write=False)
    return Separability(True, classes, layer[:-1], layer[-1], units, margin, None)

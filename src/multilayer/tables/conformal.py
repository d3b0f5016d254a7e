"""Conformal prediction: intervals for numbers and sets of classes, with a coverage that holds for any model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import Limits
from multilayer._base.text import fill
from multilayer._base.translation import N_

__all__ = ["Conformal"]

Array = NDArray[np.float64]

_MOST_SCORES = 20_000
_ROWS_OF_A_KNOT, _MOST_KNOTS = 100, 10
_LEAST_SCALE = 0.05
_COVERAGE = Limits(above=0.0, below=1.0)

_INFINITE = N_(
    "a coverage of {coverage:g} % needs {needed:,} held-out rows or more, there are {rows:,}: every interval is "
    "infinite"
)
_EVERY_CLASS = N_(
    "a coverage of {coverage:g} % needs {needed:,} held-out rows or more, there are {rows:,}: every set has all "
    "classes"
)


@dataclass(frozen=True, eq=False)
class Conformal:
    """Conformal prediction from the errors on held-out rows, for any coverage that is asked for later.

    A score is how far a held-out row was from its prediction. Of n scores q is the ceil((n + 1) coverage)-th
    smallest: a new row's score is at most q with at least this probability, whatever the model and the distribution,
    as long as new rows are like the held-out ones. Where n is too small for a coverage, q is infinite.

    For a bag this is no theorem: a held-out row has the prediction of the one member that was not trained on it, a new
    row the mean of all, which is closer to y. For numbers, errors are therefore multiplied by the ratio of both (see
    `multilayer.tables.ambiguity`); with the errors of single members intervals of 90 % held 92 % in the median. Those
    of CV+ (Barber et al. 2021) are wider still: they add the spread of the members to errors that have it in them.

    - **Numbers**: the score is abs(y - prediction) / scale(prediction), the interval prediction ± q scale(prediction).
      The scale is the mean error of held-out rows with about this prediction, so that a small price has a narrower
      interval than a large one: piecewise linear over at most 10 predictions, each from 100 rows or more; with fewer
      rows it is one scale for all.
    - **Classes**: the score is 1 - p of the true class, and the set holds each class with 1 - p <= q, and always the
      most probable one. Of all sets with a given coverage these are the smallest on average (Sadinle, Lei, Wasserman
      2019). They need no random number, unlike the adaptive sets, so a row has the same set each time; and their rule
      is one limit for the probability. In return, the coverage holds over all rows, not for each class.

    Parameters
    ----------
    scores : array, float64, shape (n,)
        Sorted.
    knots, scales : array, float64, shape (m,)
        The scale at some predictions, with a straight line between two and a constant beyond; no knot for classes.

    References
    ----------
    Vovk, V., Gammerman, A., Shafer, G.: Algorithmic learning in a random world. 2005.
    Lei, J., G'Sell, M., Rinaldo, A., Tibshirani, R. J., Wasserman, L.: Distribution-free predictive inference for
    regression. JASA 2018.
    Barber, R. F., Candès, E. J., Ramdas, A., Tibshirani, R. J.: Predictive inference with the jackknife+. Annals of
    Statistics 2021.
    Sadinle, M., Lei, J., Wasserman, L.: Least ambiguous set-valued classifiers with bounded error levels. JASA 2019.

    Examples
    --------
    >>> conformal = Conformal.fit(np.zeros(9), [1, -2, 3, -4, 5, -6, 7, -8, 9])
    >>> low, high = conformal.interval([100.0], 0.9)
    >>> float(low[0]), float(high[0])
    (91.0, 109.0)
    >>> conformal.shortage(0.95)
    'a coverage of 95 % needs 19 held-out rows or more, there are 9: every interval is infinite'
    """

    scores: Array
    knots: Array
    scales: Array

    @classmethod
    def fit(cls, predictions: ArrayLike, y: ArrayLike, ratio: float = 1.0) -> Conformal:
        """Return the conformal prediction of held-out rows.

        Of more than 20,000 rows as many are drawn: the coverage holds with these as well.

        Parameters
        ----------
        predictions : array-like, shape (rows,) or (rows, classes)
            Predicted numbers in the unit of y, or the probabilities of the classes, of rows that the model was not
            trained on.
        y : array-like, shape (rows,)
            The numbers, or the class numbers.
        ratio : float
            Of numbers: the error of what will predict new rows, over that of these predictions.

        Raises
        ------
        InputError
            When there is no row, a number is not finite, or y does not fit.
        """
        predicted, true = np.asarray(predictions, np.float64), np.asarray(y)
        _check(predicted, true)
        if len(true) > _MOST_SCORES:
            chosen = np.random.default_rng(0).choice(len(true), _MOST_SCORES, replace=False)
            predicted, true = predicted[chosen], true[chosen]
        if predicted.ndim == 2:
            return cls(np.sort(1 - predicted[np.arange(len(true)), true]), np.empty(0), np.empty(0))
        errors = ratio * np.abs(true - predicted)
        knots, scales = _scale(predicted, errors)
        return cls(np.sort(errors / np.interp(predicted, knots, scales)), knots, scales)

    def limit(self, coverage: float) -> float:
        """Return q, the ceil((n + 1) coverage)-th smallest score; infinite where n is less than that.

        Raises
        ------
        InputError
            When coverage is not between 0 and 1.
        """
        rank = self._rank(coverage)
        return float(self.scores[rank - 1]) if rank <= len(self.scores) else math.inf

    def shortage(self, coverage: float) -> str:
        """Return why a coverage cannot be had, in a sentence; empty where it can."""
        if self._rank(coverage) <= len(self.scores):
            return ""
        exact = _exact(coverage)
        return fill(
            _INFINITE if self.knots.size else _EVERY_CLASS,
            coverage=float(100 * exact),
            needed=math.ceil(exact / (1 - exact)),
            rows=len(self.scores),
        )

    def interval(self, predictions: ArrayLike, coverage: float) -> tuple[Array, Array]:
        """Return the lower and the upper ends of the intervals, each of the shape of the predictions.

        Raises
        ------
        InputError
            When coverage is not between 0 and 1, or this is for classes.
        """
        if not self.knots.size:
            raise InputError("these scores are of classes, which have sets and no intervals; call sets()")
        predicted = np.asarray(predictions, np.float64)
        half = self.limit(coverage) * np.interp(predicted, self.knots, self.scales)
        return predicted - half, predicted + half

    def sets(self, probabilities: ArrayLike, coverage: float) -> NDArray[np.bool_]:
        """Return whether each class is in the set of each row, of the shape (..., classes).

        Raises
        ------
        InputError
            When coverage is not between 0 and 1, or this is for numbers.
        """
        if self.knots.size:
            raise InputError("these scores are of numbers, which have intervals and no sets; call interval()")
        p = np.asarray(probabilities, np.float64)
        return np.asarray((1 - p <= self.limit(coverage)) | (p == p.max(axis=-1, keepdims=True)))

    def _rank(self, coverage: float) -> int:
        return math.ceil((len(self.scores) + 1) * _exact(coverage))


def _exact(coverage: float) -> Fraction:
    """Return the coverage as it is written: in floats 0.7 (n + 1) may be just above the whole number that it is."""
    return Fraction(repr(float(_COVERAGE.checked("coverage", coverage))))


def _scale(predicted: Array, errors: Array) -> tuple[Array, Array]:
    """Return predictions and the mean error of the rows around each."""
    overall = float(errors.mean()) or 1.0
    count = min(_MOST_KNOTS, len(errors) // _ROWS_OF_A_KNOT)
    if count < 2:
        return np.array([float(predicted.mean())]), np.array([overall])
    groups = np.array_split(np.argsort(predicted, kind="stable"), count)
    knots = np.array([predicted[group].mean() for group in groups])
    scales = np.array([errors[group].mean() for group in groups])
    return knots, np.maximum(scales, _LEAST_SCALE * overall)


def _check(predicted: Array, true: NDArray[np.generic]) -> None:
    if predicted.ndim not in (1, 2) or not predicted.size:
        raise InputError(
            "predictions have shape {shape}; expected (rows,) or (rows, classes), with a row or more",
            shape=predicted.shape,
        )
    kinds, what = ("iu", "class number") if predicted.ndim == 2 else ("biuf", "number")
    if true.shape != predicted.shape[:1] or true.dtype.kind not in kinds:
        raise InputError(
            "y has shape {shape} and type {dtype}; expected a {what} for each of the {rows} rows",
            shape=true.shape,
            dtype=true.dtype,
            what=what,
            rows=len(predicted),
        )
    if not np.isfinite(predicted).all() or not np.isfinite(true.astype(np.float64)).all():
        raise InputError("predictions or y hold nan or an infinity; expected finite numbers")
    if predicted.ndim == 2 and not 0 <= int(true.min()) <= int(true.max()) < predicted.shape[1]:
        raise InputError(
            "y has class numbers beyond the {classes} classes of the predictions", classes=predicted.shape[1]
        )

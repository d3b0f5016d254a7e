"""The verdict of an evaluation, in words: is this network any good?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, percent
from multilayer._base.translation import N_, translated
from multilayer.tables.evaluation.scores import Score
from multilayer.tables.suspicions import Seen

__all__ = ["Comparison", "Figure", "verdict", "verdict_of_alike", "verdict_of_seen"]


@dataclass(frozen=True)
class Figure:
    """A number with its 90 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Figure:
        """Return the first of the values, with the 5th and the 95th percentile of the others that are not nan."""
        others = values[1:][~np.isnan(values[1:])]
        low, high = np.quantile(others, (0.05, 0.95)) if others.size else (np.nan, np.nan)
        return cls(float(values[0]), float(low), float(high))

    def __str__(self) -> str:
        if np.isnan(self.value):
            return fill("not measured")
        return fill("{value:.4g} ({low:.4g} to {high:.4g})", value=self.value, low=self.low, high=self.high)


@dataclass(frozen=True)
class Comparison:
    """How much better the model is than a baseline; negative where it is worse."""

    name: str
    score: str
    value: float
    """The baseline's score."""
    gain: Figure

    @property
    def better(self) -> bool:
        """Whether the whole interval of the gain is above 0."""
        return self.gain.low > 0

    @property
    def worse(self) -> bool:
        """Whether the whole interval of the gain is below 0."""
        return self.gain.high < 0


_USELESS = N_(
    "This model is of no use here: {score} {value:.4g} ({low:.4g} to {high:.4g}) on {rows:,} rows is no better than "
    "{constant:.4g} of the best constant."
)
_LEARNED = N_(
    "This model is better than the best constant: {score} {value:.4g} ({low:.4g} to {high:.4g}) on {rows:,} rows, "
    "beside {constant:.4g}."
)
_BEATEN = N_(
    "This model has learned something, but {name} is better: {score} {value:.4g} ({low:.4g} to {high:.4g}) on {rows:,} "
    "rows, beside {best:.4g}; the best constant has {constant:.4g}."
)
_LEVEL = N_(
    "This model is good: {score} {value:.4g} ({low:.4g} to {high:.4g}) on {rows:,} rows, and no simpler model is "
    "clearly better; the best constant has {constant:.4g}."
)
_BEST = N_(
    "This model is good, better than every model that it was compared with: {score} {value:.4g} ({low:.4g} to "
    "{high:.4g}) on {rows:,} rows; the best constant has {constant:.4g}."
)

_OF_ONE_CLASS = N_(
    "What this model is worth cannot be measured here, as all rows ({rows:,}) are of one class. It is right in "
    "{right} of them; evaluate it on rows of all classes."
)
_OF_ONE_VALUE = N_(
    "What this model is worth cannot be measured here, as the target is the same in all rows ({rows:,}). Its RMSE "
    "is {error:.4g}; evaluate it on rows that differ."
)

_SEEN = N_(
    "What this model is worth on new rows cannot be measured here: it was trained on {seen:,} of these {rows:,} rows "
    "({share}), so that its scores are too good. Evaluate it on rows that it has not seen."
)
_SEEN_ABOUT = N_(
    "What this model is worth on new rows cannot be measured here: it was trained on about {share} of these {rows:,} "
    "rows, so that its scores are too good. Evaluate it on rows that it has not seen."
)

_BETTER = N_("It is better than {name} by {gain:.3g} ({low:.3g} to {high:.3g}).")
_WORSE = N_("It is worse than {name} by {gain:.3g} ({low:.3g} to {high:.3g}).")
_UNDECIDED = N_(
    "Whether it is better than {name} cannot be told from these rows: the difference is {gain:.3g} ({low:.3g} to "
    "{high:.3g})."
)


def verdict(score: Score, own: Figure, comparisons: Sequence[Comparison], rows: int) -> str:
    """Return the verdict: a sentence about the whole, and one about each model that it was compared with.

    Parameters
    ----------
    score : Score
    own : Figure
        The model's.
    comparisons : sequence of Comparison
        The best constant first.
    rows : int
    """
    constant, *others = comparisons
    worse = [other for other in others if other.worse]
    best = max(worse, key=lambda other: score.sign * other.value, default=constant)
    if not constant.better:
        template = _USELESS
    elif worse:
        template = _BEATEN
    elif not others:
        template = _LEARNED
    else:
        template = _BEST if all(other.better for other in others) else _LEVEL
    lead = fill(
        template,
        score=translated(score.name),
        value=own.value,
        low=own.low,
        high=own.high,
        rows=rows,
        constant=constant.value,
        name=translated(best.name),
        best=best.value,
    )
    return " ".join([lead, *map(_sentence, others)])


def verdict_of_alike(figures: Mapping[str, Figure], rows: int) -> str:
    """Return the verdict on rows that all have the same target, beside which no constant can be beaten."""
    if "accuracy" in figures:
        return fill(_OF_ONE_CLASS, rows=rows, right=percent(round(figures["accuracy"].value, 3)))
    return fill(_OF_ONE_VALUE, rows=rows, error=figures["RMSE"].value)


def verdict_of_seen(seen: Seen) -> str:
    """Return the verdict on rows that the model was trained on, whose scores say nothing about new ones."""
    template = _SEEN_ABOUT if seen.is_estimate else _SEEN
    return fill(template, seen=seen.count, rows=seen.rows, share=percent(round(seen.share, 3)))


def _sentence(other: Comparison) -> str:
    gain, low, high = other.gain.value, other.gain.low, other.gain.high
    if other.worse:
        gain, low, high = -gain, -high, -low
    template = _BETTER if other.better else _WORSE if other.worse else _UNDECIDED
    return fill(template, name=translated(other.name), gain=gain, low=low, high=high)

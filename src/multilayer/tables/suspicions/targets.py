"""Targets that make a score mislead: classes of very different size, and a few numbers that outweigh the rest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer._base.text import fill, percent, quoted
from multilayer.tables.suspicions.case import Case, Suspicion

__all__ = ["imbalance", "skew"]

_LEAST_ROWS = 50
_RARE = 0.2
"""The size of a class, as a fraction of the size that it had if all were equal."""
_SKEWED = 3.0


def imbalance(case: Case) -> Iterator[Suspicion]:
    """Suspect classes of which the rarest has less than a fifth of an equal share of the rows."""
    if not case.classes or len(case.y) < _LEAST_ROWS:
        return
    counts = np.bincount(case.y, minlength=len(case.classes))
    rare, frequent = int(counts.argmin()), int(counts.argmax())
    if counts[rare] * len(case.classes) < _RARE * len(case.y):
        sentence = fill(
            "the classes of {target} are of very different size: {rare} is {share} of the rows ({rows:,}), and to "
            "answer {frequent} for each row is right in {right}; read the balanced accuracy and the AUC, not the "
            "accuracy",
            target=quoted(case.target),
            rare=quoted(str(case.classes[rare])),
            frequent=quoted(str(case.classes[frequent])),
            share=percent(float(counts[rare] / len(case.y))),
            rows=int(counts[rare]),
            right=percent(float(counts[frequent] / len(case.y))),
        )
        yield Suspicion("imbalance", (case.target,), sentence)


def skew(case: Case) -> Iterator[Suspicion]:
    """Suspect a number of which the mean cubed deviation is over three cubed standard deviations."""
    if case.classes or len(case.y) < _LEAST_ROWS:
        return
    deviation = case.y - case.y.mean()
    spread = float(deviation.std())
    if spread == 0:
        return
    skewness = float(((deviation / spread) ** 3).mean())
    if abs(skewness) > _SKEWED:
        squares = np.sort(deviation**2)[::-1]
        few = max(1, len(squares) // 100)
        sentence = fill(
            "{target} has a long tail (skewness {skewness:.1f}): {few:,} of {rows:,} rows make {share} of its "
            "variance, and so most of a squared error; where it is positive, its logarithm may be a better target",
            target=quoted(case.target),
            skewness=skewness,
            few=few,
            rows=len(squares),
            share=percent(float(squares[:few].sum() / squares.sum())),
        )
        yield Suspicion("skew", (case.target,), sentence)

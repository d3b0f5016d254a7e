"""Noise: labels that have nothing to do with the inputs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from multilayer._base.text import fill, percent, quoted
from multilayer._base.translation import translated
from multilayer.tables.suspicions.case import Case, Suspicion
from multilayer.tables.suspicions.copies import groups_of

__all__ = ["noise", "twins"]

_LEAST_ROWS = 100
_LEAST_TWINS = 100
_UNLIKE = 0.9
"""The disagreement of rows with equal inputs, as a fraction of that of any two rows."""


def noise(case: Case) -> Iterator[Suspicion]:
    """Suspect the labels where a model is no better on held-out rows than a constant, within the interval."""
    skill = case.skill
    if skill is None or skill.rows < _LEAST_ROWS or skill.low > 0:
        return
    sentence = fill(
        "nothing in the columns predicts {target}: on {rows:,} held-out rows {score} is {value:.4g}, that of the best "
        "constant {constant:.4g} (difference {low:.2g} to {high:.2g}); its labels may be noise, or belong to other "
        "rows, or these columns may not be about it",
        target=quoted(case.target),
        rows=skill.rows,
        score=translated(skill.score),
        value=skill.value,
        constant=skill.constant,
        low=skill.low,
        high=skill.high,
    )
    yield Suspicion("noise", (case.target,), sentence)


def twins(case: Case) -> Iterator[Suspicion]:
    """Suspect the labels where rows with equal inputs differ in their target as any two rows do."""
    if not len(case.columns) or not len(case.y):
        return
    case = case.sample
    group = groups_of(case.columns)
    count = np.bincount(group)
    in_twins = count[group] > 1
    rows = int(np.count_nonzero(in_twins))
    if rows < _LEAST_TWINS:
        return
    # The variance of each class's indicator, or of the number: within rows of equal inputs, and of all.
    values = np.eye(len(case.classes))[case.y] if case.classes else case.y[:, np.newaxis].astype(np.float64)
    sums = np.stack([np.bincount(group, column) for column in values.T], axis=1)
    means = sums / count[:, np.newaxis]
    within = float(((values - means[group])[in_twins] ** 2).sum()) / (rows - np.count_nonzero(count > 1))
    whole = float(values.var(axis=0, ddof=1).sum())
    if whole > 0 and within > _UNLIKE * whole:
        sentence = fill(
            "{rows:,} rows have the same inputs as another row, and their {target} differs as much as that of any two "
            "rows ({share} of the variance): its labels may be noise, or what decides them is not in the table",
            rows=rows,
            target=quoted(case.target),
            share=percent(min(1.0, within / whole)),
        )
        yield Suspicion("noise", (case.target,), sentence)

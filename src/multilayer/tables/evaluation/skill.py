"""Whether predictions of held-out rows are better than a constant."""

from __future__ import annotations

from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.tables.evaluation.baselines import constant
from multilayer.tables.evaluation.scores import main_score, resamples, scored
from multilayer.tables.evaluation.verdict import Comparison, Figure
from multilayer.tables.suspicions import Skill
from multilayer.tables.transforms.tally import sample_rows

__all__ = ["skill_of", "skill_of_comparison"]


def skill_of(outputs: NDArray[np.float64], y: NDArray[Any], classes: int) -> Skill:
    """Return how much better the main score of these rows is than that of the best constant, with its interval.

    Parameters
    ----------
    outputs : ndarray, shape (rows, classes) or (rows,)
        Probabilities, or numbers, of rows that were held out.
    y : ndarray, shape (rows,)
        Class numbers, or numbers.
    classes : int
        0 for numbers.
    """
    rows = sample_rows(len(y))
    if rows is not None:
        outputs, y = outputs[rows], y[rows]
    main = main_score(classes)
    rounds = chain([np.ones((1, len(y)))], resamples(len(y), classes, np.random.default_rng(0)))
    found = np.concatenate(
        [scored([main], y, [outputs, constant(y, classes, len(y))], weights)[:, 0] for weights in rounds],
        axis=1,
    )
    gain = Figure.of(main.sign * (found[0] - found[1]))
    return skill_of_comparison(
        len(y), float(found[0, 0]), Comparison("", main.name, float(found[1, 0]), gain)
    )


def skill_of_comparison(rows: int, value: float, best: Comparison) -> Skill:
    """Return the result of a comparison with the best constant."""
    return Skill(rows, best.score, value, best.value, best.gain.low, best.gain.high)

"""`try_fixes`: train again with each remedy, and measure what it gained."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from multilayer.diagnosis.evidence import Course
from multilayer.diagnosis.remedies.contract import NotApplicable, Variant
from multilayer.diagnosis.remedies.problem import Data, Problem, problem_of
from multilayer.diagnosis.remedies.ranking import Ranking, Row, ordered
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.diagnosis.remedies.table import remedies
from multilayer.errors import InputError
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.randomness import Seed, generator

__all__ = ["try_fixes"]

Tell = Callable[[str], object]


def try_fixes(  # noqa: PLR0913  (keywords with a default that leaves them out)
    model: Any,
    X: Any,
    y: ArrayLike,
    loss: Loss | str | None = None,
    *,
    course: Course | None = None,
    seeds: int = 5,
    epochs: int | None = None,
    samples: int = 2000,
    held_out: float | None = None,
    rng: Seed = 0,
    tell: Tell | None = None,
) -> Ranking:
    """Train a network again with each of the remedies there are, several times, and rank them by what they gain.

    Each training starts anew, with the same seeds for all remedies; the one without a remedy is what they are compared
    with. That takes seconds for small networks. For large ones samples and epochs are cut short, alike for all.

    Parameters
    ----------
    model : MLP, fitted estimator, PyTorch Sequential, or Setup
        What does not learn. An estimator, ours or scikit-learn's, tells how it was trained; for others `course` does as
        far as it goes, and `fit`'s defaults beyond that. A `Setup` says everything itself.
    X, y : array_like
        Samples and targets; y holds labels for an estimator, and else what the loss takes.
    loss : Loss or str, optional
        Needed where the model does not tell.
    course : Course, optional
        What is known of the training.
    seeds : int
        Trainings of each remedy.
    epochs : int, optional
        At most so many, in place of what some seconds allow. "More patience" takes ten times as many.
    samples : int
        At most so many samples are used, drawn from all.
    held_out : float, optional
        The share of these that is kept for scoring. None: the training samples are scored, as a network that does not
        learn is bad there too.
    rng : Generator, RandomState, int or None
        Where seeds and samples come from.
    tell : callable, optional
        Is called with each change in words before it is tried.

    Raises
    ------
    InputError
        When the data do not fit the model, or the loss is not known.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer.activations import identity, tanh
    >>> from multilayer.losses import squared
    >>> from multilayer.optimizers import Adam
    >>> X = np.random.default_rng(0).uniform(100.0, 200.0, (200, 2))
    >>> y = X[:, 0] * X[:, 1] / 1e4
    >>> as_it_is = Setup(widths=(2, 8, 1), activations=(tanh,), output=identity, loss=squared, optimizer=Adam(0.03))
    >>> ranking = try_fixes(as_it_is, X, y, epochs=100, seeds=3)
    >>> ranking.best.change
    'standardized inputs'
    """
    if seeds < 1:
        raise InputError(f"seeds must be at least 1; got {seeds}")
    random = generator(rng)
    problem = problem_of(
        model, X, y, loss, course, epochs=epochs, samples=samples, held_out=held_out, rng=random
    )
    drawn = tuple(int(seed) for seed in random.permutation(2**16)[:seeds])
    trial = _Trial(problem, drawn, tell or (lambda change: None))
    untouched = trial.row("", Variant("as it is", "", problem.setup), None)
    rows: list[Row] = []
    not_tried: list[NotApplicable] = []
    for name, variant in _variants(problem.setup):
        if isinstance(variant, Variant):
            rows.append(trial.row(name, variant, untouched))
        else:
            not_tried.append(variant)
    return Ranking(
        metric=problem.metric.name,
        of="training" if held_out is None else "held-out",
        samples=len(problem.data.X),
        seeds=drawn,
        untouched=untouched,
        rows=ordered(rows),
        not_tried=tuple(not_tried),
        notes=problem.notes,
    )


def _variants(setup: Setup) -> Iterator[tuple[str, Variant | NotApplicable]]:
    for remedy in remedies:
        for variant in remedy.variants(setup):
            yield remedy.name, variant


@dataclass(frozen=True, eq=False)
class _Trial:
    problem: Problem
    seeds: tuple[int, ...]
    tell: Tell

    def row(self, remedy: str, variant: Variant, untouched: Row | None) -> Row:
        """Train with every seed, and compare."""
        self.tell(variant.change)
        data = self.problem.data
        if variant.setup.standardize:
            data = data.standardized()
        scores, seconds = [], []
        for seed in self.seeds:
            began = time.perf_counter()
            network = variant.setup.trained(data.X, data.y, seed)
            seconds.append(time.perf_counter() - began)
            scores.append(self._score(network, data))
        before = scores if untouched is None else untouched.scores
        gains = tuple(_difference(after, old) for after, old in zip(scores, before, strict=True))
        return Row(remedy, variant.change, variant.call, tuple(scores), gains, median(seconds))

    def _score(self, network: MLP, data: Data) -> float:
        with np.errstate(all="ignore"):
            score = float(self.problem.metric.function(data.scored_y, network(data.scored_X), None))
        return -math.inf if math.isnan(score) else score


def _difference(after: float, before: float) -> float:
    return 0.0 if after == before else after - before  # where both are infinite, nothing was gained

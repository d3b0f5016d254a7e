"""Evaluating a model on a table: scores with intervals, beside simple models; calibration and coverage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from multilayer._base import random
from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.tables.calibration import calibration_error
from multilayer.tables.columns import ColumnSchema
from multilayer.tables.conform import conform
from multilayer.tables.conformal import Conformal
from multilayer.tables.evaluation.baselines import CONSTANT, Baseline, Problem, outputs_in_folds
from multilayer.tables.evaluation.result import Coverage, Evaluation, Scored
from multilayer.tables.evaluation.scores import OF_CLASSES, OF_NUMBERS, Score, main_score, resamples, scored
from multilayer.tables.evaluation.skill import skill_of_comparison
from multilayer.tables.evaluation.verdict import (
    Comparison,
    Figure,
    verdict,
    verdict_of_alike,
    verdict_of_seen,
)
from multilayer.tables.frames import columns_of
from multilayer.tables.suspicions import Case, KnownRows, Seen, Suspicion, suspect
from multilayer.tables.target import Target

__all__ = ["Evaluated", "evaluate"]

Array = NDArray[np.float64]

_COVERAGE = 0.9
_SIMULATIONS = 20
_IN_FOLDS = N_(
    "without a training table the best constant is that of this table, and others are fitted in 5 folds of it"
)
_LEFT_OUT = N_(
    "models to compare with are left out, as the rows are too few, or their targets too alike, to fit them; give the "
    "training table"
)


class _Encodes(Protocol):
    @property
    def schema(self) -> tuple[ColumnSchema, ...]: ...


class Evaluated(Protocol):
    """What is evaluated: a `Model`, or anything that predicts as one does."""

    @property
    def encoder(self) -> _Encodes: ...
    @property
    def target(self) -> Target: ...
    @property
    def intervals(self) -> Conformal | None: ...
    @property
    def record(self) -> Any: ...
    def __call__(self, table: Any) -> NDArray[Any]:
        """Return probabilities (rows, classes), or quantities (rows,)."""


def evaluate(
    model: Evaluated,
    table: Any,
    *,
    baselines: Sequence[Baseline] = (),
    train: Any = None,
    rng: random.Seed = 0,
) -> Evaluation:
    """Return what a model is worth on a table with its target: is it any good?

    Parameters
    ----------
    model : Model
    table : Columns, data frame, or mapping from names to arrays
        Rows that the model was not trained on, with the target's column.
    baselines : sequence of Baseline
        What to compare with beside the best constant: `multilayer.estimators.baselines.BASELINES` holds a linear model
        and gradient boosting, of scikit-learn.
    train : table, optional
        What baselines are fitted on, best the rows that the model was trained on. Without it they are fitted in 5 folds
        of the table, each on fewer rows than the table has, and the constant is the best one of this table. They are
        left out where that is not possible: with fewer than ten rows, and without two of each of two classes.
    rng : int or Generator
        For the bootstrap and the folds.

    Raises
    ------
    InputError
        When a column is missing, the target is missing in a row, or has a class that training did not have.
    """
    generator = random.generator(rng)
    if not isinstance(generator, np.random.Generator):
        raise InputError("rng must be a seed or a numpy Generator; got a RandomState")
    problem = _problem(model, table)
    outputs = np.asarray(model(problem.columns), np.float64)
    known = None if train is None else _problem(model, train)
    # In folds, a constant that is a little larger for each fold with smaller y has an AUC below one half.
    contenders = {
        N_("the model"): outputs,
        CONSTANT.name: CONSTANT.outputs(known or problem, problem.columns),
    }
    fitted = baselines if (known or problem).can_be_learned else ()
    for baseline in fitted:
        if known is None:
            contenders[baseline.name] = outputs_in_folds(baseline, problem, generator)
        else:
            contenders[baseline.name] = baseline.outputs(known, problem.columns)
    hits, size = _covered(model.intervals, problem, outputs)
    found, covered, rounds = _bootstrap(problem, list(contenders.values()), hits, generator)
    scores, comparisons = _figures(list(contenders), found, problem)
    main = main_score(problem.classes)
    error, by_chance = _calibration(problem, outputs, generator)
    seen = _seen(model, problem, known)
    return Evaluation(
        _verdict(problem, scores[0], comparisons, main, seen),
        model.target.name,
        model.target.classes,
        len(problem.y),
        seen,
        scores,
        comparisons,
        _confusion(problem, outputs),
        error,
        by_chance,
        None if hits is None else Coverage(_COVERAGE, covered, size),
        _suspicions(model, problem, scores[0], comparisons[0], main),
        tuple(_notes(model, known, rounds, problem, left_out=bool(baselines) and not fitted)),
    )


def _problem(model: Evaluated, table: Any) -> Problem:
    columns, target = columns_of(table), model.target
    if target.name not in columns:
        raise InputError(
            "expected the target, column {name}, to compare predictions with; found no such column",
            name=quoted(target.name),
        )
    y = target.encode(columns[target.name])
    if not len(y):
        raise InputError("the table has no rows; expected one or more to evaluate on")
    return Problem(conform(columns, model.encoder.schema), target.unscaled(y), len(target.classes))


def _bootstrap(
    problem: Problem, outputs: list[Array], hits: NDArray[np.bool_] | None, rng: np.random.Generator
) -> tuple[Array, Figure, int]:
    """Return the scores themselves and of each round, (outputs, scores, 1 + rounds), and the share of hits."""
    rows, scores = len(problem.y), OF_CLASSES if problem.classes else OF_NUMBERS
    blocks, shares = [], []
    for weights in (np.ones((1, rows)), *resamples(rows, problem.classes, rng)):
        blocks.append(scored(scores, problem.y, outputs, weights))
        shares.append(weights @ (np.zeros(rows) if hits is None else hits) / rows)
    found = np.concatenate(blocks, axis=2)
    return found, Figure.of(np.concatenate(shares)), found.shape[2] - 1


def _figures(
    names: list[str], found: Array, problem: Problem
) -> tuple[tuple[Scored, ...], tuple[Comparison, ...]]:
    scores: tuple[Score, ...] = OF_CLASSES if problem.classes else OF_NUMBERS
    main = main_score(problem.classes)
    rows = tuple(
        Scored(name, {score.name: Figure.of(values) for score, values in zip(scores, one, strict=True)})
        for name, one in zip(names, found, strict=True)
    )
    of_main = found[:, scores.index(main)]
    comparisons = tuple(
        Comparison(
            name,
            main.name,
            rows[number].figures[main.name].value,
            Figure.of(main.sign * (of_main[0] - other)),
        )
        for number, (name, other) in enumerate(zip(names[1:], of_main[1:], strict=True), 1)
    )
    return rows, comparisons


def _covered(
    intervals: Conformal | None, problem: Problem, outputs: Array
) -> tuple[NDArray[np.bool_] | None, float]:
    if intervals is None:
        return None, 0.0
    if problem.classes:
        sets = intervals.sets(outputs, _COVERAGE)
        return sets[np.arange(len(problem.y)), problem.y], float(sets.sum(axis=1).mean())
    low, high = intervals.interval(outputs, _COVERAGE)
    return (low <= problem.y) & (problem.y <= high), float((high - low).mean())


def _calibration(
    problem: Problem, p: Array, rng: np.random.Generator
) -> tuple[float, float] | tuple[None, None]:
    if not problem.classes:
        return None, None
    up_to = p.cumsum(axis=1)[:, :-1]
    drawn = ((up_to < rng.random((len(p), 1))).sum(axis=1) for _ in range(_SIMULATIONS))
    return calibration_error(p, problem.y), float(np.mean([calibration_error(p, y) for y in drawn]))


def _confusion(problem: Problem, p: Array) -> NDArray[np.int64] | None:
    if not problem.classes:
        return None
    counts = np.bincount(problem.y * problem.classes + p.argmax(axis=1), minlength=problem.classes**2)
    return counts.reshape(problem.classes, problem.classes)


def _suspicions(
    model: Evaluated, problem: Problem, own: Scored, constant: Comparison, main: Score
) -> tuple[Suspicion, ...]:
    value = own.figures[main.name].value
    skill = None if problem.alike else skill_of_comparison(len(problem.y), value, constant)
    return suspect(Case.beside(model.target, model.record, problem.columns, problem.y, skill))


def _seen(model: Evaluated, problem: Problem, known: Problem | None) -> Seen | None:
    """Return how many rows are known from training: by what the model keeps of it, or by the training table."""
    columns, y = problem.columns, problem.y
    kept = KnownRows.kept_by(model.record)
    given = None if known is None else KnownRows.all_of(known.columns, known.y)
    found = [one for source in (given, kept) if source is not None and (one := source.seen(columns, y))]
    return max(found, key=lambda one: one.count, default=None)


def _verdict(
    problem: Problem, own: Scored, comparisons: Sequence[Comparison], main: Score, seen: Seen | None
) -> str:
    """Return the verdict; rows of training, or with one target alone, do not show what a model is worth."""
    if seen is not None:
        return verdict_of_seen(seen)
    if problem.alike:
        return verdict_of_alike(own.figures, len(problem.y))
    return verdict(main, own.figures[main.name], comparisons, len(problem.y))


def _notes(
    model: Evaluated, known: Problem | None, rounds: int, problem: Problem, *, left_out: bool
) -> list[str]:
    notes = [fill(_LEFT_OUT)] if left_out else []
    notes += [
        fill(
            _IN_FOLDS
            if known is None
            else "the models to compare with are fitted on the {rows:,} rows of the training table",
            rows=0 if known is None else len(known.y),
        ),
        fill(
            "intervals hold 90 % of {rounds:,} bootstrap samples of the {rows:,} rows",
            rounds=rounds,
            rows=len(problem.y),
        ),
    ]
    shortage = "" if model.intervals is None else model.intervals.shortage(_COVERAGE)
    return [*notes, *filter(None, [shortage])]

"""Coverage on simulated rows within binomial bounds; limits and sets against the definition, score by score."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from multilayer._base.errors import InputError
from multilayer.tables import Conformal


def numbers(rng, rows):
    """Predictions, and what is true: the errors grow with the prediction."""
    predicted = rng.gamma(2.0, 10.0, rows)
    return predicted, predicted + (0.5 + 0.2 * predicted) * rng.standard_t(4, rows)


def classes(rng, rows):
    """Probabilities that are too sure, and classes."""
    p = rng.dirichlet(np.full(5, 0.5), rows)
    y = (p.cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1)
    sure = p**2
    return sure / sure.sum(axis=1, keepdims=True), np.minimum(y, 4)


def covered_numbers(conformal, rng, coverage, rows):
    predicted, y = numbers(rng, rows)
    low, high = conformal.interval(predicted, coverage)
    return np.count_nonzero((low <= y) & (y <= high))


def covered_classes(conformal, rng, coverage, rows):
    p, y = classes(rng, rows)
    return np.count_nonzero(conformal.sets(p, coverage)[np.arange(rows), y])


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9, 0.99])
@pytest.mark.parametrize("rows", [60, 150, 1000, 4000])
@pytest.mark.parametrize(
    ("draw", "covered"), [(numbers, covered_numbers), (classes, covered_classes)], ids=["numbers", "classes"]
)
def test_coverage_is_what_was_asked_for(draw, covered, rows, coverage):
    """Of m new rows those covered follow a beta-binomial law over the drawing of the held-out rows, too."""
    rng, m, repeats = np.random.default_rng(rows), 500, 20
    found = [covered(Conformal.fit(*draw(rng, rows)), rng, coverage, m) for _ in range(repeats)]
    rank = math.ceil((rows + 1) * coverage)
    if rank > rows:
        assert found == [m] * repeats
        return
    law = betabinom(m, rank, rows + 1 - rank)
    spread = law.std() / math.sqrt(repeats)
    mean = float(np.mean(found))
    # The scale is fitted on the same rows, and sets are never empty: a little is allowed for that.
    assert mean > law.mean() - 4 * spread - 0.01 * m
    assert mean < law.mean() + 4 * spread + (0.01 * m if draw is numbers else m)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60),
    st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.99]),
)
def test_limit_is_a_score_of_the_rank_in_the_definition(errors, coverage):
    conformal = Conformal.fit(np.zeros(len(errors)), errors)
    half = conformal.interval(0.0, coverage)[1]
    share = Fraction(str(coverage))
    enough = [
        e for e in map(abs, errors) if sum(o <= e for o in map(abs, errors)) >= share * (len(errors) + 1)
    ]
    assert half == (pytest.approx(min(enough), rel=1e-12) if enough else math.inf)
    assert bool(conformal.shortage(coverage)) == (not enough)


@given(st.integers(0, 10**6))
def test_sets_are_those_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    p, y = classes(rng, 30)
    new, _ = classes(rng, 12)
    conformal = Conformal.fit(p, y)
    for coverage in (0.2, 0.6, 0.9, 0.98):
        scores = sorted(1 - p[i, y[i]] for i in range(30))
        rank = math.ceil(31 * Fraction(str(coverage)))
        limit = scores[rank - 1] if rank <= 30 else math.inf
        expected = [[1 - q <= limit or q == max(row) for q in row] for row in new]
        assert conformal.sets(new, coverage).tolist() == expected


def test_a_larger_coverage_holds_the_smaller_one():
    rng = np.random.default_rng(0)
    conformal, sets = Conformal.fit(*numbers(rng, 700)), Conformal.fit(*classes(rng, 700))
    p, _ = classes(rng, 50)
    before = np.zeros((50, 5), bool)
    width = 0.0
    for coverage in (0.1, 0.5, 0.9, 0.95, 0.999):
        low, high = conformal.interval(20.0, coverage)
        assert high - low >= width
        width = high - low
        assert (sets.sets(p, coverage) >= before).all()
        before = sets.sets(p, coverage)
    assert before.all()
    assert width == math.inf


def test_small_predictions_have_narrower_intervals():
    conformal = Conformal.fit(*numbers(np.random.default_rng(1), 3000))
    low, high = conformal.interval([2.0, 60.0], 0.9)
    narrow, wide = high - low
    assert wide > 4 * narrow


def test_intervals_by_scale_are_shorter_at_the_same_coverage():
    rng = np.random.default_rng(2)
    predicted, y = numbers(rng, 3000)
    conformal = Conformal.fit(predicted, y)
    flat = Conformal(np.sort(np.abs(y - predicted)), np.zeros(1), np.ones(1))
    new, _ = numbers(rng, 3000)
    widths = [np.mean(high - low) for low, high in (c.interval(new, 0.9) for c in (conformal, flat))]
    assert widths[0] < 0.95 * widths[1]


def test_many_rows_are_thinned():
    rng = np.random.default_rng(3)
    conformal = Conformal.fit(*numbers(rng, 50_000))
    assert conformal.scores.size == 20_000
    covered = covered_numbers(conformal, rng, 0.9, 20_000)
    assert abs(covered / 20_000 - 0.9) < 0.01


def test_no_error_at_all_and_one_row():
    exact = Conformal.fit(np.arange(300.0), np.arange(300.0))
    assert exact.interval(7.0, 0.9) == (7.0, 7.0)
    one = Conformal.fit([3.0], [5])
    assert one.interval(3.0, 0.5) == (1.0, 5.0)
    assert one.interval(3.0, 0.51) == (-math.inf, math.inf)
    assert one.shortage(0.9).startswith(
        "a coverage of 90 % needs 9 held-out rows or more, there are 1: every interval"
    )
    assert Conformal.fit([[0.3, 0.7]], [1]).shortage(0.9).endswith("every set has all classes")


@pytest.mark.parametrize("coverage", [0, 1, -0.1, 90, math.nan, "0.9", None, True])
def test_a_coverage_is_between_0_and_1(coverage):
    with pytest.raises(InputError, match="coverage must be a finite number, above 0, below 1"):
        Conformal.fit([0.0], [1.0]).interval([0.0], coverage)


@pytest.mark.parametrize(
    ("predictions", "y", "words"),
    [
        ([], [], "with a row or more"),
        (np.zeros((2, 2, 2)), [0, 1], "expected .rows,. or .rows, classes."),
        ([1.0, 2.0], [1.0], "a number for each of the 2 rows"),
        ([1.0], [np.inf], "nan or an infinity"),
        ([np.nan], [1.0], "nan or an infinity"),
        ([[0.5, 0.5]], [1.0], "a class number for each"),
        ([[0.5, 0.5]], [2], "beyond the 2 classes"),
    ],
)
def test_what_does_not_fit_is_named(predictions, y, words):
    with pytest.raises(InputError, match=words):
        Conformal.fit(predictions, y)


def test_intervals_are_for_numbers_and_sets_for_classes():
    with pytest.raises(InputError, match="of numbers, which have intervals"):
        Conformal.fit([0.0], [1.0]).sets([[0.5, 0.5]], 0.9)
    with pytest.raises(InputError, match="of classes, which have sets"):
        Conformal.fit([[0.5, 0.5]], [1]).interval([0.5], 0.9)

"""Scores against scikit-learn, with weights as its sample weights; the bootstrap against drawing rows."""

import numpy as np
import pytest
from sklearn import metrics

from multilayer.tables.evaluation.scores import OF_CLASSES, OF_NUMBERS, main_score, resamples, scored


def classes(seed, rows, count, levels=None):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.full(count, 0.7), rows)
    if levels:  # ties
        p = np.round(p * levels) + 0.1
        p /= p.sum(axis=1, keepdims=True)
    return rng.integers(0, count, rows), p


def sk_auc(y, p, weight):
    if p.shape[1] == 2:
        return metrics.roc_auc_score(y, p[:, 1], sample_weight=weight)
    found = [metrics.roc_auc_score(y == k, p[:, k], sample_weight=weight) for k in range(p.shape[1])]
    return np.mean(found)


PEERS = {
    "accuracy": lambda y, p, w: metrics.accuracy_score(y, p.argmax(axis=1), sample_weight=w),
    "balanced accuracy": lambda y, p, w: metrics.balanced_accuracy_score(
        y, p.argmax(axis=1), sample_weight=w
    ),
    "log-loss": lambda y, p, w: metrics.log_loss(y, p, sample_weight=w, labels=range(p.shape[1])),
    "AUC": sk_auc,
    "RMSE": lambda y, z, w: metrics.root_mean_squared_error(y, z, sample_weight=w),
    "MAE": lambda y, z, w: metrics.mean_absolute_error(y, z, sample_weight=w),
    "R²": lambda y, z, w: metrics.r2_score(y, z, sample_weight=w),
}


@pytest.mark.parametrize("score", OF_CLASSES, ids=lambda score: score.name)
@pytest.mark.parametrize("count", [2, 3, 7])
@pytest.mark.parametrize("levels", [None, 3])
def test_scores_of_classes_are_those_of_scikit_learn(score, count, levels):
    y, p = classes(count, 90, count, levels)
    rng = np.random.default_rng(0)
    weights = np.concatenate([np.ones((1, 90)), rng.integers(0, 4, (5, 90)).astype(float)])
    expected = [PEERS[score.name](y, p, w) for w in weights]
    assert score.function(y, p, weights) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("score", OF_NUMBERS, ids=lambda score: score.name)
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_scores_of_numbers_are_those_of_scikit_learn(score, offset):
    rng = np.random.default_rng(0)
    y = rng.normal(size=70) + offset
    z = y + rng.normal(size=70)
    weights = np.concatenate([np.ones((1, 70)), rng.integers(0, 4, (5, 70)).astype(float)])
    expected = [PEERS[score.name](y, z, w) for w in weights]
    assert score.function(y, z, weights) == pytest.approx(expected, rel=1e-7)


def test_what_a_round_has_not_is_not_scored():
    y, p = np.array([0, 0, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    without = np.array([[1.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    by_name = {score.name: score.function(y, p, without) for score in OF_CLASSES}
    assert by_name["accuracy"][0] == pytest.approx(1 / 3)
    assert by_name["balanced accuracy"][0] == pytest.approx(1 / 3)
    assert np.isnan([by_name["AUC"][0], *(values[1] for values in by_name.values())]).all()
    still = OF_NUMBERS[2].function(np.full(3, 5.0), np.zeros(3), np.ones((1, 3)))
    assert np.isnan(still).all()


def test_resamples_are_counts_of_drawn_rows():
    blocks = list(resamples(37, 2, np.random.default_rng(0)))
    weights = np.concatenate(blocks)
    assert weights.shape == (1000, 37)
    assert (weights.sum(axis=1) == 37).all()
    assert weights.mean(axis=0) == pytest.approx(1.0, abs=0.2)
    assert weights.var() == pytest.approx(1 - 1 / 37, abs=0.03)
    assert sum(len(block) for block in resamples(60_000, 30, np.random.default_rng(0))) == 200
    again = np.concatenate(list(resamples(37, 2, np.random.default_rng(0))))
    assert np.array_equal(again, weights)


def test_an_interval_is_that_of_the_theory():
    """The bootstrap's spread of a mean is its standard error."""
    y, p = classes(1, 500, 2)
    found = np.concatenate(
        [
            scored(OF_CLASSES[:1], y, [p], weights)[0, 0]
            for weights in resamples(500, 2, np.random.default_rng(1))
        ]
    )
    share = np.mean(p.argmax(axis=1) == y)
    assert found.std() == pytest.approx(np.sqrt(share * (1 - share) / 500), rel=0.1)


@pytest.mark.parametrize(("count", "name"), [(0, "RMSE"), (2, "AUC"), (3, "log-loss")])
def test_main_score(count, name):
    assert main_score(count).name == name

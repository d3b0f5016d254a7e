"""Temperatures against SciPy's and scikit-learn's; the calibration error against its definition, row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from multilayer._base.errors import InputError
from multilayer.tables import Calibration, calibration_error


def simulated(seed, rows, classes, temperature):
    """Logits that are `temperature` times as sure as they should be, and classes drawn with the true odds."""
    rng = np.random.default_rng(seed)
    true = rng.normal(size=(rows, classes)) * 2
    y = (softmax(true, axis=1).cumsum(axis=1) < rng.random((rows, 1))).sum(axis=1)
    return true * temperature, np.minimum(y, classes - 1)


@pytest.mark.parametrize(("rows", "classes"), [(40, 2), (300, 3), (2000, 7)])
@pytest.mark.parametrize("temperature", [0.2, 1.0, 5.0, 60.0])
def test_temperature_minimizes_the_log_loss(rows, classes, temperature):
    logits, y = simulated(rows, rows, classes, temperature)

    def loss(log_inverse):
        return -log_softmax(logits * np.exp(log_inverse), axis=1)[np.arange(rows), y].mean()

    best = minimize_scalar(loss, bounds=(-6.9, 6.9), method="bounded", options={"xatol": 1e-10})
    found = Calibration.fit(logits, y).temperature
    assert found == pytest.approx(np.exp(-best.x), rel=1e-5)
    assert loss(-np.log(found)) <= best.fun + 1e-14


def test_temperature_is_found_again():
    logits, y = simulated(0, 40_000, 4, 3.0)
    assert Calibration.fit(logits, y).temperature == pytest.approx(3.0, rel=0.03)


class Fixed(ClassifierMixin, BaseEstimator):
    """Gives X itself as its logits."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return X


def test_temperature_is_that_of_scikit_learn():
    logits, y = simulated(3, 500, 3, 2.5)
    ours = Calibration.fit(logits, y)
    peer = CalibratedClassifierCV(
        FrozenEstimator(Fixed().fit(logits, y)),
        method="temperature",
        cv=[(np.arange(500), np.arange(500))],
        ensemble=True,
    ).fit(logits, y)
    expected = (500 * peer.predict_proba(logits) + 1 / 3) / 501
    assert ours.apply(logits) == pytest.approx(expected, abs=1e-4)


@given(st.integers(0, 50), st.floats(0.05, 20), st.floats(-100, 100))
def test_a_factor_on_the_logits_is_a_factor_of_the_temperature(seed, factor, shift):
    logits, y = simulated(seed, 60, 3, 1.0)
    one, other = Calibration.fit(logits, y), Calibration.fit(factor * logits + shift, y)
    if 0.01 < one.temperature < 10:
        assert other.temperature == pytest.approx(factor * one.temperature, rel=1e-6)


def test_logits_that_are_always_right_or_tell_nothing_end_at_a_limit():
    logits, y = np.eye(3)[[0, 1, 2, 0]], np.array([0, 1, 2, 0])
    assert Calibration.fit(logits, y).temperature == pytest.approx(1e-3)
    assert Calibration.fit(-logits, y).temperature == pytest.approx(1e3)
    assert Calibration.fit(np.zeros((4, 3)), y).apply(logits) == pytest.approx(1 / 3, abs=1e-2)


def test_probabilities_are_never_certain_and_sum_to_one():
    p = Calibration(1e-3, 99).apply([[0.0, 50.0, -1e300], [1.0, 1.0, 1.0]])
    assert p.sum(axis=1) == pytest.approx(1.0)
    assert p[0] == pytest.approx([1 / 300, 1 - 2 / 300, 1 / 300])
    assert Calibration(1.0, 0).apply([3.0, 0.0]) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(
    ("logits", "y", "words"),
    [
        (np.empty((0, 2)), np.empty(0, int), "with a row or more"),
        ([1.0, 2.0], [0, 1], "expected (rows, classes)"),
        ([[1.0, np.nan]], [0], "nan or an infinity"),
        ([[1.0, 2.0]], [0.0], "a class number for each of the 1 rows"),
        ([[1.0, 2.0]], [2], "class numbers from 2 to 2; logits has classes 0 to 1"),
        ([[1.0, 2.0]], [-1], "class numbers from -1"),
    ],
)
def test_what_does_not_fit_is_named(logits, y, words):
    with pytest.raises(InputError, match=words.replace("(", r"\(").replace(")", r"\)")):
        Calibration.fit(logits, y)


def test_a_temperature_is_positive():
    with pytest.raises(InputError, match="temperature must be a finite number, above 0"):
        Calibration(0.0, 1)


def slow_error(p, y, bins):
    """The definition, row by row, for confidences that are all different."""
    rows = sorted(zip(p.max(axis=1), p.argmax(axis=1) == y, strict=True))
    size, more = divmod(len(rows), bins)
    total, first = 0.0, 0
    for number in range(bins):
        last = first + size + (number < more)
        part = rows[first:last]
        gap = sum(c for c, _ in part) / len(part) - sum(r for _, r in part) / len(part)
        total += len(part) * abs(gap)
        first = last
    return total / len(rows)


@pytest.mark.parametrize(("rows", "bins"), [(100, 5), (97, 10), (301, 15)])
def test_calibration_error_is_its_definition(rows, bins):
    logits, y = simulated(rows, rows, 4, 2.0)
    p = softmax(logits, axis=1)
    assert calibration_error(p, y, bins) == pytest.approx(slow_error(p, y, bins), rel=1e-12)
    assert calibration_error(p, y) == calibration_error(p, y, min(15, rows // 20))


def test_calibration_error_does_not_depend_on_the_order_of_equals():
    rng = np.random.default_rng(0)
    p = np.array([[0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])[rng.integers(0, 3, 200)]
    y = rng.integers(0, 2, 200)
    order = rng.permutation(200)
    assert calibration_error(p, y, 7) == pytest.approx(calibration_error(p[order], y[order], 7), rel=1e-12)


def test_calibration_makes_the_error_small():
    logits, y = simulated(1, 8000, 4, 4.0)
    calibration = Calibration.fit(logits[:4000], y[:4000])
    before = calibration_error(softmax(logits[4000:], axis=1), y[4000:])
    after = calibration_error(calibration.apply(logits[4000:]), y[4000:])
    assert before > 0.1
    assert after < 0.03

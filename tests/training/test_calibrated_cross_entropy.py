"""The metric of a cross-entropy after a temperature: against SciPy's minimum, and where it cannot be measured."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

from multilayer import fit, initialize
from multilayer._base.errors import InputError
from multilayer.optimizers import Adam
from multilayer.training import metrics

measured = metrics.get("calibrated_cross_entropy").function
RNG = np.random.default_rng(3)
LOGITS = RNG.normal(size=(300, 4)) * 2.0
Y = (softmax(LOGITS, axis=1).cumsum(axis=1) < RNG.random((300, 1))).sum(axis=1)
WEIGHTS = RNG.integers(0, 4, 300).astype(np.float64)


def least(logits, y, weights=None):
    def loss(log_inverse):
        losses = -log_softmax(logits * np.exp(log_inverse), axis=1)[np.arange(len(y)), y]
        return np.average(losses, weights=weights)

    return minimize_scalar(loss, bounds=(-7.0, 0.0), method="bounded", options={"xatol": 1e-12}).fun


@pytest.mark.parametrize("certainty", [0.7, 2.0, 5.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_is_the_least_that_a_temperature_leaves(certainty, dtype):
    z = softmax(certainty * LOGITS, axis=1).astype(dtype)
    assert measured(Y, z, None) == pytest.approx(least(certainty * LOGITS, Y), rel=1e-5)


def test_a_temperature_adds_no_certainty():
    z = softmax(np.eye(3), axis=1)  # all are right, and would be certain
    assert measured(np.arange(3), z, None) == pytest.approx(-np.log(z[0, 0]), rel=1e-12)


def test_weights_count_as_rows():
    z, counts = softmax(LOGITS, axis=1), WEIGHTS.astype(int)
    repeated = measured(np.repeat(Y, counts), np.repeat(z, counts, axis=0), None)
    assert measured(Y, z, WEIGHTS) == pytest.approx(repeated, rel=1e-12)
    assert measured(Y, z, WEIGHTS) == pytest.approx(least(LOGITS, Y, WEIGHTS), rel=1e-9)


def test_classes_may_be_indicators():
    z = softmax(LOGITS, axis=1)
    assert measured(np.eye(4)[Y], z, None) == pytest.approx(measured(Y, z, None), rel=1e-12)


def test_a_probability_of_0_for_a_class_that_there_is():
    z = np.tile(np.array([1.0, 0.0], np.float32), (4, 1))
    entropy = -0.75 * np.log(0.75) - 0.25 * np.log(0.25)  # right in 3 of 4
    assert measured(np.array([0, 0, 0, 1]), z, None) == pytest.approx(entropy, rel=1e-12)


def test_without_any_information_it_is_that_of_even_odds():
    wrong = softmax(-5.0 * np.eye(3), axis=1)
    assert measured(np.arange(3), wrong, None) == pytest.approx(np.log(3.0), rel=1e-2)


def test_outputs_that_are_not_finite_have_none():
    assert np.isnan(measured(np.array([0, 1]), np.array([[np.nan, np.nan], [0.5, 0.5]]), None))


@pytest.mark.parametrize("output", ["identity", "sigmoid"])
def test_outputs_that_are_no_probabilities_of_classes_are_refused(output):
    net = initialize((2, 3, 2), "tanh", output, rng=0)
    x, y = RNG.normal(size=(20, 2)), np.eye(2)[RNG.integers(0, 2, 20)]
    with pytest.raises(InputError, match=r"expected outputs that are probabilities, as softmax gives them"):
        fit(net, x, y, loss="squared", epochs=1, metrics="calibrated_cross_entropy", rng=0)


def test_it_is_measured_on_held_out_samples():
    net = initialize((4, 3, 4), "tanh", "softmax", rng=0)
    held_out = (LOGITS[200:], Y[200:])
    trained = fit(
        net,
        LOGITS[:200],
        Y[:200],
        loss="categorical_cross_entropy",
        epochs=10,
        optimizer=Adam(0.03),
        validation=held_out,
        rng=0,
        metrics="calibrated_cross_entropy",
    )
    (curve,) = trained.history.metrics.values()
    z = trained.network(held_out[0])
    assert curve[-1] == pytest.approx(least(np.log(z), held_out[1]), rel=1e-5)

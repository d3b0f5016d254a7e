"""Where no loss is given, that of the output activation is taken, unless it cannot compare outputs and targets."""

import numpy as np
import pytest

from multilayer import InputError, diagnose, initialize


def test_targets_that_no_probability_reaches_are_numbers_and_the_output_is_the_cause():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((80, 3)), 5.0 * rng.standard_normal(80)
    found = diagnose(initialize((3, 8, 1), "tanh", "sigmoid", rng=0), X, y)
    assert found.evidence.loss.facts.name == "squared"
    assert found.cause.check == "wrong_output"
    assert "does not take these targets" in found.evidence.notes[0]


def test_softmax_over_one_unit_is_diagnosed_and_not_refused():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((80, 3)), rng.integers(0, 2, 80)
    found = diagnose(initialize((3, 8, 1), "tanh", "softmax", rng=0), X, y)
    assert found.trouble


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_targets_that_are_not_finite_are_refused_as_before(bad):
    X, y = np.zeros((4, 3)), np.array([0.0, 1.0, bad, 0.0])
    with pytest.raises(InputError, match="sample 3"):
        diagnose(initialize((3, 8, 1), "tanh", "sigmoid", rng=0), X, y)


def test_class_numbers_that_a_probability_is_compared_with_stay_classes():
    X, y = np.random.default_rng(0).standard_normal((20, 3)), np.arange(20) % 2
    found = diagnose(initialize((3, 8, 1), "tanh", "sigmoid", rng=0), X, y)
    assert found.evidence.loss.facts.name == "binary_cross_entropy"

"""A linear model is said to be as good only where it is better than chance."""

import numpy as np
import pytest

from multilayer import diagnose, initialize


@pytest.mark.parametrize(("samples", "inputs"), [(69, 108), (200, 150)])
def test_a_linear_model_that_interpolates_noise_is_not_recommended(samples, inputs):
    rng = np.random.default_rng(samples)
    X, y = rng.standard_normal((samples, inputs)), rng.standard_normal(samples)
    found = diagnose(initialize((inputs, 8, 1), "tanh", rng=0), X, y, "mean_squared_error", rng=0)
    assert "linear_enough" not in [finding.check for finding in found.findings]


def test_a_linear_model_that_is_right_is_recommended():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 5))
    y = X @ np.arange(1.0, 6.0)
    found = diagnose(initialize((5, 8, 1), "tanh", rng=0), X, y, "mean_squared_error", rng=0)
    assert "linear_enough" in [finding.check for finding in found.findings]

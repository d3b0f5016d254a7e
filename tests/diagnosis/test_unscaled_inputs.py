"""Inputs of a size that weights are not made for come first, whatever they lead to."""

import numpy as np
import pytest

from multilayer import diagnose, fit, initialize


@pytest.mark.parametrize("seed", range(20))
def test_unix_times_as_a_column(seed):
    """The loss falls from some hundred millions, units die, the rate seems wrong: all of it is the scale."""
    rng = np.random.default_rng(0)
    X = np.c_[1.7e9 + np.arange(300) * 60.0, rng.normal(size=300)]
    y = (X[:, 1] > 0).astype(int)
    trained = fit(initialize((2, 8, 1), "relu", "sigmoid", rng=seed), X, y, loss="bce", epochs=30, rng=seed)
    cause = diagnose(trained.network, X, y, course=trained).cause
    assert (cause.check, cause.units) == ("unscaled_inputs", (1,))

"""What can be learned, and what a network of a certain shape reaches that learns all samples by heart."""

import numpy as np
import pytest

from multilayer import diagnose, fit, initialize
from multilayer.diagnosis.attainable import attainable
from multilayer.diagnosis.layers import drawn
from multilayer.optimizers import Adam


def noisy_plane(seed: int, samples: int = 60):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((samples, 15))
    y = X[:, :3].sum(axis=1, keepdims=True) + 0.8 * rng.standard_normal((samples, 1))
    return X, y / y.std()


def test_each_sample_is_predicted_by_the_kernel_model_of_all_others():
    """Of one linear layer the tangent kernel is the product of the samples, biases included."""
    X, y = noisy_plane(0)
    kernel = X @ X.T + 1.0
    kernel /= np.diag(kernel).mean()
    targets, residuals = y - y.mean(), []
    for left_out in range(len(X)):
        others = np.delete(np.arange(len(X)), left_out)
        inverse = np.linalg.inv(kernel[np.ix_(others, others)] + 0.01 * np.eye(len(others)))
        residuals.append(targets[left_out] - kernel[left_out, others] @ inverse @ targets[others])
    expected = 1.0 - np.square(residuals).sum() / np.square(targets).sum()
    found = attainable(X, y, None, drawn(initialize((15, 1), rng=0), np.random.default_rng(0)))
    assert found.by_heart == pytest.approx((expected,), rel=1e-9)


def test_relu_loses_more_by_heart_than_tanh_as_trainings_do():
    """On the mean of five data sets: single ones differ by chance."""
    estimated, reached = [], []
    for seed in range(5):
        X, y = noisy_plane(seed, 1060)
        for activation in ("relu", "tanh"):
            start = initialize((15, 64, 1), activation, rng=seed)
            layers = drawn(start, np.random.default_rng(0))
            estimated.append(attainable(X[:60], y[:60], None, layers).by_heart[0])
            options = {"optimizer": Adam(0.01), "epochs": 150, "batch_size": 16, "rng": 0}
            trained = fit(start, X[:60], y[:60], loss="squared", **options)
            left = trained.network(X[60:]) - y[60:]
            reached.append(1.0 - np.square(left).mean() / y[60:].var())
    assert np.mean(estimated[::2]) < np.mean(estimated[1::2])
    assert np.mean(reached[::2]) < np.mean(reached[1::2])


def test_is_not_asked_of_a_network_that_cannot_learn_all_by_heart():
    X, y = noisy_plane(0, 300)
    assert diagnose(initialize((15, 4, 1), rng=0), X, y).evidence.outputs.by_heart_score is None
    assert diagnose(initialize((15, 40, 1), rng=0), X, y).evidence.outputs.by_heart_score is not None
    assert attainable(X, y, None).by_heart == ()

"""Small data sets, made from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["blobs", "half_plane", "noise", "quadratic", "rare", "rings", "waves"]

Data = tuple[NDArray[np.float64], NDArray[Any]]


def rings(seed: int, samples: int = 400) -> Data:
    """Two classes in the plane, one round the other, with a little noise: not for a linear model."""
    rng = np.random.default_rng([seed, 1])
    y = rng.integers(0, 2, samples)
    angle, radius = rng.uniform(0, 2 * np.pi, samples), 0.6 + 0.9 * y + 0.12 * rng.standard_normal(samples)
    return _scaled(np.c_[radius * np.cos(angle), radius * np.sin(angle)]), y


def blobs(seed: int, samples: int = 400, classes: int = 4, inputs: int = 8) -> Data:
    """Classes of two clouds each, that overlap a little: a linear model gets some of it."""
    rng = np.random.default_rng([seed, 2])
    centres = 2.2 * rng.standard_normal((classes, 2, inputs)) / np.sqrt(inputs) * 2
    y = rng.integers(0, classes, samples)
    X = centres[y, rng.integers(0, 2, samples)] + rng.standard_normal((samples, inputs))
    return _scaled(X), y


def waves(seed: int, samples: int = 400, inputs: int = 5) -> Data:
    """A number that is a curved function of the inputs, with noise; mean 0 and deviation 1."""
    rng = np.random.default_rng([seed, 3])
    X = rng.standard_normal((samples, inputs))
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.5 * X[:, 3] + 0.05 * rng.standard_normal(samples)
    return X, _scaled(y[:, np.newaxis])


def quadratic(seed: int, samples: int = 500) -> Data:
    """The data of scikit-learn#31235: two classes in the unit square, on the sides of a parabola."""
    X = np.random.default_rng([seed, 4]).random((samples, 2))
    return X, (X[:, 0] + (2 * (X[:, 1] - 0.5)) ** 2 >= 0.75).astype(np.int64)


def half_plane(seed: int, samples: int = 400, inputs: int = 6) -> Data:
    """Two classes on the sides of a plane."""
    rng = np.random.default_rng([seed, 5])
    X = rng.standard_normal((samples, inputs))
    a = X @ rng.standard_normal(inputs)
    keep = np.abs(a) > 0.2
    return X[keep], (a[keep] > 0).astype(np.int64)


def rare(seed: int, samples: int = 600, share: float = 0.03) -> Data:
    """Two overlapping classes, of which one is rare."""
    rng = np.random.default_rng([seed, 6])
    y = (np.arange(samples) < share * samples).astype(np.int64)
    return rng.standard_normal((samples, 4)) + 0.7 * y[:, np.newaxis], y


def noise(seed: int, samples: int = 60, inputs: int = 20) -> Data:
    """Two classes, of which the inputs tell a little; few samples."""
    rng = np.random.default_rng([seed, 7])
    X = rng.standard_normal((samples, inputs))
    return X, (X[:, 0] + 1.5 * rng.standard_normal(samples) > 0).astype(np.int64)


def _scaled(X: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((X - X.mean(axis=0)) / X.std(axis=0), np.float64)

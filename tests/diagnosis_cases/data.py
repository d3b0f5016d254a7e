"""Small data sets: samples to train on, and others to score; made from a seed, or a random split of a bundled set."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.diagnosis_cases.more_data import MORE_DATA
from tests.diagnosis_cases.samples import SCORED, TRAINED, Data, rng_of, split

__all__ = ["CLASSES", "DATA", "NUMBERS"]

Array = NDArray[Any]


def _rings(seed: int) -> Data:
    rng = rng_of(seed, 1)
    y = rng.integers(0, 2, TRAINED + SCORED)
    angle = rng.uniform(0, 2 * np.pi, len(y))
    radius = 0.6 + 0.9 * y + 0.12 * rng.standard_normal(len(y))
    return split(np.c_[radius * np.cos(angle), radius * np.sin(angle)], y)


def _moons(seed: int) -> Data:
    rng = rng_of(seed, 2)
    y = rng.integers(0, 2, TRAINED + SCORED)
    angle = rng.uniform(0, np.pi, len(y)) + np.pi * y
    X = np.c_[np.cos(angle) + y - 0.5, np.sin(angle) + 0.5 * y - 0.25] + 0.12 * rng.standard_normal(
        (len(y), 2)
    )
    return split(1.4 * X, y)


def _blobs(seed: int) -> Data:
    """Classes of two clouds each, that overlap a little: a linear model gets some of it."""
    rng = rng_of(seed, 3)
    centres = 1.7 * rng.standard_normal((4, 2, 8))
    y = rng.integers(0, 4, 2 * TRAINED + SCORED)
    X = centres[y, rng.integers(0, 2, len(y))] + rng.standard_normal((len(y), 8))
    return split(X / X.std(axis=0), y, 2 * TRAINED)


def _waves(seed: int) -> Data:
    rng = rng_of(seed, 4)
    X = rng.uniform(-1.7, 1.7, (TRAINED + SCORED, 2))
    y = np.sin(2 * X[:, 0]) + X[:, 1] ** 2 - 1 + 0.1 * rng.standard_normal(len(X))
    return split(X, y / y.std())


def _friedman(seed: int) -> Data:
    """Friedman's function of five inputs (1991), of which one enters linearly."""
    rng = rng_of(seed, 5)
    U = rng.uniform(size=(2 * TRAINED + SCORED, 5))
    y = 10 * np.sin(np.pi * U[:, 0] * U[:, 1]) + 20 * (U[:, 2] - 0.5) ** 2 + 10 * U[:, 3] + 5 * U[:, 4]
    y = y + 0.5 * rng.standard_normal(len(y))
    return split((U - 0.5) * np.sqrt(12), (y - y.mean()) / y.std(), 2 * TRAINED)


@cache
def _bundled(name: str) -> tuple[Array, Array]:
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(spread == 0, 1.0, spread)
    return X, (y - y.mean()) / y.std() if y.dtype.kind == "f" else y


def _of(name: str, trained: int) -> Callable[[int], Data]:
    def drawn(seed: int) -> Data:
        X, y = _bundled(name)
        order = rng_of(seed, 6).permutation(len(y))[:1200]
        return split(X[order], y[order], trained)

    return drawn


def _autoencoder(seed: int) -> Data:
    """Mixtures of four hidden numbers: the targets are the inputs."""
    rng = rng_of(seed, 7)
    hidden = rng.standard_normal((TRAINED + SCORED, 4))
    X = hidden @ rng.standard_normal((4, 12)) / 2 + 0.1 * rng.standard_normal((len(hidden), 12))
    return split(X, X.copy())


def _lagged(seed: int) -> Data:
    """A noisy wave, to be predicted from its last eight values."""
    rng = rng_of(seed, 8)
    t = np.arange(TRAINED + 600)
    wave = np.sin(t / 7) + 0.5 * np.sin(t / 3.1) + 0.1 * rng.standard_normal(len(t))
    return split(np.lib.stride_tricks.sliding_window_view(wave, 8)[:-1], wave[8:])


def _words(seed: int) -> Data:
    """Sparse weights of words (tf-idf), in rows of length 1: most numbers are 0, all are small."""
    rng = rng_of(seed, 9)
    topics = rng.dirichlet(np.full(120, 0.15), 3)
    y = rng.integers(0, 3, 2 * TRAINED + SCORED)
    counts = np.stack([rng.multinomial(25, 0.6 * topics[k] + 0.4 / 120) for k in y])
    weights = counts * np.log(len(y) / (1 + (counts > 0).sum(axis=0)))
    return split(weights / np.linalg.norm(weights, axis=1, keepdims=True), y, 2 * TRAINED)


def _categories(seed: int) -> Data:
    """Four categories of five values each, one-hot; the class depends on two of them together."""
    rng = rng_of(seed, 10)
    found = rng.integers(0, 5, (2 * TRAINED + SCORED, 4))
    y = rng.integers(0, 2, (5, 5))[found[:, 0], found[:, 1]]
    return split(np.eye(5)[found].reshape(len(found), 20), y, 2 * TRAINED)


def _rare(seed: int) -> Data:
    """Two overlapping classes, one in sixteen of the second; as many of each among the samples to score."""
    rng = rng_of(seed, 11)
    y = np.r_[rng.permutation((np.arange(2 * TRAINED) % 16 == 0).astype(int)), rng.integers(0, 2, SCORED)]
    X = rng.standard_normal((len(y), 4)) + 0.9 * y[:, np.newaxis]
    return split(X, y, 2 * TRAINED)


def _seldom(seed: int) -> Data:
    """Two classes far apart, one in sixteen of the second."""
    rng = rng_of(seed, 12)
    y = rng.permutation((np.arange(2 * TRAINED + SCORED) % 16 == 0).astype(int))
    return split(rng.standard_normal((len(y), 4)) + 2.5 * y[:, np.newaxis], y, 2 * TRAINED)


def _few(seed: int) -> Data:
    """Twenty samples of two classes."""
    rng = rng_of(seed, 13)
    y = rng.integers(0, 2, 20 + SCORED)
    return split(0.4 * rng.standard_normal((len(y), 3)) + (2 * y[:, np.newaxis] - 1), y, 20)


def _crowded(seed: int) -> Data:
    """Sixty noisy samples with fifteen inputs, of which three matter: easily memorized."""
    rng = rng_of(seed, 14)
    X = rng.standard_normal((60 + SCORED, 15))
    y = X[:, :3].sum(axis=1) + 0.8 * rng.standard_normal(len(X))
    return split(X, y / y.std(), 60)


def _doubtful(seed: int) -> Data:
    """Sixty samples with ten inputs, every fourth label wrong: easily memorized."""
    rng = rng_of(seed, 15)
    X = rng.standard_normal((60 + SCORED, 10))
    y = X[:, 0] + X[:, 1] > 0
    wrong = (rng.random(len(y)) < 0.25) & (np.arange(len(y)) < 60)
    return split(X, y ^ wrong, 60)


def _noise(seed: int) -> Data:
    rng = rng_of(seed, 16)
    return split(rng.standard_normal((TRAINED + SCORED, 6)), rng.integers(0, 2, TRAINED + SCORED))


def _noisy_numbers(seed: int) -> Data:
    rng = rng_of(seed, 17)
    return split(rng.standard_normal((TRAINED + SCORED, 4)), rng.standard_normal(TRAINED + SCORED))


DATA: dict[str, Callable[[int], Data]] = {
    "rings": _rings,
    "moons": _moons,
    "blobs": _blobs,
    "iris": _of("iris", 90),
    "wine": _of("wine", 90),
    "cancer": _of("breast_cancer", 300),
    "digits": _of("digits", 500),
    "waves": _waves,
    "friedman": _friedman,
    "diabetes": _of("diabetes", 300),
    "autoencoder": _autoencoder,
    "lagged": _lagged,
    "words": _words,
    "categories": _categories,
    "rare": _rare,
    "seldom": _seldom,
    "few": _few,
    "crowded": _crowded,
    "doubtful": _doubtful,
    "noise": _noise,
    "noisy numbers": _noisy_numbers,
    **MORE_DATA,
}
CLASSES = ("rings", "moons", "blobs", "iris", "wine", "cancer", "digits")
NUMBERS = ("waves", "friedman", "waves", "friedman", "diabetes")
"""What mistakes are made on: classes, and numbers."""

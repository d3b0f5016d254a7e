"""Small data sets: samples to train on, and others to score; made from a seed, or a random split of a bundled set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLASSES", "DATA", "NUMBERS", "Data"]

Array = NDArray[Any]
_TRAINED, _SCORED = 192, 1000


@dataclass(frozen=True, eq=False)
class Data:
    """Samples to train on and samples to score; y holds class numbers, or rows of numbers."""

    X: Array
    y: Array
    scored_X: Array
    scored_y: Array

    @property
    def classes(self) -> int:
        """How many classes there are; 0 where the targets are numbers."""
        return int(max(self.y.max(), self.scored_y.max())) + 1 if self.y.dtype.kind == "i" else 0

    def first(self, samples: int) -> Data:
        """Return the same with so many samples to train on."""
        return replace(self, X=self.X[:samples], y=self.y[:samples])


def _split(X: Array, y: Array, trained: int = _TRAINED) -> Data:
    y = y.astype(np.int64) if y.dtype.kind in "bi" else y.reshape(len(y), -1)
    return Data(X[:trained], y[:trained], X[trained:], y[trained:])


def _rng(seed: int, number: int) -> np.random.Generator:
    return np.random.default_rng([seed, number])


def _rings(seed: int) -> Data:
    rng = _rng(seed, 1)
    y = rng.integers(0, 2, _TRAINED + _SCORED)
    angle = rng.uniform(0, 2 * np.pi, len(y))
    radius = 0.6 + 0.9 * y + 0.12 * rng.standard_normal(len(y))
    return _split(np.c_[radius * np.cos(angle), radius * np.sin(angle)], y)


def _moons(seed: int) -> Data:
    rng = _rng(seed, 2)
    y = rng.integers(0, 2, _TRAINED + _SCORED)
    angle = rng.uniform(0, np.pi, len(y)) + np.pi * y
    X = np.c_[np.cos(angle) + y - 0.5, np.sin(angle) + 0.5 * y - 0.25] + 0.12 * rng.standard_normal(
        (len(y), 2)
    )
    return _split(1.4 * X, y)


def _blobs(seed: int) -> Data:
    """Classes of two clouds each, that overlap a little: a linear model gets some of it."""
    rng = _rng(seed, 3)
    centres = 1.7 * rng.standard_normal((4, 2, 8))
    y = rng.integers(0, 4, 2 * _TRAINED + _SCORED)
    X = centres[y, rng.integers(0, 2, len(y))] + rng.standard_normal((len(y), 8))
    return _split(X / X.std(axis=0), y, 2 * _TRAINED)


def _waves(seed: int) -> Data:
    rng = _rng(seed, 4)
    X = rng.uniform(-1.7, 1.7, (_TRAINED + _SCORED, 2))
    y = np.sin(2 * X[:, 0]) + X[:, 1] ** 2 - 1 + 0.1 * rng.standard_normal(len(X))
    return _split(X, y / y.std())


def _friedman(seed: int) -> Data:
    """Friedman's function of five inputs (1991), of which one enters linearly."""
    rng = _rng(seed, 5)
    U = rng.uniform(size=(2 * _TRAINED + _SCORED, 5))
    y = 10 * np.sin(np.pi * U[:, 0] * U[:, 1]) + 20 * (U[:, 2] - 0.5) ** 2 + 10 * U[:, 3] + 5 * U[:, 4]
    y = y + 0.5 * rng.standard_normal(len(y))
    return _split((U - 0.5) * np.sqrt(12), (y - y.mean()) / y.std(), 2 * _TRAINED)


@cache
def _bundled(name: str) -> tuple[Array, Array]:
    from sklearn import datasets

    X, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    spread = X.std(axis=0)
    X = (X - X.mean(axis=0)) / np.where(spread == 0, 1.0, spread)
    return X, (y - y.mean()) / y.std() if y.dtype.kind == "f" else y


def _of(name: str, trained: int) -> Callable[[int], Data]:
    def split(seed: int) -> Data:
        X, y = _bundled(name)
        order = _rng(seed, 6).permutation(len(y))[:1200]
        return _split(X[order], y[order], trained)

    return split


def _autoencoder(seed: int) -> Data:
    """Mixtures of four hidden numbers: the targets are the inputs."""
    rng = _rng(seed, 7)
    hidden = rng.standard_normal((_TRAINED + _SCORED, 4))
    X = hidden @ rng.standard_normal((4, 12)) / 2 + 0.1 * rng.standard_normal((len(hidden), 12))
    return _split(X, X.copy())


def _lagged(seed: int) -> Data:
    """A noisy wave, to be predicted from its last eight values."""
    rng = _rng(seed, 8)
    t = np.arange(_TRAINED + 600)
    wave = np.sin(t / 7) + 0.5 * np.sin(t / 3.1) + 0.1 * rng.standard_normal(len(t))
    return _split(np.lib.stride_tricks.sliding_window_view(wave, 8)[:-1], wave[8:])


def _words(seed: int) -> Data:
    """Sparse weights of words (tf-idf), in rows of length 1: most numbers are 0, all are small."""
    rng = _rng(seed, 9)
    topics = rng.dirichlet(np.full(120, 0.15), 3)
    y = rng.integers(0, 3, 2 * _TRAINED + _SCORED)
    counts = np.stack([rng.multinomial(25, 0.6 * topics[k] + 0.4 / 120) for k in y])
    weights = counts * np.log(len(y) / (1 + (counts > 0).sum(axis=0)))
    return _split(weights / np.linalg.norm(weights, axis=1, keepdims=True), y, 2 * _TRAINED)


def _categories(seed: int) -> Data:
    """Four categories of five values each, one-hot; the class depends on two of them together."""
    rng = _rng(seed, 10)
    found = rng.integers(0, 5, (2 * _TRAINED + _SCORED, 4))
    y = rng.integers(0, 2, (5, 5))[found[:, 0], found[:, 1]]
    return _split(np.eye(5)[found].reshape(len(found), 20), y, 2 * _TRAINED)


def _rare(seed: int) -> Data:
    """Two overlapping classes, one in sixteen of the second; as many of each among the samples to score."""
    rng = _rng(seed, 11)
    y = np.r_[rng.permutation((np.arange(2 * _TRAINED) % 16 == 0).astype(int)), rng.integers(0, 2, _SCORED)]
    X = rng.standard_normal((len(y), 4)) + 0.9 * y[:, np.newaxis]
    return _split(X, y, 2 * _TRAINED)


def _seldom(seed: int) -> Data:
    """Two classes far apart, one in sixteen of the second."""
    rng = _rng(seed, 12)
    y = rng.permutation((np.arange(2 * _TRAINED + _SCORED) % 16 == 0).astype(int))
    return _split(rng.standard_normal((len(y), 4)) + 2.5 * y[:, np.newaxis], y, 2 * _TRAINED)


def _few(seed: int) -> Data:
    """Twenty samples of two classes."""
    rng = _rng(seed, 13)
    y = rng.integers(0, 2, 20 + _SCORED)
    return _split(0.4 * rng.standard_normal((len(y), 3)) + (2 * y[:, np.newaxis] - 1), y, 20)


def _crowded(seed: int) -> Data:
    """Sixty noisy samples with fifteen inputs, of which three matter: easily memorized."""
    rng = _rng(seed, 14)
    X = rng.standard_normal((60 + _SCORED, 15))
    y = X[:, :3].sum(axis=1) + 0.8 * rng.standard_normal(len(X))
    return _split(X, y / y.std(), 60)


def _doubtful(seed: int) -> Data:
    """Sixty samples with ten inputs, every fourth label wrong: easily memorized."""
    rng = _rng(seed, 15)
    X = rng.standard_normal((60 + _SCORED, 10))
    y = X[:, 0] + X[:, 1] > 0
    wrong = (rng.random(len(y)) < 0.25) & (np.arange(len(y)) < 60)
    return _split(X, y ^ wrong, 60)


def _noise(seed: int) -> Data:
    rng = _rng(seed, 16)
    return _split(rng.standard_normal((_TRAINED + _SCORED, 6)), rng.integers(0, 2, _TRAINED + _SCORED))


def _noisy_numbers(seed: int) -> Data:
    rng = _rng(seed, 17)
    return _split(rng.standard_normal((_TRAINED + _SCORED, 4)), rng.standard_normal(_TRAINED + _SCORED))


def _doubtful_classes(seed: int) -> Data:
    """Two clouds that overlap so much that the best rule is right in four of five."""
    rng = _rng(seed, 18)
    y = rng.integers(0, 2, 2 * _TRAINED + _SCORED)
    return _split(rng.standard_normal((len(y), 5)) + 0.75 * y[:, np.newaxis], y, 2 * _TRAINED)


def _half_noise(seed: int) -> Data:
    """A smooth function of two inputs, and as much noise."""
    rng = _rng(seed, 19)
    X = rng.uniform(-1.7, 1.7, (2 * _TRAINED + _SCORED, 3))
    y = np.sin(1.5 * X[:, 0]) + X[:, 1] + 0.9 * rng.standard_normal(len(X))
    return _split(X, y / y.std(), 2 * _TRAINED)


def _several(seed: int) -> Data:
    """Three functions of the same four inputs."""
    rng = _rng(seed, 20)
    X = rng.standard_normal((2 * _TRAINED + _SCORED, 4))
    y = np.c_[np.tanh(X[:, 0] + X[:, 1]), X[:, 1] * X[:, 2] / 2, np.abs(X[:, 3]) - 0.8]
    return _split(X, y + 0.1 * rng.standard_normal(y.shape), 2 * _TRAINED)


def _skewed(seed: int) -> Data:
    """Inputs with a long tail, as sums of money have; the target depends on their logarithms."""
    rng = _rng(seed, 21)
    hidden = rng.standard_normal((2 * _TRAINED + _SCORED, 4))
    y = hidden[:, 0] + 0.7 * hidden[:, 1] + 0.2 * rng.standard_normal(len(hidden)) > 0
    X = np.exp(hidden)
    return _split((X - X.mean(axis=0)) / X.std(axis=0), y, 2 * _TRAINED)


def _bits(seed: int) -> Data:
    """Ten inputs that are 0 or 1; the class is that of most of the first five."""
    rng = _rng(seed, 22)
    X = rng.integers(0, 2, (2 * _TRAINED + _SCORED, 10)).astype(float)
    return _split(X, X[:, :5].sum(axis=1) > 2, 2 * _TRAINED)


def _very_rare(seed: int) -> Data:
    """Two classes that overlap a little, one in thirty of the second; as many of each among the samples to score."""
    rng = _rng(seed, 23)
    y = np.r_[rng.permutation((np.arange(600) % 30 == 0).astype(int)), rng.integers(0, 2, _SCORED)]
    X = rng.standard_normal((len(y), 6)) + 0.8 * y[:, np.newaxis]
    return _split(X, y, 600)


def _counts(seed: int) -> Data:
    """Counts of events, whose logarithm depends on three inputs of five."""
    rng = _rng(seed, 24)
    X = rng.standard_normal((2 * _TRAINED + _SCORED, 5))
    y = rng.poisson(np.exp(1.0 + 0.6 * np.tanh(X[:, 0]) + 0.5 * X[:, 1] - 0.4 * np.abs(X[:, 2])))
    return _split(X, y / y.std(), 2 * _TRAINED)


def _nine_classes(seed: int) -> Data:
    """Places of a grid of three by three, turned, with a little noise and two inputs of noise."""
    rng = _rng(seed, 25)
    y = rng.integers(0, 9, 2 * _TRAINED + _SCORED)
    grid = np.c_[y % 3, y // 3] - 1.0 + 0.17 * rng.standard_normal((len(y), 2))
    turned = grid @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    return _split(np.c_[1.3 * turned, rng.standard_normal((len(y), 2))], y, 2 * _TRAINED)


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
    "doubtful classes": _doubtful_classes,
    "half noise": _half_noise,
    "several outputs": _several,
    "skewed inputs": _skewed,
    "bits": _bits,
    "very rare": _very_rare,
    "counts": _counts,
    "nine classes": _nine_classes,
}
CLASSES = ("rings", "moons", "blobs", "iris", "wine", "cancer", "digits")
NUMBERS = ("waves", "friedman", "waves", "friedman", "diabetes")
"""What mistakes are made on: classes, and numbers."""

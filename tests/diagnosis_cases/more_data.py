"""More data sets, for the fresh part of the suite."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.diagnosis_cases.samples import SCORED, TRAINED, Data, rng_of, split

__all__ = ["MORE_DATA"]


def _doubtful_classes(seed: int) -> Data:
    """Two clouds that overlap so much that the best rule is right in four of five."""
    rng = rng_of(seed, 18)
    y = rng.integers(0, 2, 2 * TRAINED + SCORED)
    return split(rng.standard_normal((len(y), 5)) + 0.75 * y[:, np.newaxis], y, 2 * TRAINED)


def _half_noise(seed: int) -> Data:
    """A smooth function of two inputs, and as much noise."""
    rng = rng_of(seed, 19)
    X = rng.uniform(-1.7, 1.7, (2 * TRAINED + SCORED, 3))
    y = np.sin(1.5 * X[:, 0]) + X[:, 1] + 0.9 * rng.standard_normal(len(X))
    return split(X, y / y.std(), 2 * TRAINED)


def _several(seed: int) -> Data:
    """Three functions of the same four inputs."""
    rng = rng_of(seed, 20)
    X = rng.standard_normal((2 * TRAINED + SCORED, 4))
    y = np.c_[np.tanh(X[:, 0] + X[:, 1]), X[:, 1] * X[:, 2] / 2, np.abs(X[:, 3]) - 0.8]
    return split(X, y + 0.1 * rng.standard_normal(y.shape), 2 * TRAINED)


def _skewed(seed: int) -> Data:
    """Inputs with a long tail, as sums of money have; the target depends on their logarithms."""
    rng = rng_of(seed, 21)
    hidden = rng.standard_normal((2 * TRAINED + SCORED, 4))
    y = hidden[:, 0] + 0.7 * hidden[:, 1] + 0.2 * rng.standard_normal(len(hidden)) > 0
    X = np.exp(hidden)
    return split((X - X.mean(axis=0)) / X.std(axis=0), y, 2 * TRAINED)


def _bits(seed: int) -> Data:
    """Ten inputs that are 0 or 1; the class is that of most of the first five."""
    rng = rng_of(seed, 22)
    X = rng.integers(0, 2, (2 * TRAINED + SCORED, 10)).astype(float)
    return split(X, X[:, :5].sum(axis=1) > 2, 2 * TRAINED)


def _wrong_labels(seed: int) -> Data:
    """Eighty samples with seven inputs, of which three matter, every fifth label wrong: easily memorized."""
    rng = rng_of(seed, 26)
    X = rng.standard_normal((80 + SCORED, 7))
    y = X[:, 0] * np.sign(X[:, 1]) + X[:, 2] > 0
    wrong = (rng.random(len(y)) < 0.2) & (np.arange(len(y)) < 80)
    return split(X, y ^ wrong, 80)


def _wrong_of_three(seed: int) -> Data:
    """Ninety samples of three clouds that overlap, every fourth label drawn anew."""
    rng = rng_of(seed, 27)
    centres = 1.2 * rng.standard_normal((3, 6))
    y = rng.integers(0, 3, 90 + SCORED)
    X = centres[y] + rng.standard_normal((len(y), 6))
    anew = (rng.random(len(y)) < 0.25) & (np.arange(len(y)) < 90)
    return split(X, np.where(anew, rng.integers(0, 3, len(y)), y), 90)


def _noisy_few(seed: int) -> Data:
    """Seventy noisy samples with eight inputs, of which two matter, one of them through its square."""
    rng = rng_of(seed, 28)
    X = rng.standard_normal((70 + SCORED, 8))
    y = X[:, 0] + 0.5 * X[:, 1] ** 2 + 0.7 * rng.standard_normal(len(X))
    return split(X, (y - y.mean()) / y.std(), 70)


def _very_rare(seed: int) -> Data:
    """Two classes that overlap a little, one in thirty of the second; as many of each among the samples to score."""
    rng = rng_of(seed, 23)
    y = np.r_[rng.permutation((np.arange(600) % 30 == 0).astype(int)), rng.integers(0, 2, SCORED)]
    X = rng.standard_normal((len(y), 6)) + 0.8 * y[:, np.newaxis]
    return split(X, y, 600)


def _counts(seed: int) -> Data:
    """Counts of events, whose logarithm depends on three inputs of five."""
    rng = rng_of(seed, 24)
    X = rng.standard_normal((2 * TRAINED + SCORED, 5))
    y = rng.poisson(np.exp(1.0 + 0.6 * np.tanh(X[:, 0]) + 0.5 * X[:, 1] - 0.4 * np.abs(X[:, 2])))
    return split(X, y / y.std(), 2 * TRAINED)


def _nine_classes(seed: int) -> Data:
    """Places of a grid of three by three, turned, with a little noise and two inputs of noise."""
    rng = rng_of(seed, 25)
    y = rng.integers(0, 9, 2 * TRAINED + SCORED)
    grid = np.c_[y % 3, y // 3] - 1.0 + 0.17 * rng.standard_normal((len(y), 2))
    turned = grid @ np.array([[0.8, 0.6], [-0.6, 0.8]])
    return split(np.c_[1.3 * turned, rng.standard_normal((len(y), 2))], y, 2 * TRAINED)


MORE_DATA: dict[str, Callable[[int], Data]] = {
    "doubtful classes": _doubtful_classes,
    "half noise": _half_noise,
    "several outputs": _several,
    "skewed inputs": _skewed,
    "bits": _bits,
    "wrong labels": _wrong_labels,
    "wrong of three": _wrong_of_three,
    "noisy few": _noisy_few,
    "very rare": _very_rare,
    "counts": _counts,
    "nine classes": _nine_classes,
}

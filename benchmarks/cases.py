"""What is timed: networks and batches, and arrays of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Layers = list[tuple[NDArray[Any], NDArray[Any], str]]


@dataclass(frozen=True)
class ForwardCase:
    """One network and one batch size; every hidden layer has the same activation."""

    shape: tuple[int, ...]
    hidden: str
    output: str
    batch: int
    goal: float
    dtype: str = "float32"

    @property
    def name(self) -> str:
        """How the case is called in tables."""
        dtype = "" if self.dtype == "float32" else f", {self.dtype}"
        output = "" if self.output in ("identity", self.hidden) else f" {self.output}"
        return f"{'-'.join(map(str, self.shape))} {self.hidden}{output}, {self.batch}{dtype}"

    @property
    def flops(self) -> int:
        """Floating-point operations of the matrix products: a multiplication and an addition per weight, zeros too."""
        return sum(2 * self.batch * n * m for n, m in zip(self.shape, self.shape[1:], strict=False))

    def layers(self) -> Layers:
        """Weights scaled so that signals neither vanish nor explode; the same in every process."""
        rng = np.random.default_rng(0)
        activations = [self.hidden] * (len(self.shape) - 2) + [self.output]
        return [
            (
                (rng.standard_normal((n, m)) * np.sqrt(2 / n)).astype(self.dtype),
                (rng.standard_normal(m) * 0.1).astype(self.dtype),
                h,
            )
            for n, m, h in zip(self.shape, self.shape[1:], activations, strict=False)
        ]

    def x(self) -> NDArray[Any]:
        """Samples; the same in every process."""
        return np.random.default_rng(1).standard_normal((self.batch, self.shape[0])).astype(self.dtype)


SMALL, MIDDLE, LARGE = (2, 4, 3), (50, 100, 100, 10), (784, 512, 512, 10)

FORWARD = (
    ForwardCase(SMALL, "sigmoid", "sigmoid", 1, 4.0),
    ForwardCase(SMALL, "sigmoid", "sigmoid", 5, 4.0),
    ForwardCase(SMALL, "tanh", "softmax", 1000, 1.2),
    ForwardCase((20, 32, 3), "relu", "softmax", 1000, 1.2),
    ForwardCase(MIDDLE, "relu", "identity", 1, 2.0),
    ForwardCase(MIDDLE, "relu", "identity", 200, 1.2),
    ForwardCase(MIDDLE, "relu", "identity", 10_000, 1.2),
    ForwardCase(LARGE, "relu", "identity", 1, 1.0),
    ForwardCase(LARGE, "relu", "identity", 32, 1.0),
    ForwardCase(LARGE, "relu", "identity", 1024, 1.1),
    ForwardCase(LARGE, "relu", "identity", 16_384, 1.5),
    ForwardCase(LARGE, "sigmoid", "identity", 1024, 1.2),
    ForwardCase(LARGE, "tanh", "identity", 1024, 1.2),
    ForwardCase(LARGE, "gelu", "identity", 1024, 1.2),
)


@dataclass(frozen=True)
class ElementwiseCase:
    """One activation over one array, written into an array that is there already."""

    activation: str
    dtype: str
    size: int

    @property
    def name(self) -> str:
        """How the case is called in tables."""
        return f"{self.activation} {self.dtype}, {self.size}"

    def x(self) -> NDArray[Any]:
        """Normal numbers of standard deviation 2; the same in every process."""
        return (2 * np.random.default_rng(2).standard_normal(self.size)).astype(self.dtype)


@dataclass(frozen=True)
class TrainingCase:
    """One network trained on one table: relu, softmax cross-entropy, Adam."""

    rows: int
    shape: tuple[int, ...]
    batch: int
    dtype: str
    goal_sklearn: float
    goal_fastest: float

    rate = 0.001
    epochs = 3
    """Length of the loss curve that is compared before anybody is timed."""

    @property
    def name(self) -> str:
        """How the case is called in tables."""
        return f"{self.rows} x {'-'.join(map(str, self.shape))}, {self.batch}, {self.dtype}"

    def data(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Samples and their classes, which a random network with a hidden layer gave; the same in every process."""
        rng = np.random.default_rng(3)
        X = rng.standard_normal((self.rows, self.shape[0]))
        hidden = np.tanh(X @ rng.standard_normal((self.shape[0], 16)) / np.sqrt(self.shape[0]))
        y = np.argmax(hidden @ rng.standard_normal((16, self.shape[-1])), axis=1)
        return X.astype(self.dtype), y.astype(np.int64)

    def parameters(self) -> list[tuple[NDArray[Any], NDArray[Any]]]:
        """W and b of each layer to start from; the same in every process."""
        rng = np.random.default_rng(4)
        return [
            ((rng.standard_normal((n, m)) * np.sqrt(2 / n)).astype(self.dtype), np.zeros(m, self.dtype))
            for n, m in zip(self.shape, self.shape[1:], strict=False)
        ]

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The order of the samples in an epoch, for those that can be told."""
        return np.random.default_rng([5, epoch % 8]).permutation(self.rows)


def _training(dtype: str, goals: tuple[tuple[float, float], ...]) -> tuple[TrainingCase, ...]:
    sizes = (
        (20_000, (20, 100, 2), 200),
        (20_000, (50, 64, 64, 5), 32),
        (50_000, (100, 256, 256, 10), 256),
        (20_000, (784, 512, 512, 10), 128),
    )
    return tuple(TrainingCase(*size, dtype, *goal) for size, goal in zip(sizes, goals, strict=True))


TRAINING = (
    *_training("float32", ((10, 3), (12, 2.5), (3.5, 1.7), (3, 1.2))),
    *_training("float64", ((2, 1), (2, 1), (2, 1), (2, 1))),
)

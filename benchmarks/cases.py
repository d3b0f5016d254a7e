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

    @property
    def name(self) -> str:
        """How the case is called in tables."""
        return f"{'-'.join(map(str, self.shape))} {self.hidden}, {self.batch}"

    @property
    def flops(self) -> int:
        """Floating-point operations of the matrix products: a multiplication and an addition per weight."""
        return sum(2 * self.batch * n * m for n, m in zip(self.shape, self.shape[1:], strict=False))

    def layers(self) -> Layers:
        """Weights scaled so that signals neither vanish nor explode; the same in every process."""
        rng = np.random.default_rng(0)
        activations = [self.hidden] * (len(self.shape) - 2) + [self.output]
        return [
            (
                (rng.standard_normal((n, m)) * np.sqrt(2 / n)).astype(np.float32),
                (rng.standard_normal(m) * 0.1).astype(np.float32),
                h,
            )
            for n, m, h in zip(self.shape, self.shape[1:], activations, strict=False)
        ]

    def x(self) -> NDArray[np.float32]:
        """Samples; the same in every process."""
        return np.random.default_rng(1).standard_normal((self.batch, self.shape[0])).astype(np.float32)


SMALL, MIDDLE, LARGE = (2, 4, 3), (50, 100, 100, 10), (784, 512, 512, 10)

FORWARD = (
    ForwardCase(SMALL, "sigmoid", "sigmoid", 1, 4.0),
    ForwardCase(SMALL, "sigmoid", "sigmoid", 5, 4.0),
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

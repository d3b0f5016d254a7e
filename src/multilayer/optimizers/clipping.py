"""Gradients that are too large, made smaller."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np

from multilayer._base.settings import check_settings, setting
from multilayer.optimizers.optimizer import Parameters

__all__ = ["Clip", "ClipByNorm", "ClipByValue"]


class Clip(ABC):
    """A pure function of all gradients together."""

    @abstractmethod
    def __call__(self, gradients: Parameters, /) -> Parameters:
        """Return the gradients, clipped."""

    def __post_init__(self) -> None:
        check_settings(self)


@final
@dataclass(frozen=True)
class ClipByValue(Clip):
    """Each entry is brought between -limit and limit."""

    limit: float = setting(above=0.0)

    def __call__(self, gradients: Parameters, /) -> Parameters:
        return tuple(np.clip(g, -self.limit, self.limit) for g in gradients)


@final
@dataclass(frozen=True)
class ClipByNorm(Clip):
    """All gradients together are scaled so that their common Euclidean norm is at most limit.

    References
    ----------
    Pascanu, R., Mikolov, T., Bengio, Y. (2013). On the difficulty of training recurrent neural networks. ICML.
    """

    limit: float = setting(above=0.0)

    def __call__(self, gradients: Parameters, /) -> Parameters:
        norm = math.sqrt(sum(float(np.square(g, dtype=np.float64).sum()) for g in gradients))
        # A norm that is not finite scales nothing: the step that follows reports it.
        if norm <= self.limit or not math.isfinite(norm):
            return gradients
        scale = self.limit / norm
        return tuple(g * scale for g in gradients)

"""Optimizers and gradient clipping: pure functions over the parameters W1, b1, W2, b2, ..."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer.backend.training import ClipKernel, OptimizerKernel

__all__ = ["Clip", "ClipByNorm", "ClipByValue", "InputScale", "Optimizer", "OptimizerState", "Parameters"]

Parameters = tuple[NDArray[Any], ...]
"""W1, b1, W2, b2, ..., or anything else that has a number for each of theirs."""


@dataclass(frozen=True, eq=False)
class InputScale:
    """A scale per input that is trained beside W1: the network's W1 is diag(scale) `weights`."""

    weights: NDArray[Any]
    """Of the shape of W1, which is trained in its place."""
    scale: NDArray[Any]
    """Of shape (inputs,)."""
    slots: Mapping[str, NDArray[Any]]
    """The optimizer's slots of the scale, each of its shape."""

    @staticmethod
    def start(W: NDArray[Any], slots: Sequence[str]) -> InputScale:
        """Return a scale of 1."""
        return InputScale(W, np.ones(len(W), W.dtype), dict.fromkeys(slots, np.zeros(len(W), W.dtype)))

    @staticmethod
    def from_arrays(arrays: Sequence[NDArray[Any]], slots: Sequence[str]) -> InputScale:
        """Return the scale of these `arrays`, given the names of the slots."""
        weights, scale, *own = arrays
        return InputScale(weights, scale, dict(zip(slots, own, strict=True)))

    @property
    def arrays(self) -> Parameters:
        """All of its arrays: weights, scale, and each slot."""
        return self.weights, self.scale, *self.slots.values()

    def folded(self) -> NDArray[Any]:
        """Return W1 of the network."""
        with np.errstate(all="ignore"):
            return np.asarray(self.scale[:, np.newaxis] * self.weights)

    def of(self, W: NDArray[Any]) -> InputScale:
        """Return the same for a network with this W1; where it is the folded one, nothing changes.

        An entry that is another one is divided by its scale. An input where that is not finite starts again with 1.
        """
        with np.errstate(all="ignore"):
            weights: NDArray[Any] = np.where(self.folded() == W, self.weights, W / self.scale[:, np.newaxis])
        lost = np.logical_not(np.isfinite(weights).all(axis=1))
        scale = np.where(lost, self.scale.dtype.type(1.0), self.scale)
        return InputScale(np.where(lost[:, np.newaxis], W, weights), scale, self.slots)


@dataclass(frozen=True, eq=False)
class OptimizerState:
    """The number of updates, and the slots (momentum, say): one array per parameter array each."""

    step: int
    slots: Mapping[str, Parameters]
    scale: InputScale | None = None
    """Where the inputs have a trained scale, which the slots of W1 go with."""

    def is_finite(self) -> bool:
        """Whether every number in it is finite: a squared gradient that overflows makes all later updates 0."""
        of_scale = () if self.scale is None else tuple(self.scale.slots.values())
        return all(np.isfinite(array).all() for slot in (*self.slots.values(), of_scale) for array in slot)


class Optimizer(ABC):
    """A rule that turns gradients into new parameters.

    A concrete optimizer is a frozen dataclass with the field `learning_rate`. It names its state arrays in `slots` and
    writes `formula` for one array; every operation in it keeps the array's type.
    """

    slots: ClassVar[tuple[str, ...]] = ()
    learning_rate: float

    @property
    def kernel(self) -> OptimizerKernel | None:
        """The native core's kernel; None where it has none, and NumPy updates the parameters."""
        return None

    @property
    def written(self) -> dict[str, str]:
        """What `formula` computes, in plain text: of each slot that matters, and of the weight w.

        Names are those of the fields and the slots, w, g (its gradient), rate and t; `new m` is the slot m after its
        update.
        """
        return {}

    @abstractmethod
    def formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        """Return new w and slots at update t = 1, 2, ..., given the gradient g. Nothing is changed in place."""

    @final
    def init(self, parameters: Sequence[NDArray[Any]]) -> OptimizerState:
        """Return the state before the first update: every slot zero, which takes no memory."""
        zeros = tuple(np.broadcast_to(np.zeros((), array.dtype), array.shape) for array in parameters)
        return OptimizerState(0, dict.fromkeys(self.slots, zeros))

    @final
    def update(
        self,
        gradients: Sequence[NDArray[Any]],
        state: OptimizerState,
        parameters: Sequence[NDArray[Any]],
        learning_rate: float | None = None,
    ) -> tuple[Parameters, OptimizerState]:
        """Return new parameters and the new state; the rate is the optimizer's unless given."""
        rate = self.learning_rate if learning_rate is None else learning_rate
        t = state.step + 1
        memory = [state.slots[name] for name in self.slots]
        with np.errstate(all="ignore"):
            new = [
                self.checked_formula(t, rate, w, g, *old)
                for w, g, *old in zip(parameters, gradients, *memory, strict=True)
            ]
        updated, *kept = zip(*new, strict=True)
        return updated, OptimizerState(t, dict(zip(self.slots, kept, strict=True)))

    @final
    def checked_formula(
        self, t: int, rate: float, w: NDArray[Any], g: NDArray[Any], /, *slots: NDArray[Any]
    ) -> tuple[NDArray[Any], ...]:
        """Return what `formula` does.

        Raises
        ------
        InputError
            Where that is not w and the slots, of the shape that w has.
        """
        new: Any = self.formula(t, rate, w, g, *slots)
        names = ("w", *self.slots)
        if not isinstance(new, tuple) or [np.shape(array) for array in new] != [w.shape] * len(names):
            raise InputError(
                "the optimizer {name}: formula must return a tuple, ({names}), of arrays of the shape {shape}",
                name=type(self).__name__,
                names="".join(f"{each}, " for each in names).rstrip(),
                shape=w.shape,
            )
        arrays: tuple[NDArray[Any], ...] = new
        return arrays

    def __post_init__(self) -> None:
        check_settings(self)


class Clip(ABC):
    """Gradient clipping: a pure function of all gradients together."""

    @property
    def kernel(self) -> ClipKernel | None:
        """The native core's limits; None where it has none, and NumPy clips."""
        return None

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

    @property
    def kernel(self) -> ClipKernel:
        return ClipKernel(limit=self.limit)

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

    @property
    def kernel(self) -> ClipKernel:
        return ClipKernel(norm_limit=self.limit)

    def __call__(self, gradients: Parameters, /) -> Parameters:
        with np.errstate(over="ignore"):
            norm = math.sqrt(sum(float(np.square(g, dtype=np.float64).sum()) for g in gradients))
        # A norm that is not finite scales nothing: the step that follows reports it.
        if norm <= self.limit or not math.isfinite(norm):
            return gradients
        scale = self.limit / norm
        return tuple(g * scale for g in gradients)

"""Steps of training in the native core: a whole epoch in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.backend.choice import kernel_name, native

__all__ = ["Data", "Trainer", "trainer"]

Arrays = tuple[NDArray[Any], ...]
Kernel = tuple[Callable[..., Any] | None, tuple[Any, ...]]


@dataclass(frozen=True, eq=False)
class Data:
    """Rows to train on, those that `order` names or all, `size` at a time.

    y has shape (rows, units), or (rows,) for class numbers.
    """

    X: NDArray[Any]
    y: NDArray[Any]
    weights: NDArray[np.float64] | None
    order: NDArray[np.intp] | None
    size: int


class Trainer:
    """Parameters and optimizer's memory in the core, and steps on them."""

    def __init__(self, core: Any) -> None:
        self._core = core

    def run(
        self,
        groups: tuple[Arrays, ...],
        step: int,
        data: Data,
        rates: NDArray[np.float64],
        interrupted: Callable[[], bool],
    ) -> tuple[tuple[Arrays, ...], NDArray[np.float64], bool]:
        """Make a step per batch, from the state of `groups` after `step` updates.

        `groups` are the parameters W1, b1, ... and each of the optimizer's slots. Returns the groups after the last
        step that was taken, the objective of each batch taken, and whether there was no other reason to stop than
        `interrupted`: False if the next step is not finite.
        """
        done, losses, finite = self._run(groups, step, data, rates, interrupted, -1)
        if not finite:
            # What the core holds is spoilt. The same steps again, up to the last one that was finite, give the
            # same bits; so there is no need to keep a copy of each state for a case that hardly ever comes.
            done, losses, _ = self._run(groups, step, data, rates, lambda: False, done)
        after = tuple(tuple(np.empty_like(array, order="C") for array in group) for group in groups)
        self._core.save(after)
        return after, losses[:done], finite

    def _run(
        self,
        groups: tuple[Arrays, ...],
        step: int,
        data: Data,
        rates: NDArray[np.float64],
        interrupted: Callable[[], bool],
        most: int,
    ) -> tuple[int, NDArray[np.float64], bool]:
        self._core.load(tuple(tuple(map(np.ascontiguousarray, group)) for group in groups), step)
        done, losses, finite = self._core.run(
            data.X, data.y, data.weights, data.order, data.size, rates, interrupted, most
        )
        return done, losses, finite


def trainer(
    dtype: np.dtype[Any],
    shapes: Sequence[tuple[int, int]],
    activations: Sequence[Kernel],
    loss: dict[str, Any],
    optimizer: dict[str, Any],
    **settings: float,
) -> Trainer | None:
    """Return a trainer for layers of these (inputs, units), or None where the core has no kernel for something.

    `activations` are kernels and their parameters; a kernel of None is the identity, for an output activation that
    is fused with the loss. The other arguments are those of the core's `Trainer`.
    """
    core = native()
    if core is None or dtype not in (np.float32, np.float64):
        return None
    layers = []
    for (inputs, units), (kernel, parameters) in zip(shapes, activations, strict=True):
        name = "identity" if kernel is None else kernel_name(kernel)
        if name is None or any(np.ndim(value) for value in parameters):
            return None
        layers.append((inputs, units, name, tuple(map(float, parameters))))
    return Trainer(core.Trainer(dtype=dtype, layers=tuple(layers), **loss, **optimizer, **settings))

"""Steps of training in the native core: many in one call, or one in stages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.backend.choice import kernel_name, native_or_warn

__all__ = ["Data", "Kernel", "Trainer", "kernel", "trainer"]

Arrays = tuple[NDArray[Any], ...]
Kernel = tuple[str, tuple[float, ...]]
Layer = tuple[int, int, Kernel | None, Kernel | None, float]
"""Inputs, units, the kernels that go forward and back, and the share of dropout.

Without a kernel to go forward the caller computes the activation; the second is given where it is another.
"""


@dataclass(frozen=True, eq=False)
class Data:
    """Rows to train on, those that `order` names or all, `size` at a time.

    y has shape (rows, units), or (rows,) for class numbers; None where the caller computes the loss. `keys` of dropout
    are one per batch and hidden layer.
    """

    X: NDArray[Any]
    y: NDArray[Any] | None
    weights: NDArray[np.float64] | None
    order: NDArray[np.intp] | None
    size: int
    keys: NDArray[np.uint64] | None

    @property
    def as_tuple(self) -> tuple[Any, ...]:
        """What the core takes."""
        keys = None if self.keys is None or not self.keys.size else self.keys.ravel()
        return self.X, self.y, self.weights, self.order, self.size, keys


def kernel(function: Callable[..., Any] | None, parameters: Sequence[Any]) -> Kernel | None:
    """Return name and parameters of the native kernel that `function` is, or None if it is something else."""
    name = kernel_name(function)
    return None if name is None else (name, tuple(map(float, parameters)))


class Trainer:
    """Parameters and optimizer's memory in the core, and steps on them.

    What it keeps is called "weights", "slot1", "slot2" and "gradient"; each is W1, b1, W2, b2, ... in arrays.
    """

    def __init__(self, core: Any, dtype: np.dtype[Any], layers: Sequence[Layer], slots: int) -> None:
        self.core = core
        self.dtype = dtype
        self.slots = ("slot1", "slot2")[:slots]
        self.units = tuple(units for _, units, *_ in layers)
        self._shapes = [shape for inputs, units, *_ in layers for shape in ((inputs, units), (units,))]

    def load(self, groups: Sequence[Arrays], step: int) -> None:
        """Take parameters and slots as they are after `step` updates."""
        weights, *slots = groups
        self.put("weights", weights)
        for what, group in zip(self.slots, slots, strict=True):
            if any(map(np.any, group)):  # they are 0 already
                self.put(what, group)
        self.core.begin(step)

    def put(self, what: str, arrays: Arrays) -> None:
        """Take what it keeps under one name."""
        self.core.load(what, tuple(np.ascontiguousarray(array, self.dtype) for array in arrays))

    def get(self, what: str) -> Arrays:
        """Return what it keeps under one name, in arrays of their own."""
        arrays = tuple(np.empty(shape, self.dtype) for shape in self._shapes)
        self.core.save(what, arrays)
        return arrays

    def run(
        self, data: Data, rates: NDArray[np.float64], interrupted: Callable[[], bool]
    ) -> tuple[NDArray[np.float64], bool]:
        """Make a step per batch.

        Returns the objective of each batch taken, and whether there was no other reason to stop than `interrupted`:
        False if the next step is not finite, and was not made.
        """
        done, losses, finite = self.core.run(data.as_tuple, rates, interrupted)
        return losses[:done], finite

    def read(self, what: str, layer: int, rows: int) -> NDArray[Any]:
        """Return "a", "z" or "da" of a layer, of the step that is open."""
        array = np.empty((rows, self.units[layer]), self.dtype)
        self.core.read(what, layer, array)
        return array

    def write(self, what: str, layer: int, array: NDArray[Any]) -> None:
        """Replace "z" or "da" of a layer."""
        self.core.write(what, layer, np.ascontiguousarray(array, self.dtype))


def trainer(dtype: np.dtype[Any], layers: Sequence[Layer], slots: int, **settings: Any) -> Trainer | None:
    """Return a trainer for these layers and the core's settings; None where there is no core for them."""
    core = native_or_warn()
    if core is None or dtype not in (np.float32, np.float64):
        return None
    return Trainer(core.Trainer(dtype=dtype, layers=tuple(layers), **settings), dtype, layers, slots)

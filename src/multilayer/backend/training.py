"""Training steps in the native core: many in one call, or one in stages."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.backend.choice import kernel_name, native_or_warn

__all__ = [
    "ActivationKernel",
    "ClipKernel",
    "LossKernel",
    "OptimizerKernel",
    "Rows",
    "Trainer",
    "activation_kernel",
    "trainer",
]

Arrays = tuple[NDArray[Any], ...]
ActivationKernel = tuple[str, tuple[float, ...]]
"""Name and parameters."""
Layer = tuple[int, int, ActivationKernel | None, ActivationKernel | None, float, float, float, float]
"""Inputs, units, the kernels for the forward and the backward pass, the dropout rate, and how the layer is trained.

These are the factors of the rate of weights and biases, and what the optimizer sees the weights multiplied by.

Without a forward kernel the caller computes the activation; a backward kernel is given only where it is another one.
"""


@dataclass(frozen=True)
class LossKernel:
    """A loss of the core by its name there, of targets target_scale * y + target_offset."""

    loss: str
    loss_parameter: float = 0.0
    target_scale: float = 1.0
    target_offset: float = 0.0


@dataclass(frozen=True)
class OptimizerKernel:
    """An update rule of the core by its name there."""

    rule: str
    decay1: float = 0.0
    decay2: float = 0.0
    epsilon: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0


@dataclass(frozen=True)
class ClipKernel:
    """The limits of each entry of the gradient, and of its norm."""

    limit: float = math.inf
    norm_limit: float = math.inf


_ANY_LOSS = LossKernel("squared")
"""A trainer has a loss, even where the caller computes it."""
_NO_RULE = OptimizerKernel("own")
"""The caller updates the parameters."""
_NO_LIMITS = ClipKernel()


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows to train on, those that `order` names or all, `size` at a time.

    y has shape (rows, units), or (rows,) for class numbers; None where the caller computes the loss. There is a dropout
    key per batch and hidden layer.
    """

    X: NDArray[Any]
    y: NDArray[Any] | None
    weights: NDArray[np.float64] | None
    order: NDArray[np.intp] | None
    size: int
    keys: NDArray[np.uint64] | None = None

    @property
    def batches(self) -> int:
        """Number of batches."""
        return math.ceil((len(self.X) if self.order is None else len(self.order)) / self.size)

    @property
    def as_tuple(self) -> tuple[Any, ...]:
        """The samples as the core takes them."""
        keys = None if self.keys is None or not self.keys.size else self.keys.ravel()
        return self.X, self.y, self.weights, self.order, self.size, keys


def activation_kernel(
    function: Callable[..., Any] | None, parameters: Sequence[Any]
) -> ActivationKernel | None:
    """Return name and parameters of the native kernel that `function` is, or None if it is something else."""
    name = kernel_name(function)
    return None if name is None else (name, tuple(map(float, parameters)))


class Trainer:
    """Parameters and optimizer state in the core, and training steps there.

    Arrays of the shapes of W1, b1, W2, b2, ... are kept under the names "weights", "slot1", "slot2" and "gradient".

    A step in stages is `open`, `forward`, `compute_loss` or `write_values`, `backward`, `find_gradients` (where the
    gradient is clipped or used by the caller) and `update`; a stage out of order is an error.
    """

    def __init__(
        self,
        core: Any,
        dtype: np.dtype[Any],
        layers: Sequence[Layer],
        slots: int,
        scales_inputs: bool = False,
    ) -> None:
        self._core = core
        self._fresh = True
        self.dtype = dtype
        self.slots = ("slot1", "slot2")[:slots]
        self.units = tuple(units for _, units, *_ in layers)
        self.scales_inputs = scales_inputs
        self._shapes: list[tuple[int, ...]] = [
            shape for inputs, units, *_ in layers for shape in ((inputs, units), (units,))
        ]

    @property
    def steps(self) -> int:
        """Updates so far."""
        count: int = self._core.steps
        return count

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays in the core: packed parameters, optimizer state, and the activations of a batch."""
        count: int = self._core.nbytes
        return count

    def load(self, parameters: Arrays, slots: Sequence[Arrays], step: int, scale: Arrays = ()) -> None:
        """Load parameters, slots and what `get_scale` returns as they are after `step` updates."""
        self.put("weights", parameters)
        for what, group in zip(self.slots, slots, strict=True):
            if not self._fresh or any(map(np.any, group)):  # at first they are 0 already
                self.put(what, group)
        self._fresh = False
        if self.scales_inputs:
            self._core.load_scale(tuple(np.ascontiguousarray(array, self.dtype) for array in scale))
        self.begin(step)

    def put(self, what: str, arrays: Arrays) -> None:
        """Replace the arrays of one name."""
        self._core.load(what, tuple(np.ascontiguousarray(array, self.dtype) for array in arrays))

    def get(self, what: str, into: Arrays | None = None) -> Arrays:
        """Return the numbers of one name, in new arrays or in these."""
        arrays = tuple(np.empty(shape, self.dtype) for shape in self._shapes) if into is None else into
        self._core.save(what, arrays)
        return arrays

    def get_scale(self) -> Arrays:
        """Return new arrays with U and s of W1 = diag(s) U, and the slots of s."""
        shape = self._shapes[0]
        shapes = (shape, *[shape[:1]] * (1 + len(self.slots)))
        arrays = tuple(np.empty(shape, self.dtype) for shape in shapes)
        self._core.save_scale(arrays)
        return arrays

    def begin(self, step: int) -> None:
        """Get ready for the next step, after `step` updates."""
        self._core.begin(step)

    def close(self) -> None:
        """End training; `get` still works."""
        self._core.close()

    def release(self, what: str) -> None:
        """Free the arrays of one name."""
        self._core.release(what)

    def run(
        self, samples: Rows, rates: NDArray[np.float64], interrupted: Callable[[], bool]
    ) -> tuple[NDArray[np.float64], bool]:
        """Run one step per batch, with the rates of each in a row: of learning, and factors of dropout and decay.

        Returns the objective of each batch taken, and whether only `interrupted` ended the run: False if the next step
        is not finite, and was not made.
        """
        done, losses, finite = self._core.run(samples.as_tuple, rates.ravel(), interrupted)
        return losses[:done], finite

    def open(self, samples: Rows, batch: int = 0, rates: Sequence[float] = (0.0,)) -> None:
        """Begin the step of one batch: gather its rows."""
        self._core.open(samples.as_tuple, batch, *rates)

    def forward(self, layer: int) -> int:
        """Go forward from a layer to the next whose z the caller writes, and return it; at the end, their number."""
        reached: int = self._core.forward(layer)
        return reached

    def compute_loss(self) -> None:
        """Compute the loss, and da of the last layer; dz where the caller computes its activation."""
        self._core.compute_loss()

    def write_values(self, values: NDArray[Any]) -> None:
        """Take the loss of each row from the caller."""
        self._core.write_values(values.astype(np.float64))

    def backward(self, layer: int) -> int:
        """Go back from da of a layer to the next whose dz the caller turns into da, and return it; at the beginning,
        the number of layers.
        """
        reached: int = self._core.backward(layer)
        return reached

    def objective(self) -> float:
        """Return the objective of the open batch."""
        value: float = self._core.objective()
        return value

    def find_gradients(self) -> None:
        """Compute the "gradient"."""
        self._core.find_gradients()

    def update(self) -> bool:
        """Update the parameters; False, with nothing changed, if that is not finite."""
        finite: bool = self._core.update()
        return finite

    def read(self, what: str, layer: int, rows: int) -> NDArray[Any]:
        """Return "a", "z" or "da" of a layer, of the open step."""
        array = np.empty((rows, self.units[layer]), self.dtype)
        self._core.read(what, layer, array)
        return array

    def write(self, what: str, layer: int, array: NDArray[Any]) -> None:
        """Replace "z" or "da" of a layer."""
        self._core.write(what, layer, np.ascontiguousarray(array, self.dtype))


def trainer(
    dtype: np.dtype[Any],
    layers: Sequence[Layer],
    slots: int = 0,
    *,
    loss: LossKernel | None = None,
    fused: bool = False,
    rule: OptimizerKernel | None = None,
    clip: ClipKernel | None = _NO_LIMITS,
    **numbers: float,
) -> Trainer | None:
    """Return a trainer for these layers; None where there is no core for them.

    What is None the caller computes; `fused`: the last activation is part of the loss. `numbers` are the core's other
    settings, by name.
    """
    core = native_or_warn()
    if core is None or dtype not in (np.float32, np.float64):
        return None
    kernels = (loss or _ANY_LOSS, rule or _NO_RULE, clip or _NO_LIMITS)
    named = {name: value for kernel in kernels for name, value in asdict(kernel).items()}
    named |= {"from_sums": fused, "own_clip": clip is None, **numbers}
    made = core.Trainer(dtype=dtype, layers=tuple(layers), settings=named)
    return Trainer(made, dtype, layers, slots, scales_inputs=made.scales_inputs)

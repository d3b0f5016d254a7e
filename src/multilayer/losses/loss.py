"""What every loss is: per-sample values, and the gradient with respect to the last weighted sums."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.data_frames import numbers
from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings
from multilayer._base.translation import N_, translated
from multilayer.activations.activation import Activation, Interval
from multilayer.backend.training import LossKernel
from multilayer.losses.output_checks import check_outputs, check_varies

__all__ = ["Array", "Loss", "LossFacts"]


Array = NDArray[np.float64]


_SHAPE = N_("y has shape {shape}; a network with {units} outputs needs {expected}")
_SHAPE_OF_NUMBERS = N_(
    "y has shape {shape}; a network with {units} outputs needs {expected}; where these are class numbers, "
    "take the loss categorical_cross_entropy"
)


@dataclass(frozen=True)
class LossFacts:
    """What is known of a loss without computing it."""

    name: str
    """The name that `get` and files know."""
    formula: str
    """l(z, y) of one output, in plain text."""
    derivative: str
    """dl/dz in plain text."""
    latex: str
    """l(z, y) in LaTeX."""
    outputs: Interval = Interval(-math.inf, math.inf)  # noqa: RUF009  (frozen)
    """What the network's outputs z have to lie in."""
    targets: Interval = Interval(-math.inf, math.inf)  # noqa: RUF009  (frozen)
    """What the targets y have to lie in."""
    distribution: bool = False
    """Whether the outputs have to be the probabilities of classes that exclude each other: they sum to 1."""
    advice: str = ""
    """The output activation to use, for the message about one that does not fit."""
    aliases: tuple[str, ...] = ()
    """Other names that `get` accepts."""
    source: str = ""
    """The paper or standard that defines it."""
    fused_derivative: str = ""
    """dl/da in plain text, where the loss is fused with the output activation."""


class Loss(ABC):
    """A loss l(z, y): how far outputs z are from targets y, summed over the outputs of a sample.

    Training takes the mean over samples; a sample's weight is its part in that mean.

    A concrete loss is a frozen dataclass whose fields are its parameters. It writes `formula` and
    `derivative_formula` for float64 arrays; where activation and loss are one stable function of the weighted
    sums a (softmax and cross-entropy, say), it names those activations in `fused_activations` and writes
    `fused_formula` and `fused_derivative_formula` as well. NumPy's floating-point warnings are off while they run.
    """

    fused_activations: ClassVar[tuple[type[Activation], ...]] = ()
    """Output activations that are fused with this loss."""

    @property
    @abstractmethod
    def facts(self) -> LossFacts:
        """Name, formulas, what outputs and targets have to be."""

    @abstractmethod
    def formula(self, z: Array, y: Array, /) -> Array:
        """Return l(z, y) element by element."""

    @abstractmethod
    def derivative_formula(self, z: Array, y: Array, /) -> Array:
        """Return dl/dz element by element."""

    def kernel(self, units: int) -> LossKernel | None:
        """Return the native core's kernel for so many outputs; None where it has none, and NumPy computes the loss."""
        return None

    def fused_formula(self, a: Array, y: Array, /) -> Array:
        """Return l(h(a), y) element by element, for the activations in `fused_activations`."""
        raise NotImplementedError

    def fused_derivative_formula(self, a: Array, y: Array, /) -> Array:
        """Return dl(h(a), y)/da, for the activations in `fused_activations`."""
        raise NotImplementedError

    def dense(self, y: NDArray[Any], units: int) -> Array:
        """Return prepared targets as float64 numbers of shape (samples, units)."""
        return y.astype(np.float64, copy=False)

    def targets(self, y: ArrayLike, units: int) -> NDArray[Any]:
        """Return targets as training takes them: checked, of shape (samples, units).

        With one output unit, (samples,) will do as well.

        Raises
        ------
        InputError
            When shape, type or range do not fit.
        """
        array = numbers("y", y)
        if array.ndim == 1 and units == 1:
            array = array[:, np.newaxis]
        if array.ndim != 2 or array.shape[1] != units:
            expected = "(samples,) or (samples, 1)" if units == 1 else f"(samples, {units})"
            raise InputError(
                _SHAPE if array.ndim != 1 else _SHAPE_OF_NUMBERS,
                shape=array.shape,
                units=units,
                expected=expected,
            )
        self._check_range(array)
        return array

    def targets_of_classes(self, numbers: NDArray[np.int64], units: int) -> NDArray[Any]:
        """Return class numbers as targets: a column of them for one output unit, else rows with a 1 for the class."""
        return self.targets(numbers if units == 1 else np.eye(units)[numbers], units)

    @final
    def check(self, activation: Activation, units: int) -> None:
        """Refuse outputs that this loss has no meaning for, and outputs that are constant.

        Raises
        ------
        InputError
            Naming both, and an activation that fits.
        """
        self.check_units(units)
        check_varies(activation, units)
        if not isinstance(activation, self.fused_activations):
            facts = self.facts
            check_outputs(facts.name, facts.outputs, facts.distribution, activation, translated(facts.advice))

    @final
    def check_units(self, units: int) -> None:
        """Refuse a single output unit where each class needs its own."""
        if self.facts.distribution and units < 2:
            raise InputError(
                "{name} needs an output unit per class, at least 2; this network has "
                "{units}; use sigmoid and binary_cross_entropy for a single one",
                name=self.facts.name,
                units=units,
            )

    @final
    def values(
        self, y: NDArray[Any], a: NDArray[Any], z: NDArray[Any], activation: Activation
    ) -> NDArray[Any]:
        """Return the loss of each sample, in the type of z.

        Parameters
        ----------
        y : array
            Targets, as `targets` prepares them.
        a, z : array, shape (samples, units)
            Weighted sums and outputs of the last layer.
        activation : Activation
            Its activation.
        """
        t = self.dense(y, z.shape[-1])
        with np.errstate(all="ignore"):
            if isinstance(activation, self.fused_activations):
                each = self.fused_formula(a.astype(np.float64, copy=False), t)
            else:
                each = self.formula(z.astype(np.float64, copy=False), t)
                self._check_shape("formula", each, z)
            summed: NDArray[Any] = each.sum(axis=-1).astype(z.dtype, copy=False)
            return summed

    @final
    def dz(self, y: NDArray[Any], z: NDArray[Any]) -> NDArray[Any]:
        """Return the gradient of each sample's loss with respect to its outputs z, in their type."""
        with np.errstate(all="ignore"):
            gradient = self.derivative_formula(z.astype(np.float64, copy=False), self.dense(y, z.shape[-1]))
            self._check_shape("derivative_formula", gradient, z)
            return gradient.astype(z.dtype, copy=False)

    @final
    def da(self, y: NDArray[Any], a: NDArray[Any], z: NDArray[Any], activation: Activation) -> NDArray[Any]:
        """Return the gradient of each sample's loss with respect to its weighted sums a, in their type.

        Directly where the activation is one of `fused_activations`, through dz and the activation's vjp otherwise.
        """
        if not isinstance(activation, self.fused_activations):
            with np.errstate(all="ignore"):
                return activation.vjp(a, z, self.dz(y, z))
        with np.errstate(all="ignore"):
            t = self.dense(y, z.shape[-1])
            gradient = self.fused_derivative_formula(a.astype(np.float64, copy=False), t)
            return gradient.astype(a.dtype, copy=False)

    def _check_shape(self, method: str, found: Any, z: NDArray[Any]) -> None:
        """Refuse what a user-defined loss returns where it is not a number for each output."""
        if np.shape(found) != z.shape:
            raise InputError(
                "the loss {name}: {method} must return an array of the shape of z, {shape}; found {found}",
                name=self.facts.name,
                method=method,
                shape=z.shape,
                found=np.shape(found),
            )

    def _check_range(self, y: NDArray[Any]) -> None:
        need = self.facts.targets
        fits = (need.low <= y) & (y <= need.high) & np.isfinite(y)
        if not fits.all():
            place = np.argwhere(~fits)[0]
            raise InputError(
                "y, sample {place}: {name} needs finite targets in {need}; found {found}",
                place=place[0] + 1,
                name=self.facts.name,
                need=need,
                found=y[tuple(place)],
            )

    def __post_init__(self) -> None:
        check_settings(self)

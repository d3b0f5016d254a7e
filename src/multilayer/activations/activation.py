"""What every activation is: a frozen dataclass of parameters, its facts, its value, derivative and vjp."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.fields import check_settings

__all__ = ["Activation", "Array", "Facts", "Interval"]

Array = NDArray[np.float64]
"""What formulas take and return."""


@dataclass(frozen=True)
class Interval:
    """The outputs of an activation: between `low` and `high`; `closed` says which ends are reached."""

    low: float
    high: float
    closed: tuple[bool, bool] = (False, False)

    def __str__(self) -> str:
        left, right = "[" if self.closed[0] else "(", "]" if self.closed[1] else ")"
        return f"{left}{_number(self.low)}, {_number(self.high)}{right}"


def _number(value: float) -> str:
    return f"{value:g}".replace("inf", "∞")


@dataclass(frozen=True)
class Facts:
    """What is known of an activation without computing it. A fact that does not apply is left out."""

    name: str
    """The name in files and on the command line."""
    formula: str
    """h(a) in plain text, for a terminal."""
    derivative: str
    """h'(a) in plain text."""
    latex: str
    """h(a) in LaTeX."""
    range: Interval
    """The values it takes, for these parameters."""
    kinks: tuple[float, ...] = ()
    """Where the derivative jumps or does not exist."""
    aliases: tuple[str, ...] = ()
    """Other names that `get` accepts."""
    onnx: str | None = None
    """The ONNX operator that computes exactly this, if there is one."""
    source: str = ""
    """The paper or standard that defines it."""
    trainable: bool = True
    """False when the derivative is 0 almost everywhere, so that backpropagation cannot train through it."""
    distribution: bool = False
    """Whether the outputs of a sample are the probabilities of mutually exclusive classes: they sum to 1."""


class Activation(ABC):
    """An activation function h: `h(x)`, `h.derivative(x)`, `h.vjp(a, z, dz)` and `h.facts`.

    There are two kinds: `Elementwise` and `AlongAxis`. A concrete activation derives from one of them as a frozen
    dataclass whose fields are its parameters, declared by `setting`, and supplies facts and NumPy formulas. `Custom`
    makes one from two functions.
    """

    @property
    @abstractmethod
    def facts(self) -> Facts:
        """Name, formulas, range, kinks and source, for these parameters."""

    @abstractmethod
    def __call__(self, x: Any, /, *, out: NDArray[Any] | None = None) -> Any:
        """Return h(x), in `out` if that is given."""

    @abstractmethod
    def derivative(self, x: Any, /) -> Any:
        """Return h'(x): elementwise, or the Jacobian of each row."""

    @abstractmethod
    def vjp(self, a: ArrayLike, z: ArrayLike, dz: ArrayLike) -> NDArray[Any]:
        """Return the gradient with respect to a, given the gradient dz with respect to z = h(a)."""

    @classmethod
    def parameter_names(cls) -> tuple[str, ...]:
        """The names of the parameters, in order: the fields declared by `setting`."""
        if not dataclasses.is_dataclass(cls):
            return ()
        return tuple(field.name for field in dataclasses.fields(cls) if "limits" in field.metadata)

    @property
    def kernel(self) -> Callable[..., Any] | None:
        """The function of x and the parameters that computes h, by which the core recognizes its own."""
        return None

    @cached_property
    def parameters(self) -> tuple[np.float64 | NDArray[np.float64], ...]:
        """The parameters in the order of the fields, as the kernels take them."""
        values = (getattr(self, name) for name in self.parameter_names())
        return tuple(np.float64(v) if isinstance(v, float) else np.array(v, np.float64) for v in values)

    def __post_init__(self) -> None:
        check_settings(self)

    def __reduce__(self) -> tuple[Any, ...]:
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return type(self), tuple(getattr(self, field.name) for field in fields)

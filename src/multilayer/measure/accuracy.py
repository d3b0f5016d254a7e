"""How far float32 results are from the exact ones: a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation, AlongAxis, Elementwise
from multilayer.measure.contract import Effort, NotMeasured, Property, shown
from multilayer.measure.sweep import floats

__all__ = ["Accuracy"]

_SAMPLES = 20_000


@dataclass(frozen=True)
class Accuracy(Property):
    """The largest error of h(a) in float32, in units in the last place, against its formula in float64.

    A sample: floats of all magnitudes and 20,000 normal ones. The native core's own tests take all 2^32.
    """

    name: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "float32 accuracy"
    headings: ClassVar[tuple[str, ...]] = ("ulp in float32",)
    only_elementwise: ClassVar[bool] = False

    ulp: float
    samples: int

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Compare both types at the same numbers."""
        draws = np.random.default_rng(effort.seed).normal(0.0, 3.0, _SAMPLES).astype(np.float32)
        if isinstance(activation, Elementwise):
            a = np.concatenate([floats(activation.facts.kinks, np.float32), draws])
            exact = _quiet(activation, a.astype(np.float64), *activation.parameters)
        elif isinstance(activation, AlongAxis):
            a = draws.reshape(-1, 10)
            exact = _quiet(activation, a.astype(np.float64))
        else:
            return NotMeasured(f"{activation.facts.name} is made of two activations; measure them one by one")
        error = _ulps(np.asarray(activation(a)), exact)
        return cls(float(error.max()), a.size)

    def lines(self) -> tuple[str, ...]:
        return (f"{shown(self.ulp, 3)} ulp at worst, of {self.samples} samples",)

    def cells(self) -> tuple[str, ...]:
        return (shown(self.ulp, 2),)


def _quiet(activation: Elementwise | AlongAxis, *operands: Any) -> NDArray[np.float64]:
    with np.errstate(all="ignore"):
        return activation.formula(*operands)


def _ulps(found: NDArray[np.float32], exact: NDArray[np.float64]) -> NDArray[np.float64]:
    """Errors in units in the last place of float32 at the exact result; none where both are nan, or overflow alike."""
    limits = np.finfo(np.float32)
    with np.errstate(all="ignore"):
        rounded = exact.astype(np.float32)
        size = np.clip(np.abs(exact), float(limits.smallest_normal), float(limits.max))
        unit = np.ldexp(1.0, np.frexp(size)[1] - 1 - limits.nmant)
        error = np.abs(found.astype(np.float64) - exact) / unit
    alike = (found == rounded) & ~np.isfinite(rounded) | (np.isnan(found) & np.isnan(exact))
    return np.where(alike, 0.0, error)

"""How often the derivative is exactly 0, so that nothing at all is learned from an input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from multilayer.activations import Activation
from multilayer.measure.contract import Effort, NotMeasured, Property, percent, span
from multilayer.measure.normal import mass
from multilayer.measure.sweep import floats, regions, share_of_floats

__all__ = ["ZeroDerivative"]


@dataclass(frozen=True)
class ZeroDerivative(Property):
    """Where h'(a) is exactly 0 as computed: by definition, as for relu, or by underflow, as for sigmoid.

    Single zeros (of gelu, say, at its lowest point) do not count.
    """

    name: ClassVar[str] = "zero_derivative"
    title: ClassVar[str] = "derivative exactly 0"
    headings: ClassVar[tuple[str, ...]] = ("h' = 0 under N(0,1)",)

    regions: tuple[tuple[float, float], ...]
    """In float64."""
    probability: float
    """That a standard normal a lies there."""
    share_float64: float
    """The share of all finite float64 numbers that lie there."""
    share_float32: float
    """The same of float32 numbers, with the derivative computed in float32."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
        """Find the regions in both types."""
        wide, narrow = (_zeros(activation, kind) for kind in (np.float64, np.float32))
        shares = (share_of_floats(wide, np.float64), share_of_floats(narrow, np.float32))
        return cls(wide, mass(wide), *shares)

    def lines(self) -> tuple[str, ...]:
        if not self.regions and not self.share_float32:
            return ("nowhere",)
        where = ", ".join(span(*region, digits=6) for region in self.regions) or "nowhere in float64"
        return (
            f"{where}; probability under N(0, 1): {self.cells()[0]}",
            f"{percent(self.share_float64)} of all float64 numbers, {percent(self.share_float32)} of float32",
        )

    def cells(self) -> tuple[str, ...]:
        # Under a normal distribution nothing underflows; but that it would, far out, is not "nowhere".
        return (percent(max(self.probability, 1e-300) if self.regions else 0.0),)


def _zeros(activation: Activation, kind: Any) -> tuple[tuple[float, float], ...]:
    points = floats(activation.facts.kinks, kind)
    return regions(lambda a: np.asarray(activation.derivative(a)) == 0, points, least=4)

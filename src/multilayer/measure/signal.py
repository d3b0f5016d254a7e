"""The size of a signal after a layer of random weights: the variance map, its fixed points, and the mean output."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar, Literal, Self

import numpy as np

from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.activations import Activation
from multilayer.initializers import Scaled, for_activation
from multilayer.measure.property import Effort, NoFigure, Property, shown, texts
from multilayer.measure.sweep import mean

__all__ = ["Centre", "FixedPoint", "VarianceMap", "fixed_variance"]

Stability = Literal["attracts", "repels", "neutral"]
_GRID = np.logspace(-6.0, 6.0, 61)
_LAYERS = 50
# Closer than this a variance is kept; `for_activation` chooses its weights with an integral good to 1e-6.
_SAME = 2e-6

_KEEPS = N_(
    "V(q) = q for all q: each layer keeps the variance (weights of {initializer}: s^2 = {weight_variance})"
)
_AFTER = N_("from 1 to {after_50} in 50 layers; weights of {initializer}: s^2 = {weight_variance}")
_FIXED_POINT: dict[Stability, str] = {
    "attracts": N_("q = {variance} attracts (slope {slope}, gradients x {factor} per layer)"),
    "repels": N_("q = {variance} repels (slope {slope}, gradients x {factor} per layer)"),
    "neutral": N_("q = {variance} neutral (slope {slope}, gradients x {factor} per layer)"),
}
_ZERO_CENTRED = N_("{mean} ± {std} under N(0, 1): zero-centred")
_NOT_CENTRED = N_("{mean} ± {std} under N(0, 1): not zero-centred, {constant} of its power is the mean")
_AT_FIXED_POINT: dict[Stability, str] = {
    "attracts": N_(
        "{fixed_mean} under N(0, {fixed_variance}), the fixed point of the variance map, which attracts"
    ),
    "repels": N_(
        "{fixed_mean} under N(0, {fixed_variance}), the fixed point of the variance map, which repels"
    ),
    "neutral": N_(
        "{fixed_mean} under N(0, {fixed_variance}), the fixed point of the variance map, which neither attracts "
        "nor repels"
    ),
}


@dataclass(frozen=True)
class FixedPoint:
    """A variance that a layer leaves unchanged, and its effect on one nearby."""

    variance: float
    slope: float
    """dV/dq there: by how much a layer changes a small distance from it."""
    stability: Stability
    gradient: float
    """By how much a layer multiplies the mean square of a gradient there."""


@dataclass(frozen=True)
class VarianceMap(Property):
    r"""V(q) = s^2 E[h(sqrt(q) z)^2], z standard normal: the variance of the next layer's a, for wide layers.

    s^2 is inputs times the variance of a weight, of the initializer that `initializers.for_activation` chooses for a
    layer with as many units as inputs. Biases are 0.

    References
    ----------
    Poole, B., Lahiri, S., Raghu, M., Sohl-Dickstein, J., Ganguli, S. (2016). Exponential expressivity in deep neural
    networks through transient chaos. NIPS.
    """

    name: ClassVar[str] = "signal"
    title: ClassVar[str] = N_("variance map")
    headings: ClassVar[tuple[str, ...]] = (N_("fixed variance"),)

    initializer: str
    weight_variance: float
    """s^2, inputs times the variance of a weight."""
    q: tuple[float, ...]
    mapped: tuple[float, ...]
    """V(q)."""
    keeps_every: bool
    """Whether V(q) = q for all q."""
    fixed_points: tuple[FixedPoint, ...]
    """In ascending order; 0 among them where h(0) = 0. Empty where every q is one."""
    after_50: float
    """The variance after 50 layers, from 1."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Integrate on a grid, and bisect where V(q) crosses q."""
        chosen = for_activation(activation)
        mapped = [_next(activation, q) for q in _GRID]
        keeps = bool(np.all(np.abs(np.array(mapped) / _GRID - 1.0) < _SAME))
        q = 1.0
        for _ in range(_LAYERS):
            q = _next(activation, q)
        fixed = () if keeps else _fixed_points(activation)
        return cls(repr(chosen), _power(activation), tuple(_GRID.tolist()), tuple(mapped), keeps, fixed, q)

    def lines(self) -> tuple[str, ...]:
        if self.keeps_every:
            return (fill(_KEEPS, **texts(self)),)
        points = "; ".join(
            fill(_FIXED_POINT[point.stability], **texts(point), factor=shown(math.sqrt(point.gradient)))
            for point in self.fixed_points
        )
        return fill("fixed points: {points}", points=points or fill("none")), fill(_AFTER, **texts(self))

    def cells(self) -> tuple[str, ...]:
        if self.keeps_every:
            return (fill("any"),)
        found = (
            fill(
                "{variance} repels" if point.stability == "repels" else "{variance}",
                variance=shown(point.variance, 3),
            )
            for point in self.fixed_points
            if point.variance or point.stability != "repels"
        )
        return (", ".join(found) or fill("none"),)


@dataclass(frozen=True)
class Centre(Property):
    """E[h(a)] for a standard normal a, and for the variance at the fixed point of the variance map; by quadrature."""

    name: ClassVar[str] = "centre"
    title: ClassVar[str] = N_("mean output")
    headings: ClassVar[tuple[str, ...]] = (N_("mean output"),)

    mean: float
    std: float
    """The standard deviation of h(a), for a standard normal a."""
    constant_fraction: float
    """E[h]^2 / E[h^2]: the fraction of the signal's power that is constant."""
    zero_centred: bool
    """Whether the mean is 0 to rounding."""
    fixed_variance: float | None
    """The fixed point of the variance map that signals of variance 1 start from or move to, if there is one."""
    fixed_stability: Stability | None
    fixed_mean: float | None
    """E[h(a)] for that variance."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Integrate."""
        kinks = activation.facts.kinks
        first = mean(activation, 1.0, kinks)
        second = mean(lambda a: np.square(activation(a)), 1.0, kinks)
        variance = mean(lambda a: np.square(np.asarray(activation(a)) - first), 1.0, kinks)
        fixed = fixed_variance(activation)
        return cls(
            mean=first,
            std=math.sqrt(variance),
            constant_fraction=first * first / second if second else math.nan,
            zero_centred=abs(first) <= 1e-14 * math.sqrt(second),
            fixed_variance=None if fixed is None else fixed.variance,
            fixed_stability=None if fixed is None else fixed.stability,
            fixed_mean=None if fixed is None else mean(activation, math.sqrt(fixed.variance), kinks),
        )

    def lines(self) -> tuple[str, ...]:
        exact = replace(self, mean=0.0, fixed_mean=0.0) if self.zero_centred else self
        figures = texts(exact) | {"constant": percent(self.constant_fraction)}
        first = fill(_ZERO_CENTRED if self.zero_centred else _NOT_CENTRED, **figures)
        if self.fixed_stability is None:
            return (first,)
        return first, fill(_AT_FIXED_POINT[self.fixed_stability], **figures)

    def cells(self) -> tuple[str, ...]:
        return (shown(0.0 if self.zero_centred else self.mean, 3),)


@functools.lru_cache(maxsize=8)
def fixed_variance(activation: Activation) -> FixedPoint | None:
    """Return the fixed point that signals of variance 1 start from or move to; None where they grow without end."""
    if abs(_next(activation, 1.0) - 1.0) < _SAME:
        return _point(activation, 1.0)
    rising = _next(activation, 1.0) > 1.0
    ahead = [point for point in _fixed_points(activation) if (point.variance > 1.0) == rising]
    return min(ahead, key=lambda point: abs(point.variance - 1.0), default=None)


@functools.lru_cache(maxsize=8)
def _power(activation: Activation) -> float:
    """s^2: the sum of a unit's weight variances over its inputs."""
    chosen = for_activation(activation)
    units = 64
    assert isinstance(chosen, Scaled)  # noqa: S101  (for_activation chooses no other)
    return units * chosen.variance(units, units, activation)


def _next(activation: Activation, q: float) -> float:
    if not math.isfinite(q):
        return q
    mean_square = mean(lambda a: np.square(activation(a)), math.sqrt(q), activation.facts.kinks)
    return _power(activation) * mean_square


@functools.lru_cache(maxsize=8)
def _fixed_points(activation: Activation) -> tuple[FixedPoint, ...]:
    found = []
    if float(np.asarray(activation(0.0))) == 0.0:
        found.append(_point(activation, 0.0))
    growth = [(float(q), _next(activation, float(q)) / q - 1.0) for q in _GRID]
    # Where V(q) is q to rounding, as for hard_tanh near 0, signs mean nothing.
    clear = [(q, excess > 0.0) for q, excess in growth if not abs(excess) < _SAME]
    for (low, grows), (high, still) in pairwise(clear):
        if grows != still:
            found.append(_point(activation, _crossing(activation, low, high, grows)))
    return tuple(found)


def _crossing(activation: Activation, low: float, high: float, falls: bool) -> float:
    for _ in range(48):
        middle = math.sqrt(low * high)
        if (_next(activation, middle) > middle) == falls:
            low = middle
        else:
            high = middle
    return math.sqrt(low * high)


def _point(activation: Activation, q: float) -> FixedPoint:
    near = 1e-3 * q if q else 1e-9
    slope = (_next(activation, q + near) - _next(activation, q - near if q else 0.0)) / (
        2 * near if q else near
    )
    # At 0 the limit counts, not the one value that h' happens to have there.
    slopes = mean(lambda a: np.square(activation.derivative(a)), math.sqrt(q or near), activation.facts.kinks)
    stability: Stability = (
        "attracts" if abs(slope) < 1.0 - 1e-5 else "repels" if abs(slope) > 1.0 + 1e-5 else "neutral"
    )
    return FixedPoint(q, slope, stability, _power(activation) * slopes)

"""Cost and accuracy: nanoseconds per element, beside a copy and in multiples of relu; and the error of float32."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from multilayer import backend
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.activations import Activation, AlongAxis, Elementwise, relu
from multilayer.measure.property import Effort, NoFigure, Property, is_elementwise, shown, texts
from multilayer.measure.sweep import floats

__all__ = ["Accuracy", "Cost", "Timing"]

_SAMPLES = 20_000
_ROWS, _UNITS = 256, 64
_SHORTEST = 50_000
"""Nanoseconds of a timed stretch, so that the resolution of the clock does not matter."""
Work = Callable[[], Any]


@dataclass(frozen=True)
class Timing:
    """One direction in one type."""

    direction: str
    """"forward": h(a); "derivative": h'(a), or along an axis the vector-Jacobian product."""
    dtype: str
    ns: float
    """Per element: the median of the rounds."""
    copy_ns: float
    """A plain copy of as many elements, in the same rounds."""
    of_relu: float
    """The median of the rounds' ratios to relu."""


@dataclass(frozen=True)
class Cost(Property):
    """Time per element for 16,384 standard normal numbers in the cache, one thread, results into a given array.

    The copy, relu and the activation take turns, so that whatever else the machine does meets all of them.
    """

    name: ClassVar[str] = "cost"
    title: ClassVar[str] = N_("cost")
    headings: ClassVar[tuple[str, ...]] = (N_("ns/element"), N_("x relu"))
    only_elementwise: ClassVar[bool] = False

    machine: str
    backend: str
    level: str
    rounds: int
    timings: tuple[Timing, ...]
    """Forward and derivative, each in float32 and float64."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Time all of it, in turns."""
        at_work = backend.info()
        with backend.threads(1):
            timings = tuple(
                _timing(activation, direction, dtype, effort)
                for direction in ("forward", "derivative")
                for dtype in (np.float32, np.float64)
            )
        return cls(platform.machine(), at_work.backend, at_work.level, effort.rounds, timings)

    def of(self, direction: str, dtype: str) -> Timing:
        """Return one of the timings."""
        return next(t for t in self.timings if (t.direction, t.dtype) == (direction, dtype))

    def lines(self) -> tuple[str, ...]:
        template = N_("{direction} {dtype}: {ns} ns per element, {of_relu} x relu, {of_copy} x a copy")
        timings = [
            fill(template, **texts(timing, 3), of_copy=shown(timing.ns / timing.copy_ns, 3))
            for timing in self.timings
        ]
        template = N_("on {machine}, {backend} {level}, one thread, median of {rounds} rounds")
        return (*timings, fill(template, **texts(self)))

    def cells(self) -> tuple[str, ...]:
        first = self.of("forward", "float32")
        return (shown(first.ns, 2), shown(first.of_relu, 2))


@dataclass(frozen=True)
class Accuracy(Property):
    """The largest error of h(a) in float32, in units in the last place, against its formula in float64.

    A sample: floats of all magnitudes and 20,000 normal ones. The native core's own tests take all 2^32.
    """

    name: ClassVar[str] = "accuracy"
    title: ClassVar[str] = N_("float32 accuracy")
    headings: ClassVar[tuple[str, ...]] = (N_("ulp in float32"),)
    only_elementwise: ClassVar[bool] = False

    ulp: float
    samples: int

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Compare both types at the same numbers."""
        draws = np.random.default_rng(effort.seed).normal(0.0, 3.0, _SAMPLES).astype(np.float32)
        if isinstance(activation, Elementwise):
            a = np.concatenate([floats(activation.facts.kinks, np.float32), draws])
            exact = _formula(activation, a.astype(np.float64), *activation.parameters)
        elif isinstance(activation, AlongAxis):
            a = draws.reshape(-1, 10)
            exact = _formula(activation, a.astype(np.float64))
        else:
            template = N_("{name} is made of two activations; measure them one by one")
            return NoFigure(fill(template, name=activation.facts.name))
        error = _ulps(np.asarray(activation(a)), exact)
        return cls(float(error.max()), a.size)

    def lines(self) -> tuple[str, ...]:
        return (fill("{ulp} ulp at worst, of {samples} samples", **texts(self, 3)),)

    def cells(self) -> tuple[str, ...]:
        return (shown(self.ulp, 2),)


def _timing(activation: Activation, direction: str, dtype: Any, effort: Effort) -> Timing:
    a = np.random.default_rng(effort.seed).standard_normal((_ROWS, _UNITS)).astype(dtype)
    out = np.empty_like(a)
    contenders = (
        lambda: np.copyto(out, a),
        _work(relu, direction, a, out),
        _work(activation, direction, a, out),
    )
    repeats = [max(1, int(_SHORTEST // _once(work, 3))) for work in contenders]
    times = np.empty((effort.rounds, len(contenders)))
    for number in range(effort.rounds):
        # The first of one round is the last of the next.
        for turn in range(len(contenders))[:: 1 if number % 2 else -1]:
            times[number, turn] = _once(contenders[turn], repeats[turn])
    copy_ns, _, ns = np.median(times, axis=0) / a.size
    ratio = float(np.median(times[:, 2] / times[:, 1]))
    return Timing(direction, np.dtype(dtype).name, float(ns), float(copy_ns), ratio)


def _work(activation: Activation, direction: str, a: Any, out: Any) -> Work:
    if direction == "forward":
        return lambda: activation(a, out=out)
    if is_elementwise(activation):
        return lambda: activation.derivative(a, out=out)  # type: ignore[call-arg]
    z, dz = activation(a), np.ones_like(a)
    return lambda: activation.vjp(a, z, dz)


def _once(work: Work, repeats: int) -> float:
    """Return the nanoseconds that one of so many calls takes."""
    began = time.perf_counter_ns()
    for _ in range(repeats):
        work()
    return max(1.0, (time.perf_counter_ns() - began) / repeats)


def _formula(activation: Elementwise | AlongAxis, *operands: Any) -> NDArray[np.float64]:
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

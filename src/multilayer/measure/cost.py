"""What an activation costs: nanoseconds per element, beside a copy, and in multiples of relu."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from multilayer import backend
from multilayer.activations import Activation, relu
from multilayer.measure.contract import Effort, NotMeasured, Property, is_elementwise, shown

__all__ = ["Cost", "Timing"]

_ROWS, _UNITS = 256, 64
_LEAST = 50_000
"""Nanoseconds that a timed stretch lasts at least, so that the clock does not show."""
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
    title: ClassVar[str] = "cost"
    headings: ClassVar[tuple[str, ...]] = ("ns/element", "x relu")
    only_elementwise: ClassVar[bool] = False

    machine: str
    backend: str
    level: str
    rounds: int
    timings: tuple[Timing, ...]
    """Forward and derivative, each in float32 and float64."""

    @classmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NotMeasured:
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
        about = f"on {self.machine}, {self.backend} {self.level}, one thread, median of {self.rounds} rounds"
        return (
            *(
                f"{t.direction} {t.dtype}: {shown(t.ns, 3)} ns per element, {shown(t.of_relu, 3)} x relu, "
                f"{shown(t.ns / t.copy_ns, 3)} x a copy"
                for t in self.timings
            ),
            about,
        )

    def cells(self) -> tuple[str, ...]:
        first = self.of("forward", "float32")
        return (shown(first.ns, 2), shown(first.of_relu, 2))


def _timing(activation: Activation, direction: str, dtype: Any, effort: Effort) -> Timing:
    a = np.random.default_rng(effort.seed).standard_normal((_ROWS, _UNITS)).astype(dtype)
    out = np.empty_like(a)
    contenders = (
        lambda: np.copyto(out, a),
        _work(relu, direction, a, out),
        _work(activation, direction, a, out),
    )
    repeats = [max(1, int(_LEAST // _once(work, 3))) for work in contenders]
    times = np.empty((effort.rounds, len(contenders)))
    for number in range(effort.rounds):
        # Whoever comes first in one round comes last in the next.
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

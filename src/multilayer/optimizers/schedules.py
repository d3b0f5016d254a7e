"""Learning-rate schedules: the rate of each step, as a function of the place in training."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, final

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer._base.names import Entry, Registry

__all__ = [
    "Adaptive",
    "Constant",
    "Cosine",
    "CosineLog",
    "FlatCosine",
    "InverseScaling",
    "OneCycle",
    "Schedule",
    "Time",
    "get",
    "names",
]


@dataclass(frozen=True)
class Time:
    """The place in training before a step."""

    step: int
    """Steps taken so far."""
    samples: int
    """Samples seen in finished epochs."""
    total: int | None
    """The number of all steps; None where it is not known."""


class Schedule(ABC):
    """The learning rate by time: `rate(base, time)`, with the optimizer's own rate as `base`."""

    needs_total: ClassVar[bool] = False
    """Whether the rate depends on the number of all steps."""

    @abstractmethod
    def rate(self, base: float, time: Time, /) -> float:
        """Return the rate of the step that is about to be taken."""

    def on_plateau(self, base: float, /) -> float | None:
        """Return a new base to go on with after a plateau, or None to stop."""
        return None

    def __post_init__(self) -> None:
        check_settings(self)


@final
@dataclass(frozen=True)
class Constant(Schedule):
    """The optimizer's own rate, always."""

    def rate(self, base: float, time: Time, /) -> float:
        return base


@final
@dataclass(frozen=True)
class InverseScaling(Schedule):
    """base / (t + 1)^power, t the samples seen when the epoch began: scikit-learn's `invscaling`."""

    power: float = setting(0.5, minimum=0.0)

    def rate(self, base: float, time: Time, /) -> float:
        return base / math.pow(time.samples + 1, self.power)


@final
@dataclass(frozen=True)
class Adaptive(Schedule):
    """Constant until a plateau, where the rate is divided, down to `minimum`: scikit-learn's `adaptive`."""

    divisor: float = setting(5.0, above=1.0)
    minimum: float = setting(1e-6, above=0.0)

    def rate(self, base: float, time: Time, /) -> float:
        return base

    def on_plateau(self, base: float, /) -> float | None:
        return None if base <= self.minimum else base / self.divisor


@final
@dataclass(frozen=True)
class Cosine(Schedule):
    """Up in a line over the first `warmup` steps, then down along half a cosine to the fraction `floor` of the rate.

    `warmup` below 1 is a fraction of all steps, otherwise their number. `steps` is the number of all steps; needed only
    where it is not known from the data.

    References
    ----------
    Loshchilov, I., Hutter, F. (2017). SGDR: stochastic gradient descent with warm restarts. ICLR.
    """

    warmup: float = setting(0.0, minimum=0.0)
    floor: float = setting(0.0, minimum=0.0, maximum=1.0)
    steps: int | None = setting(None, minimum=1, integer=True, optional=True)
    needs_total: ClassVar[bool] = True

    def rate(self, base: float, time: Time, /) -> float:
        total = _total(self.steps, time)
        warmup = self.warmup * total if self.warmup < 1.0 else self.warmup
        if time.step < warmup:
            return base * (time.step + 1) / (math.ceil(warmup) + 1)
        passed = min((time.step - warmup) / max(total - warmup, 1.0), 1.0)
        return base * (self.floor + (1.0 - self.floor) * 0.5 * (1.0 + math.cos(math.pi * passed)))


@final
@dataclass(frozen=True)
class OneCycle(Schedule):
    """From base / `start` up to base over the fraction `rise` of all steps, then down to base / (`start` `end`).

    Both ways follow half a cosine. `steps` is the number of all steps; needed only where it is not known from the data.

    References
    ----------
    Smith, L. N., Topin, N. (2019). Super-convergence: very fast training of neural networks using large learning rates.
    """

    rise: float = setting(0.3, above=0.0, below=1.0)
    start: float = setting(25.0, minimum=1.0)
    end: float = setting(1e4, minimum=1.0)
    steps: int | None = setting(None, minimum=1, integer=True, optional=True)
    needs_total: ClassVar[bool] = True

    def rate(self, base: float, time: Time, /) -> float:
        last = max(_total(self.steps, time) - 1, 1)
        peak = max(self.rise * last, 1.0)
        low = base / self.start
        if time.step <= peak:
            return _half_cosine(low, base, time.step / peak)
        return _half_cosine(base, low / self.end, min((time.step - peak) / max(last - peak, 1.0), 1.0))


@final
@dataclass(frozen=True)
class CosineLog(Schedule):
    r"""From 0 up to the rate and down again `cycles` times, each cycle twice as long as the one before.

    .. math:: \eta(t) = \eta \left(\tfrac12 - \tfrac12 \cos\left(2\pi \log_2(1 + (2^c - 1)\,t)\right)\right)

    with c = `cycles`, and t the fraction of all steps that has been taken: the rate of the first step is 0. `steps`
    is the number of all steps; needed only where it is not known from the data.

    References
    ----------
    Holzmüller, D., Grinsztajn, L., Steinwart, I. (2024). Better by default: strong pre-tuned MLPs and boosted trees on
    tabular data. NeurIPS.
    """

    cycles: int = setting(4, minimum=1, maximum=50, integer=True)
    steps: int | None = setting(None, minimum=1, integer=True, optional=True)
    needs_total: ClassVar[bool] = True

    def rate(self, base: float, time: Time, /) -> float:
        turns = math.log2(1.0 + (2.0**self.cycles - 1.0) * _passed(self.steps, time))
        return base * (0.5 - 0.5 * math.cos(2.0 * math.pi * turns))


@final
@dataclass(frozen=True)
class FlatCosine(Schedule):
    """Constant over the fraction `flat` of all steps, then down along half a cosine to 0.

    `steps` is the number of all steps; needed only where it is not known from the data.
    """

    flat: float = setting(0.5, minimum=0.0, below=1.0)
    steps: int | None = setting(None, minimum=1, integer=True, optional=True)
    needs_total: ClassVar[bool] = True

    def rate(self, base: float, time: Time, /) -> float:
        passed = max(_passed(self.steps, time) - self.flat, 0.0) / (1.0 - self.flat)
        return _half_cosine(base, 0.0, passed)


def _half_cosine(start: float, end: float, passed: float) -> float:
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * passed))


def _passed(steps: int | None, time: Time) -> float:
    """Return the fraction of all steps that has been taken."""
    return min(time.step / _total(steps, time), 1.0)


def _total(steps: int | None, time: Time) -> int:
    total = time.total if steps is None else steps
    if total is None:
        raise InputError(
            "the schedule needs the number of all steps, which is not known for these data; give it as steps="
        )
    return total


registry: Registry[Schedule] = Registry(
    kind="schedule",
    types=(Schedule,),
    entries=(
        Entry(Constant(), "constant"),
        Entry(InverseScaling(), "inverse_scaling", ("invscaling",)),
        Entry(Adaptive(), "adaptive", ("reduce_on_plateau", "reduce_lr_on_plateau", "plateau")),
        Entry(Cosine(), "cosine", ("cosine_annealing", "cosine_annealing_lr", "cosine_decay")),
        Entry(OneCycle(), "one_cycle", ("one_cycle_lr",)),
        Entry(CosineLog(), "cosine_log", ("coslog4",)),
        Entry(FlatCosine(), "flat_cosine", ("flat_cos",)),
    ),
    where="multilayer.optimizers.schedules",
    refused={
        **dict.fromkeys(
            ("warmup", "linearwarmup", "warmupcosine", "warmupcosinedecay"), "write Cosine(warmup=0.1)"
        ),
        **dict.fromkeys(
            (
                "exponential",
                "exponentiallr",
                "exponentialdecay",
                "step",
                "steplr",
                "linear",
                "linearlr",
                "polynomial",
            ),
            "take 'cosine', or write a Schedule of your own, with a method rate(base, time)",
        ),
    },
)


def names() -> tuple[str, ...]:
    """Return the names that `get` and `schedule=` take.

    >>> names()
    ('constant', 'inverse_scaling', 'adaptive', 'cosine', 'one_cycle', 'cosine_log', 'flat_cosine')
    """
    return registry.names()


def get(name: str | Schedule, /, **parameters: Any) -> Schedule:
    """Return the schedule of this name, with the parameters given; one that is no name is returned as it is.

    >>> get("cosine", warmup=0.1)
    Cosine(warmup=0.1, floor=0.0, steps=None)
    """
    return registry.get(name, parameters)


def __dir__() -> list[str]:
    return sorted(__all__)

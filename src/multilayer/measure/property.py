"""What a measured property is: a frozen dataclass of figures that measures itself and describes itself."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.fields import check_settings, setting
from multilayer._base.strict_json import fields_of
from multilayer._base.text import fill, one_line
from multilayer.activations import Activation

__all__ = ["Effort", "NoFigure", "Property", "is_elementwise", "lines_of", "shown", "span", "texts"]


@dataclass(frozen=True)
class Effort:
    """How much is spent on a measurement. All that is random is drawn from `seed`."""

    seeds: int = setting(12, minimum=1, integer=True)
    """Random networks per kind, for the gradient through depth."""
    width: int = setting(64, minimum=1, integer=True)
    """Their units per layer."""
    depths: tuple[int, ...] = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50)
    """How many layers they have."""
    trainings: int = setting(5, minimum=1, integer=True)
    """Starting weights per training."""
    steps: int = setting(400, minimum=1, integer=True)
    """The most steps of a training."""
    rounds: int = setting(101, minimum=1, integer=True)
    """How often each cost is timed."""
    seed: int = setting(0, minimum=0, integer=True)

    def __post_init__(self) -> None:
        check_settings(self)
        depths = self.depths
        if not isinstance(depths, tuple) or not all(type(depth) is int for depth in depths):
            raise InputError(
                "Effort: depths must be a tuple of whole numbers; got {depths}",
                depths=one_line(repr(depths), 60),
            )
        if not depths or depths[0] < 1 or any(after <= before for before, after in pairwise(depths)):
            raise InputError(
                "Effort: depths must be numbers of layers from 1, in ascending order; got {depths!r}",
                depths=depths,
            )

    def quick(self) -> Effort:
        """Return about a tenth of it: the same figures, less certain."""
        return dataclasses.replace(
            self, seeds=6, width=24, depths=(1, 2, 5, 10, 20, 50), trainings=2, steps=150, rounds=7
        )


@dataclass(frozen=True)
class NoFigure:
    """Stands in for a figure that does not exist, with the reason."""

    reason: str

    def __bool__(self) -> bool:
        return False


class Property(ABC):
    """One measured property. To add one: a frozen dataclass, and an entry of `PROPERTIES`.

    `name` is its key in results and JSON, `title` its heading on a card, `headings` its columns where activations are
    compared. The fields are the figures: numbers, texts, tuples and dataclasses of them.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    headings: ClassVar[tuple[str, ...]]
    only_elementwise: ClassVar[bool] = True
    """Whether it means nothing for an activation that works along an axis."""

    @classmethod
    @abstractmethod
    def measure(cls, activation: Activation, effort: Effort, /) -> Self | NoFigure:
        """Measure it."""

    @abstractmethod
    def lines(self) -> tuple[str, ...]:
        """Return the figures in words, for a card."""

    @abstractmethod
    def cells(self) -> tuple[str, ...]:
        """Return the figures that stand under `headings`."""


def lines_of(found: Property | NoFigure) -> tuple[str, ...]:
    """Return the figures in words, or the reason why there are none."""
    if isinstance(found, NoFigure):
        return (fill("not measured: {reason}", reason=found.reason),)
    return found.lines()


def is_elementwise(activation: Activation) -> bool:
    """Whether each output depends on the input at its place alone: then the derivative has the shape of the input."""
    return np.ndim(activation.derivative(np.zeros(2))) == 1


def shown(value: float, digits: int = 4) -> str:
    """Return a number for display; floats next to 0 and next to the largest are 0 and ∞.

    >>> shown(0.125), shown(float("-inf")), shown(5e-324)
    ('0.125', '-∞', '0')
    """
    if abs(value) > 1e300:
        return "∞" if value > 0 else "-∞"
    return "0" if abs(value) < 1e-300 else f"{value:.{digits}g}"


def texts(figures: Any, digits: int = 4) -> dict[str, Any]:
    """Return the fields of a dataclass for `fill`, floats as `shown`."""
    return {
        name: shown(value, digits) if isinstance(value, float) else value
        for name, value in fields_of(figures).items()
    }


def span(low: float, high: float, digits: int = 4) -> str:
    """Return an interval of a.

    >>> span(float("-inf"), 0.0), span(-1.0, 1.0), span(2.0, 2.0)
    ('a ≤ 0', '-1 ≤ a ≤ 1', 'a = 2')
    """
    left, right = shown(low, digits), shown(high, digits)
    if left == right:
        return f"a = {left}"
    if left == "-∞":
        return fill("every a") if right == "∞" else f"a ≤ {right}"
    return f"a ≥ {left}" if right == "∞" else f"{left} ≤ a ≤ {right}"

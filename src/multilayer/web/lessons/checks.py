"""What the answer of a step is compared with: a number of the network, one of several answers, or what is reached."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from multilayer._base.errors import InputError
from multilayer.activations import get
from multilayer.diagnosis.layers import sensitivity
from multilayer.training import gradients
from multilayer.web.lessons.numbers import value_of
from multilayer.web.recipe import loss_for
from multilayer.web.session import State
from multilayer.web.typed import typed

__all__ = ["GOALS", "Check"]


class _Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind"):
    @abstractmethod
    def holds(self, state: State, answer: str) -> bool:
        """Whether an answer is right, or what was asked for has been done."""

    @abstractmethod
    def solution(self, state: State) -> str:
        """Return an answer that is right."""


class Number(_Check, frozen=True, tag="number"):
    """A cell of the network, to as many digits as are typed, and at least two."""

    cell: str

    def holds(self, state: State, answer: str) -> bool:
        numbers = typed(answer).numbers
        expected = value_of(state, self.cell)
        if len(numbers) != 1:
            return False
        given = numbers[0]
        # Half a unit of the last digit; a coarse answer must still have two digits right.
        allowed = min(0.5 * given.unit, 0.02 * abs(expected)) + 1e-9 * max(1.0, abs(expected))
        return bool(abs(given.value - expected) <= allowed)

    def solution(self, state: State) -> str:
        return f"{value_of(state, self.cell):.4g}"


class Value(_Check, frozen=True, tag="value"):
    """h(a) of an activation, or h'(a), to two digits at least."""

    activation: str
    at: float
    derivative: bool = False

    def holds(self, state: State, answer: str) -> bool:
        numbers = typed(answer).numbers
        return len(numbers) == 1 and bool(
            abs(numbers[0].value - self._value()) <= 0.006 * max(1.0, abs(self._value()))
        )

    def solution(self, state: State) -> str:
        return f"{self._value():.3g}"

    def _value(self) -> float:
        activation = get(self.activation)
        return float((activation.derivative if self.derivative else activation)(self.at))


class Choice(_Check, frozen=True, tag="choice"):
    """The number of the right option, counted from 1."""

    right: int

    def holds(self, state: State, answer: str) -> bool:
        return answer.strip() == str(self.right)

    def solution(self, state: State) -> str:
        return str(self.right)


class Reach(_Check, frozen=True, tag="reach"):
    """Something to be done to the network: one of `GOALS`, and the number that goes with it."""

    goal: str
    than: float = 0.0
    cell: str = ""
    do: tuple[tuple[str, str], ...] = ()
    """What reaches it: cells and what to type into them; ("train", "") runs the recipe."""

    def holds(self, state: State, answer: str) -> bool:
        return GOALS[self.goal](state, self)

    def solution(self, state: State) -> str:
        return ""


Check = Number | Value | Choice | Reach


def _all_right(state: State, _: Reach) -> bool:
    y = state.rows.y
    answers = np.asarray(state.network.classify(state.rows.X)).reshape(-1)
    return y is not None and y.shape == answers.shape and bool((answers == y).all())


def _loss_below(state: State, check: Reach) -> bool:
    if state.rows.y is None:
        return False
    loss = loss_for(state.network, state.rows.y, state.recipe.loss)
    return bool(gradients(state.network, state.rows.X, state.rows.y, loss=loss).loss < check.than)


def _cell(compare: Callable[[float, float], Any]) -> Callable[[State, Reach], bool]:
    def holds(state: State, check: Reach) -> bool:
        try:
            return bool(compare(value_of(state, check.cell), check.than))
        except InputError:  # the network has no such cell any more
            return False

    return holds


def _saturated(state: State, check: Reach) -> bool:
    """Whether at least so great a fraction of the a(1) lie where |h'| is below 1 % of its maximum."""
    record = state.network.trace(state.rows.X)[0]
    known = sensitivity(record.layer.activation)
    if known is None:
        return False
    slopes = np.abs(np.asarray(record.layer.activation.derivative(record.a), np.float64))
    return bool((slopes < known.threshold).mean() >= check.than)


GOALS: dict[str, Callable[[State, Reach], bool]] = {
    "every row right": _all_right,
    "loss below": _loss_below,
    "cell below": _cell(lambda value, limit: value < limit),
    "cell above": _cell(lambda value, limit: value > limit),
    "saturated": _saturated,
}

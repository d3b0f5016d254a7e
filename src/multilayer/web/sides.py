"""Trainings side by side that differ in one thing: the width of the hidden layers, their activation, or the seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from multilayer._base.errors import InputError
from multilayer._base.fields import Limits
from multilayer._base.text import fill, one_line
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.training import Trained, train
from multilayer.training.events import Ending
from multilayer.web.recipe import targets_of
from multilayer.web.session import State
from multilayer.web.worker import Stop

__all__ = ["VARY", "Side", "trained_alone", "with_value"]

_WIDTH = Limits(minimum=1, maximum=1000, integer=True)
_SEED = Limits(minimum=0, integer=True)


@dataclass(frozen=True, eq=False)
class Side:
    """One of the trainings: what is different, what it starts from, and what came of it."""

    value: str
    start: State
    trained: Trained
    ending: Ending


def _drawn(state: State, widths: tuple[int, ...], hidden: list[object], seed: int) -> MLP:
    net = state.network
    return initialize(
        widths,
        hidden,  # type: ignore[arg-type]
        net.layers[-1].activation,
        dtype=net.dtype,
        classes=net.classes,
        inputs=net.input_names,
        rng=seed,
    )


def _width(state: State, value: str) -> State:
    width, widths = _WIDTH.checked(fill("width"), _whole(value)), state.network.widths
    between = (width,) * (len(widths) - 2)
    net = _drawn(state, (widths[0], *between, widths[-1]), _hidden(state), state.recipe.seed)
    return replace(state, network=net)


def _activation(state: State, value: str) -> State:
    hidden: list[object] = [value] * (len(state.network.layers) - 1)
    return replace(state, network=_drawn(state, state.network.widths, hidden, state.recipe.seed))


def _seed(state: State, value: str) -> State:
    seed = _SEED.checked(fill("seed"), _whole(value))
    recipe = msgspec.structs.replace(state.recipe, seed=seed)
    return replace(state, network=_drawn(state, state.network.widths, _hidden(state), seed), recipe=recipe)


VARY: dict[str, Callable[[State, str], State]] = {"width": _width, "activation": _activation, "seed": _seed}
"""What may differ: each makes the start of a training of a value. Weights are drawn anew, by the seed of the recipe."""


def with_value(state: State, vary: str, value: str) -> State:
    """Return the start of the training with a value.

    Raises
    ------
    InputError
        When the value does not fit, or there is no hidden layer to change.
    """
    if vary != "seed" and len(state.network.layers) < 2:
        raise InputError("the network has no hidden layer; add one in the view See")
    made = VARY[vary](state, value)
    made.recipe.config(made.network, targets_of(made.rows.y)).check(made.network)
    return made


def trained_alone(start: State, stop: Stop) -> tuple[Trained, Ending]:
    """Return what training by the recipe comes to, and why it has ended."""
    recipe, rows = start.recipe, start.rows
    config = recipe.config(start.network, rows.y)
    training = train(
        start.network, rows.X, rows.y, config=config, validation=recipe.validation, rng=recipe.seed
    )
    stop.interrupts(lambda: setattr(training.interruption, "requested", True))
    return training.run(), training.ending


def _hidden(state: State) -> list[object]:
    return [layer.activation for layer in state.network.layers[:-1]]


def _whole(value: str) -> int:
    if not value.isdecimal() or len(value) > 15:
        raise InputError("expected a whole number, found {value}", value=repr(one_line(value, 40)))
    return int(value)

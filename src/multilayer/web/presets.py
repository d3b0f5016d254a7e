"""Networks and rows to begin with: a table, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import fill, near_matches, quoted
from multilayer.activations import sigmoid
from multilayer.initializers import ScikitLearn
from multilayer.network import MLP, Dense
from multilayer.network.initialized import initialize
from multilayer.web.generators import Generated
from multilayer.web.recipe import Recipe
from multilayer.web.session import Rows, State

__all__ = ["PRESETS", "FromPreset", "Preset", "preset"]


@dataclass(frozen=True)
class Preset:
    """Something to begin with: its name in links, its title, and what makes it."""

    name: str
    title: Callable[[], str]
    build: Callable[[], State]

    def make(self) -> State:
        """Return its state, whose rows have their origin."""
        state = self.build()
        return replace(state, rows=replace(state.rows, origin=FromPreset(self.name)))


class FromPreset(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="preset"):
    """The rows of a preset."""

    name: str

    def rows(self) -> Rows:
        """Return the rows."""
        return preset(self.name).make().rows


def preset(name: str) -> Preset:
    """Return a preset by its name.

    Raises
    ------
    InputError
        Where there is none.
    """
    if name not in PRESETS:
        near = near_matches(name, PRESETS)
        raise InputError("there is no preset {name}; {near}", name=quoted(name), near=near)
    return PRESETS[name]


def _seed() -> State:
    W1 = [[0.5, 0.2, -0.3, 0.1], [-0.2, 0.7, -0.4, 0.8]]
    W2 = [[0.2, 0.7, -0.3], [0.8, -0.5, -0.1], [0.1, 0.5, 0.3], [-0.6, 0.4, 0.7]]
    layers = (Dense(W1, [0.3, -0.1, 0.5, -0.4], "sigmoid"), Dense(W2, [-0.5, 0.9, -0.2], "sigmoid"))
    X = np.array([[0.0, 1.0], [1.0, 1.0], [-1.0, 0.0], [2.0, -1.0], [-1.0, 1.0]])
    return State(MLP(layers), Rows(X, about=fill("the five rows of the tutorial")))


def _xor() -> State:
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    net = initialize((2, 8, 1), "tanh", "sigmoid", dtype=float, rng=0)
    rows = Rows(X, np.array([0, 1, 1, 0]), target="xor", about=fill("the four rows of XOR"))
    return State(net, rows, Recipe(parameters={"learning_rate": 0.03}, epochs=300))


_NAND, _OR, _AND = ((-2.0, -2.0), 3.0), ((2.0, 2.0), -1.0), ((2.0, 2.0), -3.0)
"""Weights and bias of a step unit."""


def _gate(gate: tuple[tuple[float, float], float], target: str, y: tuple[int, ...]) -> State:
    (w1, w2), b = gate
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    net = MLP([Dense([[w1], [w2]], [b], "step")])
    return State(net, Rows(X, np.array(y), target=target, about=fill("the four rows of a gate")))


def _gates() -> State:
    """XOR = AND(NAND, OR), with step units."""
    W = [[_NAND[0][0], _OR[0][0]], [_NAND[0][1], _OR[0][1]]]
    first = Dense(W, [_NAND[1], _OR[1]], "step")
    second = Dense([[_AND[0][0]], [_AND[0][1]]], [_AND[1]], "step")
    xor = _gate(_AND, "xor", (0, 1, 1, 0))
    return State(MLP([first, second]), xor.rows)


def _small() -> State:
    layers = (
        Dense([[0.1, 0.3], [0.2, 0.4]], [0.1, 0.2], "sigmoid"),
        Dense([[0.5, -0.2], [0.4, 0.6]], [0.1, -0.1], "identity"),
    )
    rows = Rows(np.array([[1.0, 0.5]]), np.array([[1.0, 0.0]]), about=fill("one row with two targets"))
    recipe = Recipe(
        optimizer="sgd", parameters={"learning_rate": 0.5, "momentum": 0.0, "nesterov": False}, epochs=1
    )
    return State(MLP(layers), rows, recipe)


def _linear() -> State:
    layers = (
        Dense([[1.0, -2.0, 0.5], [3.0, 1.0, -1.0]], [1.0, 0.0, -2.0], "identity"),
        Dense([[2.0], [1.0], [-4.0]], [0.5], "identity"),
    )
    X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, -1.0]])
    return State(MLP(layers), Rows(X, about=fill("four rows")))


def _stuck() -> State:
    """scikit-learn#31235: logistic units, scikit-learn's initial weights and defaults; it stops on a plateau."""
    X = np.random.RandomState(1).random_sample((500, 2))
    y = (X[:, 0] + (2 * (X[:, 1] - 0.5)) ** 2 >= 0.75).astype(np.int64)
    start = ScikitLearn(sigmoid)
    random = np.random.RandomState(0)
    net = initialize((2, 20, 20, 1), "sigmoid", "sigmoid", initializer=start, dtype=float, rng=random)
    rows = Rows(X, y, target="above", about=fill("500 points, above a parabola or below it"))
    return State(net, rows, Recipe(patience=10))


def _spirals() -> State:
    rows = Generated("spirals", 300, 0, 0.05, "3").rows()
    net = initialize((2, 16, 16, 3), "tanh", "softmax", dtype=float, classes=(0, 1, 2), rng=0)
    return State(net, rows, Recipe(parameters={"learning_rate": 0.01}))


def _book() -> State:
    layers = (
        Dense([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], [0.1, 0.2, 0.3], "sigmoid"),
        Dense([[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]], [0.1, 0.2], "sigmoid"),
        Dense([[0.1, 0.3], [0.2, 0.4]], [0.1, 0.2]),
    )
    about = fill("the row of 'Deep Learning from Scratch', chapter 3")
    return State(MLP(layers), Rows(np.array([[1.0, 0.5]]), about=about))


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset("seed", lambda: fill("The tutorial's network 2-4-3"), _seed),
        Preset("book", lambda: fill("The network 2-3-2-2 of 'Deep Learning from Scratch'"), _book),
        Preset("and", lambda: fill("AND, one step unit"), lambda: _gate(_AND, "and", (0, 0, 0, 1))),
        Preset("or", lambda: fill("OR, one step unit"), lambda: _gate(_OR, "or", (0, 1, 1, 1))),
        Preset("nand", lambda: fill("NAND, one step unit"), lambda: _gate(_NAND, "nand", (1, 1, 1, 0))),
        Preset("gates", lambda: fill("XOR of three step units, 2-2-1"), _gates),
        Preset("xor", lambda: fill("XOR, a network 2-8-1"), _xor),
        Preset("spirals", lambda: fill("Three spirals, a network 2-16-16-3"), _spirals),
        Preset("small", lambda: fill("One row to learn from, 2-2-2"), _small),
        Preset("linear", lambda: fill("Layers without an activation, 2-3-1"), _linear),
        Preset("stuck", lambda: fill("A network that does not learn, 2-20-20-1"), _stuck),
    )
}

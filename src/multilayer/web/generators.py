"""Rows that are made: each by its name, a count, a seed and noise, so that a link can hold them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, near_matches, quoted
from multilayer.web.session import Rows

__all__ = ["GENERATORS", "MOST_ROWS", "Generated", "Generator", "generated"]

MOST_ROWS = 5000

Array = NDArray[np.float64]
Random = np.random.Generator
Made = tuple[Array, NDArray[Any]]


@dataclass(frozen=True)
class Generator:
    """A way to make rows: its name in links, its title, what can be chosen, and the function of all that."""

    name: str
    title: Callable[[], str]
    make: Callable[[Random, int, float, str], Made]
    """Takes the source of chance, the number of rows, noise and choice; returns X and y."""
    choices: tuple[str, ...] = ("",)
    """The first is the default."""
    names: tuple[str, ...] = ("x1", "x2")
    noise: float = 0.1
    """The default."""
    count: int = 200
    """The default."""


class Generated(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="by", tag="generator"):
    """What rows were made by."""

    name: str
    count: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 200
    seed: Annotated[int, Meta(ge=0, le=2**53)] = 0
    noise: Annotated[float, Meta(ge=0, le=10)] = 0.1
    choice: str = ""

    def rows(self) -> Rows:
        """Return the rows."""
        return generated(self)


def generated(asked: Generated) -> Rows:
    """Return the rows that a generator makes.

    Raises
    ------
    InputError
        For a name or a choice that there is not.
    """
    if asked.name not in GENERATORS:
        near = near_matches(asked.name, GENERATORS)
        raise InputError("there is no generator {name}; {near}", name=quoted(asked.name), near=near)
    generator = GENERATORS[asked.name]
    choice = asked.choice or generator.choices[0]
    if choice not in generator.choices:
        near = near_matches(choice, generator.choices)
        raise InputError(
            "{generator} has no choice {choice}; {near}",
            generator=asked.name,
            choice=quoted(choice),
            near=near,
        )
    X, y = generator.make(np.random.default_rng(asked.seed), asked.count, asked.noise, choice)
    about = fill("{title}, made with the seed {seed}", title=generator.title(), seed=asked.seed)
    return Rows(X, y, generator.names, "y", about, asked)


def _plane(random: Random, count: int) -> Array:
    return random.uniform(-1.0, 1.0, (count, 2))


def _moved(random: Random, X: Array, noise: float) -> Array:
    return X + noise * random.standard_normal(X.shape)


def _xor(random: Random, count: int, noise: float, _: str) -> Made:
    X = _plane(random, count)
    return _moved(random, X, noise), (X[:, 0] * X[:, 1] < 0.0).astype(np.int64)


_GATES: dict[str, tuple[int, int, int, int]] = {
    "xor": (0, 1, 1, 0),
    "and": (0, 0, 0, 1),
    "or": (0, 1, 1, 1),
    "nand": (1, 1, 1, 0),
    "nor": (1, 0, 0, 0),
}


def _gate(random: Random, count: int, noise: float, gate: str) -> Made:
    """Make the four rows again and again, the first four without noise."""
    places = np.arange(count) % 4
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])[places]
    X[4:] = _moved(random, X[4:], noise)
    return X, np.array(_GATES[gate])[places]


def _spirals(random: Random, count: int, noise: float, arms: str) -> Made:
    classes = int(arms)
    y = np.arange(count) % classes
    radius = np.sqrt(random.uniform(0.0, 1.0, count))
    angle = 4.0 * radius + y * (2.0 * np.pi / classes)
    X = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return _moved(random, X, noise / 2), y


def _blobs(random: Random, count: int, noise: float, groups: str) -> Made:
    classes = int(groups)
    y = np.arange(count) % classes
    angle = y * (2.0 * np.pi / classes)
    return _moved(random, 0.7 * np.stack([np.cos(angle), np.sin(angle)], axis=1), 2.0 * noise), y


def _circles(random: Random, count: int, noise: float, _: str) -> Made:
    y = np.arange(count) % 2
    radius = np.where(y == 0, 0.35, 0.9)
    angle = random.uniform(0.0, 2.0 * np.pi, count)
    X = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return _moved(random, X, noise), y


def _stripes(random: Random, count: int, noise: float, stripes: str) -> Made:
    X = _plane(random, count)
    y = np.minimum((X[:, 0] + 1.0) / 2.0 * int(stripes), int(stripes) - 1).astype(np.int64) % 2
    return _moved(random, X, noise / 2), y


_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "sin(3 x)": lambda x: np.sin(3.0 * x),
    "x": lambda x: x,
    "x^2 - 0.5": lambda x: x * x - 0.5,
    "|x| - 0.5": lambda x: np.abs(x) - 0.5,
    "x^3": lambda x: x**3,
    "exp(x) - 1": lambda x: np.exp(x) - 1.0,
}


def _above(random: Random, count: int, noise: float, f: str) -> Made:
    X = _plane(random, count)
    return _moved(random, X, noise), (X[:, 1] > _FUNCTIONS[f](X[:, 0])).astype(np.int64)


def _line(random: Random, count: int, noise: float, f: str) -> Made:
    x = np.sort(random.uniform(-1.0, 1.0, count))
    return x[:, np.newaxis], _FUNCTIONS[f](x) + noise * random.standard_normal(count)


GENERATORS: dict[str, Generator] = {
    generator.name: generator
    for generator in (
        Generator("gates", lambda: fill("A gate: its four rows"), _gate, tuple(_GATES), noise=0.0, count=4),
        Generator("xor", lambda: fill("XOR: four squares"), _xor, noise=0.0),
        Generator("spirals", lambda: fill("Spirals"), _spirals, ("3", "2", "4"), noise=0.05),
        Generator("blobs", lambda: fill("Clouds of points"), _blobs, ("3", "2", "4", "5")),
        Generator("circles", lambda: fill("A circle within a circle"), _circles, noise=0.05),
        Generator("stripes", lambda: fill("Stripes"), _stripes, ("4", "2", "6"), noise=0.0),
        Generator("above", lambda: fill("Above a curve or below it"), _above, tuple(_FUNCTIONS), noise=0.0),
        Generator("line", lambda: fill("A curve with noise"), _line, tuple(_FUNCTIONS), ("x",)),
    )
}

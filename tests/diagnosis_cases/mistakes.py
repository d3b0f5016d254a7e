"""Mistakes as people make them: each in several realizations, half of which belong to the scored half of the suite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.diagnosis_cases.data import CLASSES, NUMBERS
from tests.diagnosis_cases.recipe import Recipe

__all__ = [
    "BOTH",
    "HIDDEN",
    "MISTAKES",
    "NUMBERS",
    "Realization",
    "changes",
    "drawn",
    "option",
    "strength_of",
]

Random = np.random.Generator
_ANY = (*("multilayer",) * 12, *("scikit-learn",) * 2, "torch")
_OWN_START = (*("multilayer",) * 14, "torch")
"""scikit-learn draws its own weights, and chooses outputs and losses itself."""
BOTH = (*CLASSES, *NUMBERS)
HIDDEN = ((32,), (32,), (16, 16), (32, 16))
ACTIVATIONS = ("relu", "relu", "tanh")


@dataclass(frozen=True)
class Realization:
    """One way to make a mistake, with the strengths it is made with."""

    mistake: str
    name: str
    change: Callable[[Recipe, float], Recipe]
    strengths: Sequence[float]
    hidden_half: bool
    """Whether it is in the scored half alone, and not looked at while rules change."""
    data: Sequence[str] = BOTH
    frameworks: Sequence[str] = _ANY

    def recipe(self, rng: Random, seed: int) -> Recipe:
        """Return a recipe with this mistake, the rest drawn at random."""
        recipe = drawn(rng, seed, self.data, self.frameworks)
        return self.change(recipe, float(_one(rng, self.strengths)))


def drawn(rng: Random, seed: int, data: Sequence[str], frameworks: Sequence[str]) -> Recipe:
    """Return a well-made recipe, drawn at random."""
    framework: Any = _one(rng, frameworks)
    activation = _one(rng, ACTIVATIONS)
    return Recipe(
        data=_one(rng, data),
        seed=seed,
        framework=framework,
        hidden=_one(rng, HIDDEN),
        activation=activation,
        batch=16 if framework == "multilayer" else 32,
        validated=framework == "multilayer" and rng.random() < 0.5,
    )


def _one(rng: Random, choices: Sequence[Any]) -> Any:
    return choices[int(rng.integers(len(choices)))]


def changes(**options: Any) -> Callable[[Recipe, float], Recipe]:
    """Set these options, whatever the strength."""
    return lambda recipe, strength: replace(recipe, **options)


def option(name: str, **changes: Any) -> Callable[[Recipe, float], Recipe]:
    """Set one option to the strength, and others to what is given."""
    whole = name in ("epochs", "samples")

    def change(recipe: Recipe, strength: float) -> Recipe:
        value: Any = int(strength) if whole else strength
        return replace(recipe, **{name: value}, **changes)

    return change


def strength_of(name: str, **changes: Any) -> Callable[[Recipe, float], Recipe]:
    """Change the data by this name in `CHANGES`, as much as the strength says."""
    return lambda recipe, strength: replace(recipe, change=name, strength=strength, **changes)


def _one_hidden_unit(recipe: Recipe, strength: float) -> Recipe:
    return replace(recipe, hidden=(int(strength),))


def _bottleneck(recipe: Recipe, strength: float) -> Recipe:
    return replace(recipe, hidden=(32, int(strength), 32), activation="tanh")


def _stops(patience: int) -> Callable[[Recipe, float], Recipe]:
    return lambda recipe, strength: replace(recipe, stopping=(patience, strength))


_DEEP = {"optimizer": "adam", "rate": 0.01}
_TORCH = ("torch",)

MISTAKES = (
    Realization("inputs", "one column in other units", strength_of("first column in other units"), (300, 3000), False),
    Realization("inputs", "all inputs large", strength_of("inputs times"), (100, 1000), True),
    Realization("inputs", "all inputs tiny", strength_of("inputs times"), (1e-3, 1e-4), False),
    Realization("inputs", "columns in different units", strength_of("columns in different units"), (100, 1000), True),
    Realization("inputs", "inputs far from 0", strength_of("inputs far from 0"), (30, 100), True),
    Realization("targets", "targets large", strength_of("targets times"), (100, 1000), False, NUMBERS),
    Realization("targets", "prices", strength_of("prices"), (1000, 50000), True, NUMBERS),
    Realization("targets", "targets tiny", strength_of("targets times"), (1e-3, 1e-4), True, NUMBERS),
    Realization("rate", "Adam's rate high", option("rate", optimizer="adam"), (0.2, 0.5, 1.0), False),
    Realization("rate", "SGD's rate high", option("rate", optimizer="sgd"), (2.0, 5.0), True),
    Realization("rate", "Adam's rate low", option("rate", optimizer="adam"), (1e-5, 1e-4), False),
    Realization("rate", "SGD's rate low", option("rate", optimizer="sgd"), (1e-5, 1e-4), True),
    Realization("epochs", "few epochs", option("epochs"), (1, 2, 4), False),
    Realization("epochs", "one batch an epoch", option("epochs", batch=1000), (5, 10, 20), True),
    Realization("stopping", "large tolerance", _stops(0), (0.05, 0.2), False),
    Realization("stopping", "little patience", _stops(0), (0.01, 0.03), True),
    Realization("start", "weights start large", option("start_scale", start="scaled"), (10, 30), False, BOTH,
        _OWN_START),
    Realization("start", "weights start alike", option("start_scale", start="constant"), (0.0, 0.1), False, BOTH,
        _OWN_START),
    Realization("start", "weights start tiny", option("start_scale", start="scaled", hidden=(32, 32, 32)),
        (1e-2, 1e-3), True, BOTH, _OWN_START),
    Realization("start", "units start dead", option("start_scale", start="dead", activation="relu"), (5, 20), True,
        BOTH, _OWN_START),
    Realization("output", "sigmoid for numbers", changes(output="sigmoid"), (1,), False, NUMBERS, _OWN_START),
    Realization("output", "relu for numbers", changes(output="relu"), (1,), True, NUMBERS, _OWN_START),
    Realization("output", "softmax over one unit", changes(output="softmax", one_output=True), (1,), False,
        ("rings", "moons", "cancer"), _TORCH),
    Realization("output", "softmax twice", changes(squashed_twice=True), (1,), True,
        ("blobs", "digits", "wine", "iris"), _TORCH),
    Realization("output", "sigmoid twice", changes(squashed_twice=True, one_output=True), (1,), False,
        ("rings", "moons", "cancer"), _TORCH),
    Realization("depth", "many sigmoid layers", changes(hidden=(16,) * 5, activation="sigmoid", **_DEEP), (1,), False),
    Realization("depth", "very many tanh layers", changes(hidden=(8,) * 14, activation="tanh", **_DEEP), (1,), True),
    Realization("linear", "no activation", changes(activation="identity", **_DEEP), (1,), False,
        ("rings", "moons", "waves", "friedman", "categories")),
    Realization("linear", "no activation in two layers", changes(activation="identity", hidden=(32, 32), **_DEEP),
        (1,), True, ("rings", "moons", "waves", "blobs")),
    Realization("units", "too few units", _one_hidden_unit, (1, 2), False,
        ("rings", "waves", "digits", "blobs", "categories")),
    Realization("units", "a narrow layer", _bottleneck, (1,), True, ("digits", "blobs", "iris", "wine")),
    Realization("penalty", "large penalty", option("l2"), (30, 100), False),
    Realization("penalty", "very large penalty", option("l2"), (300, 1000), True),
    Realization("leak", "target among the inputs", strength_of("target among the inputs"), (1,), False),
    Realization("leak", "nearly the target among the inputs", strength_of("nearly the target among the inputs"),
        (0.5, 1), True),
    Realization("labels", "rows of y permuted", strength_of("rows of y permuted"), (1,), False),
    Realization("labels", "rows of y shifted", strength_of("rows of y shifted"), (1, 2), True),
    Realization("labels", "samples of one class", strength_of("samples of one class"), (1,), True, CLASSES,
        ("multilayer", "torch")),
    Realization("classes", "a rare class", changes(), (1,), False, ("rare",)),
    Realization("classes", "a rare class, small network", changes(hidden=(8,)), (1,), True, ("rare",)),
    Realization("memorizing", "few samples, many inputs", changes(epochs=150, hidden=(64,), **_DEEP), (1,), False,
        ("crowded",)),
    Realization("memorizing", "wrong labels", changes(epochs=150, hidden=(64, 64), **_DEEP), (1,), True, ("doubtful",)),
    Realization("gaps", "nan in X", strength_of("gaps"), (1,), False, BOTH, _TORCH),
    Realization("nothing", "noise", changes(), (1,), False, ("noise",)),
    Realization("nothing", "noisy numbers", changes(), (1,), True, ("noisy numbers",)),
)  # fmt: skip

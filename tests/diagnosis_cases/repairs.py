"""Repairs, each made alone: what else a recipe could have been, and which checks name it as the main cause.

A repair is a function from a recipe to another one, or None where there is nothing to repair. Those of data are made
where something was done to the data; all others wherever they change anything, whatever mistake was made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tests.diagnosis_cases.data import DATA
from tests.diagnosis_cases.recipe import BROKEN_LABELS, LEAKS, Recipe

__all__ = ["MENDS", "REPAIRS", "repaired", "well_made"]

Repair = Callable[[Recipe], Recipe | None]
_LONGER, _LONG = 4, 150
_OVERLAPPING = ("rare", "very rare")
"""Data with a rare class that is not told apart unless classes are weighted."""
_MEMORIZED = ("crowded", "doubtful", "wrong labels", "wrong of three", "noisy few")
"""Data of few samples and much noise, which need a penalty."""


def _data_undone(names: tuple[str, ...]) -> Repair:
    return lambda recipe: replace(recipe, change=None) if recipe.change in names else None


def _standardize(recipe: Recipe) -> Recipe | None:
    return None if recipe.standardize else replace(recipe, standardize=True)


def _scale_targets(recipe: Recipe) -> Recipe | None:
    numbers = DATA[recipe.data](recipe.seed).classes == 0
    return (
        replace(recipe, scale_targets=True)
        if numbers and recipe.change in ("targets times", "prices")
        else None
    )


def _rate(factor: float) -> Repair:
    """Ten times as high or low, or the usual one where that is farther away."""

    def repair(recipe: Recipe) -> Recipe | None:
        if recipe.optimizer == "lbfgs":
            return None
        better = max if factor > 1 else min
        return replace(recipe, rate=better(recipe.rate * factor, recipe.usual_rate))

    return repair


def _longer(recipe: Recipe) -> Recipe:
    return replace(recipe, epochs=max(_LONGER * recipe.epochs, _LONG), stopping=None)


def _usual_start(recipe: Recipe) -> Recipe | None:
    return None if recipe.start == "usual" else replace(recipe, start="usual")


def _fitting_output(recipe: Recipe) -> Recipe | None:
    if recipe.output is None and not recipe.squashed_twice:
        return None
    return replace(recipe, output=None, squashed_twice=False)


def _other_activation(recipe: Recipe) -> Recipe:
    return replace(recipe, activation="tanh" if recipe.activation == "relu" else "relu")


def _fewer_layers(recipe: Recipe) -> Recipe | None:
    return replace(recipe, hidden=recipe.hidden[:1]) if len(recipe.hidden) > 2 else None


def _wider(recipe: Recipe) -> Recipe:
    return replace(recipe, hidden=tuple(max(32, 2 * units) for units in recipe.hidden))


def _less_penalty(recipe: Recipe) -> Recipe | None:
    return replace(recipe, l2=0.0) if recipe.l2 > 0 else None


def _more_penalty(recipe: Recipe) -> Recipe:
    return replace(recipe, l2=max(10 * recipe.l2, 3.0))


def _hold_out(recipe: Recipe) -> Recipe | None:
    return (
        None
        if recipe.hold_out or recipe.optimizer == "lbfgs"
        else replace(recipe, hold_out=True, stopping=None)
    )


def _balance(recipe: Recipe) -> Recipe | None:
    return (
        replace(recipe, balanced=True)
        if recipe.data in (*_OVERLAPPING, "seldom") and not recipe.balanced
        else None
    )


REPAIRS: dict[str, Repair] = {
    "fill the gaps": _data_undone(("gaps",)),
    "mend the labels": _data_undone(BROKEN_LABELS),
    "drop the leak": _data_undone(LEAKS),
    "standardize the inputs": _standardize,
    "scale the targets": _scale_targets,
    "fitting output and loss": _fitting_output,
    "usual start": _usual_start,
    "lower rate": _rate(0.1),
    "higher rate": _rate(10.0),
    "train longer": _longer,
    "other activation": _other_activation,
    "fewer layers": _fewer_layers,
    "more units": _wider,
    "less penalty": _less_penalty,
    "more penalty": _more_penalty,
    "stop early": _hold_out,
    "weight the classes": _balance,
}

MENDS: dict[str, tuple[str, ...]] = {
    "not_finite": ("fill the gaps",),
    "wrong_output": ("fitting output and loss",),
    "leaking_inputs": ("drop the leak",),
    "unscaled_inputs": ("standardize the inputs",),
    "unscaled_targets": ("scale the targets",),
    "unrelated_targets": ("mend the labels",),
    "initialization": ("usual start",),
    "duplicate_units": ("usual start",),
    "dead_units": ("usual start", "other activation"),
    "saturated_units": ("usual start", "other activation"),
    "loss_not_finite": ("lower rate",),
    "learning_rate_too_high": ("lower rate",),
    "oscillation": ("lower rate",),
    "learning_rate_too_low": ("higher rate",),
    "update_ratio": ("higher rate",),
    "undertraining": ("train longer",),
    "vanishing_gradients": ("other activation", "fewer layers"),
    "exploding_gradients": ("usual start",),
    "collapsed_signal": ("other activation", "fewer layers"),
    "linear_units": ("other activation",),
    "too_few_units": ("more units",),
    "too_much_penalty": ("less penalty",),
    "overfitting": ("more penalty", "stop early"),
    "class_imbalance": ("weight the classes",),
}
"""From a check to the repairs that its verdict stands for: what its advice says first. Others name no cause."""


def repaired(recipe: Recipe) -> dict[str, Recipe]:
    """Return what each repair alone makes of a recipe; repairs that change nothing are left out."""
    found = {name: repair(recipe) for name, repair in REPAIRS.items()}
    return {name: other for name, other in found.items() if other is not None and other != recipe}


def well_made(recipe: Recipe) -> Recipe:
    """Return the recipe as it is without a mistake."""
    return Recipe(
        recipe.data,
        recipe.seed,
        recipe.framework,
        activation=recipe.activation if recipe.activation in ("relu", "tanh") else "relu",
        samples=recipe.samples,
        batch=recipe.batch if recipe.batch < 1000 else 16,
        balanced=recipe.data in _OVERLAPPING,
        l2=3.0 if recipe.data in _MEMORIZED else 0.0,
    )

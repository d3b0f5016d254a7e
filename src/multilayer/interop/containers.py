"""Objects that hold a model: a training, a search, a pipeline whose last step it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from multilayer._base.arrays import named_columns
from multilayer._base.errors import InputError
from multilayer._base.text import one_line
from multilayer.training import Training

__all__ = ["Steps", "input_names", "transformed", "unwrapped"]


@dataclass(frozen=True)
class PipelineStep:
    """A step of a pipeline that changes X before the network."""

    name: str
    transformer: Any

    def __str__(self) -> str:
        return f"step {self.name} ({type(self.transformer).__name__})"


Steps = tuple[PipelineStep, ...]


def unwrapped(model: Any) -> tuple[Steps, Any]:
    """Return the steps that change X before a model, and the model, out of all objects that hold it.

    Raises
    ------
    InputError
        When there is no fitted model in it, or one that predicts something else than the object does.
    """
    for holds, inner in _HOLDERS:
        if holds(model):
            before, held = inner(model)
            steps, innermost = unwrapped(held)
            return (*before, *steps), innermost
    return (), model


def transformed(X: Any, steps: Steps) -> Any:
    """Return samples after the steps.

    Raises
    ------
    InputError
        When a step is not fitted, or does not accept them.
    """
    for step in steps:
        names = getattr(step.transformer, "feature_names_in_", None)
        if names is not None:
            # A step may do without some of its columns; where not, its own error follows.
            with suppress(InputError):
                X = named_columns("X", X, list(map(str, names)))
        try:
            X = step.transformer.transform(X)
        except ValueError as error:
            raise InputError(one_line(" ".join(f"{step}: {error}".split()))) from error
    return X


def input_names(fitted: Any) -> list[str] | None:
    """Return the column names that something was fitted on, where it has them and each is there once."""
    names = list(map(str, getattr(fitted, "feature_names_in_", ())))
    return names if names and len(set(names)) == len(names) else None


def _having(*names: str) -> Callable[[Any], bool]:
    return lambda model: not isinstance(model, type) and all(hasattr(model, name) for name in names)


def _end_of_pipeline(pipeline: Any) -> tuple[Steps, Any]:
    if not pipeline.steps:
        raise InputError(f"this {type(pipeline).__name__} has no steps, so there is no network at its end")
    *before, (_, model) = pipeline.steps
    return tuple(
        PipelineStep(name, transformer)
        for name, transformer in before
        # Samplers (of imbalanced-learn) change the samples of a fit only.
        if transformer not in (None, "passthrough") and not hasattr(transformer, "fit_resample")
    ), model


def _best_of_search(search: Any) -> tuple[Steps, Any]:
    if not hasattr(search, "best_estimator_"):
        raise InputError(
            f"this {type(search).__name__} has no best_estimator_; fit it with refit=True, or give an estimator"
        )
    return (), search.best_estimator_


def _refuse_transformed_targets(model: Any) -> tuple[Steps, Any]:
    raise InputError(
        f"the network of a {type(model).__name__} predicts transformed targets; "
        "give model.regressor_, with model.transformer_.transform(y) as y"
    )


_HOLDERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], tuple[Steps, Any]]], ...] = (
    (lambda model: isinstance(model, Training), lambda training: ((), training.trained)),
    (_having("steps", "named_steps"), _end_of_pipeline),
    (_having("estimator", "refit", "cv", "error_score"), _best_of_search),
    (_having("regressor", "transformer", "check_inverse"), _refuse_transformed_targets),
)
"""Tests for the kinds of holders, by their attributes, and functions that return the model in one."""

"""Objects that hold a model: a training, a search, a pipeline whose last step it is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.data_frames import named_columns
from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, one_line
from multilayer.activations import Identity, exponential
from multilayer.network import MLP, Dense
from multilayer.training import Training

__all__ = [
    "Affine",
    "Floats",
    "PipelineStep",
    "Steps",
    "Weights",
    "has_transformed_targets",
    "input_names",
    "scaling_of",
    "transformed",
    "unwrapped",
    "with_steps",
    "with_targets",
]

Floats = NDArray[np.float64]
Weights = tuple[NDArray[Any], NDArray[Any]]
"""W of shape (inputs, units), and b."""


@dataclass(frozen=True, eq=False)
class Affine:
    """x -> (x - centre) / std * scale + shift, column by column, with all numbers in float64."""

    centre: Floats
    std: Floats
    scale: Floats
    shift: Floats

    @classmethod
    def of(cls, factor: Floats, shift: Floats) -> Affine:
        """Return x -> x * factor + shift."""
        return cls(np.zeros_like(factor), np.ones_like(factor), factor, shift)

    def after(self, W: Floats, b: Floats) -> Weights:
        """Return the layer that computes x W + b and then this."""
        factor = self.scale / self.std
        return W * factor, (b - self.centre) * factor + self.shift

    def before(self, W: Floats, b: Floats) -> Weights:
        """Return the layer that computes this and then x W + b."""
        factor = self.scale / self.std
        return factor[:, np.newaxis] * W, b + (self.shift - self.centre * factor) @ W

    def check_before(self, dtype: np.dtype[Any]) -> None:
        """Refuse columns that would lose more than half of their digits when `before` is computed in this dtype.

        There the centre is subtracted after the product: a column whose centre is r standard deviations from 0 loses a
        factor r of its precision.

        Raises
        ------
        InputError
            For such a column.
        """
        distance = np.abs(self.centre / self.std)
        worst = int(distance.argmax())
        if distance[worst] > 1.0 / np.sqrt(np.finfo(dtype).eps):
            raise InputError(
                "the mean of column {worst} is {distance:.2g} standard deviations from "
                "0; folded into the next layer, {dtype} would lose more than half of its "
                "digits; standardize the data yourself and give the layers behind",
                worst=worst + 1,
                distance=distance[worst],
                dtype=dtype,
            )


def with_steps(steps: Steps, network: MLP) -> MLP:
    """Return the network that computes the steps and then `network`, with the steps folded into its first layer.

    Raises
    ------
    InputError
        For a step that is not a multiplication and addition per column.
    """
    if not steps:
        return network
    first, *others = network.layers
    W, b = first.W.astype(np.float64), first.b.astype(np.float64)
    for step in reversed(steps):
        with located(str(step)):
            affine = scaling_of(step.transformer, first.inputs)
            affine.check_before(network.dtype)
        W, b = affine.before(W, b)
    layer = Dense(W.astype(network.dtype), b.astype(network.dtype), first.activation)
    return MLP([layer, *others], classes=network.classes, inputs=input_names(steps[0].transformer))


def has_transformed_targets(model: Any) -> bool:
    """Whether a model is a fitted regressor whose targets are transformed, such as TransformedTargetRegressor."""
    return _having("regressor_", "transformer_", "check_inverse")(model)


def with_targets(network: MLP, transformer: Any) -> MLP:
    """Return the network whose outputs are what `transformer.inverse_transform` makes of them.

    It is folded into the last layer, in float64, and rounded once.

    Raises
    ------
    InputError
        For a transformer that is not a multiplication and addition, and an output layer that is not the identity.
    """
    *others, last = network.layers
    with located(fill("the transformer of the targets ({kind})", kind=type(transformer).__name__)):
        if not isinstance(last.activation, Identity):
            raise InputError(
                "it follows the output activation {name}; expected the identity",
                name=last.activation.facts.name,
            )
        layer = _unscaled(last, transformer)
    return MLP([*others, layer], classes=network.classes, inputs=network.input_names)


def _unscaled(last: Dense, transformer: Any) -> Dense:
    """Return the last layer, and behind it the inverse of a transformer of targets."""
    if hasattr(transformer, "inverse_func"):  # a function and its inverse
        inverse = transformer.inverse_func
        if inverse is not None and inverse is not np.exp:
            raise InputError(
                "its inverse is a function of its own; give model.regressor_, with model.transformer_.transform(y) as y"
            )
        return last if inverse is None else Dense(last.W, last.b, exponential)
    there = scaling_of(transformer, last.units)
    back = Affine(there.shift, there.scale, there.std, there.centre)
    W, b = back.after(last.W.astype(np.float64), last.b.astype(np.float64))
    return Dense(W.astype(last.dtype), b.astype(last.dtype))


def scaling_of(scaler: Any, columns: int) -> Affine:
    """Return what a scaler does, recognized by the function of its class that transforms.

    Raises
    ------
    InputError
        For another transformer, one that is not fitted, and one that clips.
    """
    transform = getattr(type(scaler), "transform", None)
    numbers = _SCALERS.get(getattr(transform, "__qualname__", ""))
    if numbers is None or not transform.__module__.startswith("sklearn.preprocessing."):
        raise InputError(
            "it is not a scaling of columns, as a layer can do; give the last step, pipeline[-1], "
            "and what pipeline[:-1].transform(X) returns as samples"
        )
    if not hasattr(scaler, "n_features_in_"):
        raise InputError("it is not fitted; fit the pipeline first")
    if getattr(scaler, "clip", False):
        raise InputError("it clips what is out of range, which a layer cannot do; set clip=False")
    zeros, ones = np.zeros(columns), np.ones(columns)
    found = [
        default if value is None else np.asarray(value, np.float64)
        for value, default in zip(numbers(scaler), (zeros, ones, ones, zeros), strict=True)
    ]
    return Affine(*found)


_SCALERS: dict[str, Callable[[Any], tuple[Any, Any, Any, Any]]] = {
    "StandardScaler.transform": lambda s: (s.mean_ if s.with_mean else None, s.scale_, None, None),
    "RobustScaler.transform": lambda s: (s.center_, s.scale_, None, None),
    "MaxAbsScaler.transform": lambda s: (None, s.scale_, None, None),
    # x * scale_ + min_ is (x + min_ / scale_) * scale_: its centre is what becomes 0.
    "MinMaxScaler.transform": lambda s: (-s.min_ / s.scale_, 1.0 / s.scale_, None, None),
}
"""Centre, std, scale and shift of each; None for one that it does not have."""


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
        raise InputError(
            "this {kind} has no steps, so there is no network at its end", kind=type(pipeline).__name__
        )
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
            "this {kind} has no best_estimator_; fit it with refit=True, or give an estimator",
            kind=type(search).__name__,
        )
    return (), search.best_estimator_


def _refuse_transformed_targets(model: Any) -> tuple[Steps, Any]:
    raise InputError(
        "the network of a {kind} predicts transformed targets; give model.regressor_, "
        "with model.transformer_.transform(y) as y",
        kind=type(model).__name__,
    )


_HOLDERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], tuple[Steps, Any]]], ...] = (
    (lambda model: isinstance(model, Training), lambda training: ((), training.trained)),
    (_having("steps", "named_steps"), _end_of_pipeline),
    (_having("estimator", "refit", "cv", "error_score"), _best_of_search),
    (_having("regressor", "transformer", "check_inverse"), _refuse_transformed_targets),
    (lambda model: type(model).__module__ == "sklearn.frozen._frozen", lambda frozen: ((), frozen.estimator)),
)
"""Tests for the kinds of holders, by their attributes, and functions that return the model in one."""

"""Training by a recipe, with our own core or as users of scikit-learn and PyTorch do; and the held-out score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import MLP, Dense, fit, initialize
from multilayer._base.errors import InputError
from multilayer.diagnosis import TrainingRecord
from multilayer.optimizers import LBFGS, SGD, Adam
from multilayer.training import EarlyStopping
from tests.diagnosis_cases.recipe import Recipe, prepared
from tests.diagnosis_cases.samples import Data

__all__ = ["Made", "losses_of", "made", "skill"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Made:
    """A trained model, and what a user of its framework has beside it."""

    recipe: Recipe
    data: Data
    model: Any
    """An MLP, an estimator of scikit-learn, or a module of PyTorch."""
    loss: str | None
    """The name of the loss; None where the model brings it."""
    outputs: Callable[[Array], Array]
    """Outputs for samples: class numbers, or rows of numbers."""
    course: TrainingRecord | Any
    """All that is known of the training; None where the model brings it."""
    curve: tuple[float, ...]


def losses_of(recipe: Recipe, classes: int) -> tuple[str, str, int]:
    """Return the output activation, the loss and the number of outputs for so many classes; 0 for numbers."""
    if not classes:
        return recipe.output or "identity", "squared", 1
    if recipe.one_output:
        return recipe.output or "sigmoid", "binary_cross_entropy", 1
    return recipe.output or "softmax", "categorical_cross_entropy", classes


def made(recipe: Recipe, seed: int, watched: list[MLP] | None = None) -> Made:
    """Return the network that the recipe makes with these random numbers; `watched` gets our own after each epoch.

    Raises
    ------
    FloatingPointError
        Where the training ends in an exception instead of a network.
    """
    from tests.diagnosis_cases.frameworks import of_scikit_learn, of_torch

    others = {"scikit-learn": of_scikit_learn, "torch": of_torch}
    with np.errstate(all="ignore"):
        if recipe.framework in others:
            return others[recipe.framework](recipe, prepared(recipe), seed)
        return _ours(recipe, prepared(recipe), seed, watched)


def skill(found: Made) -> float:
    """Return the held-out score on the way from a constant (0) to perfection (1), -1 at least.

    The score is the balanced accuracy, or R^2.
    """
    X, y = found.data.scored_X, found.data.scored_y
    with np.errstate(all="ignore"):
        outputs = found.outputs(X)
        if outputs.dtype.kind == "i":
            present = np.unique(y)
            recall = np.mean([np.mean(outputs[y == k] == k) for k in present])
            return float((recall - 1 / len(present)) / (1 - 1 / len(present)))
        left = ((outputs - y) ** 2).sum(axis=0) / ((y - y.mean(axis=0)) ** 2).sum(axis=0)
    return float(np.maximum(np.nan_to_num(1.0 - left, nan=-1.0), -1.0).mean())


def start_of(recipe: Recipe, network: MLP) -> MLP:
    """Return initial weights as the recipe has them, of those that are usually drawn."""
    if recipe.start == "usual":
        return network
    *hidden, last = network.layers
    if recipe.start == "constant":
        layers = [Dense(np.full_like(h.W, recipe.start_scale), h.b, h.activation) for h in network.layers]
        return MLP(layers)
    if recipe.start == "dead":
        return MLP([*(Dense(h.W, h.b - recipe.start_scale, h.activation) for h in hidden), last])
    return MLP([Dense(h.W * recipe.start_scale, h.b, h.activation) for h in network.layers])


def optimizer_of(recipe: Recipe) -> Any:
    if recipe.optimizer == "lbfgs":
        return LBFGS()
    return SGD(recipe.rate, momentum=0.9) if recipe.optimizer == "sgd" else Adam(recipe.rate)


def _ours(recipe: Recipe, data: Data, seed: int, watched: list[MLP] | None) -> Made:
    output, loss, units = losses_of(recipe, data.classes)
    units = units if data.classes else data.y.shape[1]
    drawn = initialize((data.X.shape[1], *recipe.hidden, units), recipe.activation, output, rng=seed)
    start = start_of(recipe, drawn)

    def watch(event: Any) -> None:
        if watched is not None:
            watched.append(event.network)

    if watched is not None:
        watched.append(start)
    y = data.y.reshape(-1, 1) if loss == "binary_cross_entropy" else data.y
    scored_y = data.scored_y.reshape(-1, 1) if loss == "binary_cross_entropy" else data.scored_y
    stopping: EarlyStopping | None = None
    validation: Any = None
    if recipe.stopping is not None:
        stopping = EarlyStopping(*recipe.stopping, monitor="loss", restore_best=False)
    if recipe.hold_out:
        stopping, validation = EarlyStopping(10, 1e-3), 0.2
    elif recipe.validated:
        validation = (data.scored_X[:200], scored_y[:200])
    options: dict[str, Any] = {"batch_size": recipe.batch}
    if recipe.optimizer == "lbfgs":
        options, stopping, validation = {}, None, None
    try:
        trained = fit(
            start,
            data.X,
            y,
            loss=loss,
            optimizer=optimizer_of(recipe),
            epochs=recipe.epochs,
            l2=recipe.l2,
            stopping=stopping,
            validation=validation,
            class_weight="balanced" if recipe.balanced and data.classes else None,
            rng=seed,
            progress=False,
            callbacks=watch,
            **options,
        )
    except InputError as error:
        raise FloatingPointError(str(error)) from error
    threshold = 0.5 if loss == "binary_cross_entropy" else None
    return Made(
        recipe,
        data,
        trained,
        loss,
        lambda X: numbered(np.asarray(trained.network(X)), data.classes, threshold),
        trained,
        trained.history.loss,
    )


def numbered(z: Array, classes: int, threshold: float | None = None) -> Array:
    """Return class numbers for outputs where the targets are classes."""
    if not classes:
        return z
    if threshold is not None and z.shape[1] == 1:
        return np.asarray(z[:, 0] > threshold, np.int64)
    return np.asarray(z.argmax(axis=1), np.int64)

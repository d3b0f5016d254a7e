"""Training by a recipe as users of scikit-learn and PyTorch do."""

from __future__ import annotations

import math
import warnings
from copy import deepcopy
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import from_model, initialize
from multilayer.diagnosis import TrainingRecord
from multilayer.training import History
from tests.diagnosis_cases.recipe import Recipe
from tests.diagnosis_cases.samples import Data
from tests.diagnosis_cases.training import Made, losses_of, numbered, start_of

__all__ = ["of_scikit_learn", "of_torch"]

Array = NDArray[Any]


def of_scikit_learn(recipe: Recipe, data: Data, seed: int) -> Made:
    """Return what MLPClassifier or MLPRegressor makes."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.utils.class_weight import compute_sample_weight

    patience, tolerance = recipe.stopping or (recipe.epochs + 1, 0.0)
    activations = {"sigmoid": "logistic"}
    model = (MLPClassifier if data.classes else MLPRegressor)(
        hidden_layer_sizes=recipe.hidden,
        activation=activations.get(recipe.activation, recipe.activation),
        solver=recipe.optimizer,
        alpha=recipe.l2,
        batch_size=min(recipe.batch, len(data.X)),
        learning_rate_init=recipe.rate,
        max_iter=recipe.epochs,
        tol=tolerance if recipe.stopping or not recipe.hold_out else 1e-3,
        n_iter_no_change=10 if recipe.hold_out else patience,
        early_stopping=recipe.hold_out,
        validation_fraction=0.2,
        random_state=seed,
    )
    y = data.y if data.classes or data.y.shape[1] > 1 else data.y[:, 0]
    weight = compute_sample_weight("balanced", y) if recipe.balanced and data.classes else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model.fit(data.X, y, **({} if weight is None else {"sample_weight": weight}))
        except ValueError as error:
            raise FloatingPointError(str(error)) from error

    def outputs(X: Array) -> Array:
        found = model.predict(X)
        return np.asarray(found, np.int64) if data.classes else found.reshape(len(X), -1)

    curve = tuple(map(float, getattr(model, "loss_curve_", ())))
    return Made(recipe, data, model, None, outputs, None, curve)


def of_torch(recipe: Recipe, data: Data, seed: int) -> Made:
    """Return what a loop over batches makes of a Sequential, which ends in logits where targets are classes."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    _, loss, units = losses_of(recipe, data.classes)
    units = units if data.classes else data.y.shape[1]
    model = _sequential(recipe, data.X.shape[1], units, seed, bool(data.classes))
    start = from_model(deepcopy(model))
    target = data.y.reshape(-1, 1) if loss == "binary_cross_entropy" else data.y
    kind = torch.int64 if loss == "categorical_cross_entropy" else torch.float32
    X, y = torch.tensor(data.X, dtype=torch.float32), torch.tensor(target, dtype=kind)
    measured = _torch_loss(loss, recipe, data)
    held_out = round(0.2 * len(X)) if recipe.hold_out else 0
    parameters, decay = model.parameters(), recipe.l2 / recipe.batch
    if recipe.optimizer == "sgd":
        optimizer: Any = torch.optim.SGD(parameters, recipe.rate, momentum=0.9, weight_decay=decay)
    else:
        optimizer = torch.optim.Adam(parameters, recipe.rate, weight_decay=decay)
    curve: list[float] = []
    best, waited, kept = math.inf, 0, None
    patience, tolerance = recipe.stopping or ((10, 1e-3) if recipe.hold_out else (math.inf, 0.0))
    for _ in range(recipe.epochs):
        order, total = torch.randperm(len(X) - held_out) + held_out, 0.0
        for rows in order.split(recipe.batch):
            optimizer.zero_grad()
            value = measured(model(X[rows]), y[rows])
            value.backward()
            optimizer.step()
            total += float(value.detach()) * len(rows)
        curve.append(total / len(order))
        watched = curve[-1]
        if held_out:
            with torch.no_grad():
                watched = float(measured(model(X[:held_out]), y[:held_out]))
        waited = 0 if watched < best - tolerance else waited + 1
        if watched < best:
            best, kept = watched, deepcopy(model.state_dict()) if held_out else None
        if waited > patience:
            break
    if kept is not None:
        model.load_state_dict(kept)

    def outputs(given: Array) -> Array:
        with torch.no_grad():
            z = model(torch.tensor(given, dtype=torch.float32)).numpy()
        return numbered(
            np.asarray(z, np.float64), data.classes, 0.5 if recipe.squashed_twice or recipe.output else 0.0
        )

    course = TrainingRecord(
        history=History(loss=tuple(curve)),
        stopped="plateau" if len(curve) < recipe.epochs else "epochs",
        optimizer=recipe.optimizer,
        learning_rate=recipe.rate,
        epochs=recipe.epochs,
        start=start,
    )
    return Made(recipe, data, model, loss, outputs, course, tuple(curve))


def _sequential(recipe: Recipe, inputs: int, units: int, seed: int, classes: bool) -> Any:
    import torch

    kinds = {
        "relu": torch.nn.ReLU,
        "tanh": torch.nn.Tanh,
        "sigmoid": torch.nn.Sigmoid,
        "gelu": torch.nn.GELU,
        "identity": torch.nn.Identity,
    }
    widths, layers = (inputs, *recipe.hidden), []
    for before, after in pairwise(widths):
        layers += [torch.nn.Linear(before, after), kinds[recipe.activation]()]
    layers.append(torch.nn.Linear(widths[-1], units))
    if recipe.output == "softmax" or recipe.squashed_twice:
        layers.append(torch.nn.Softmax(dim=1) if units > 1 or recipe.output else torch.nn.Sigmoid())
    elif recipe.output is not None and not classes:
        layers.append(kinds[recipe.output]())
    model = torch.nn.Sequential(*layers)
    if recipe.start != "usual":
        network = start_of(recipe, initialize((inputs, *recipe.hidden, units), recipe.activation, rng=seed))
        linear = [module for module in model if isinstance(module, torch.nn.Linear)]
        with torch.no_grad():
            for module, layer in zip(linear, network.layers, strict=True):
                module.weight.copy_(torch.tensor(np.ascontiguousarray(layer.W.T)))
                module.bias.copy_(torch.tensor(np.ascontiguousarray(layer.b)))
    return model


def _torch_loss(loss: str, recipe: Recipe, data: Data) -> Any:
    import torch

    if loss == "squared":
        return torch.nn.MSELoss()
    if recipe.output == "softmax":
        return torch.nn.BCELoss()
    counts = np.maximum(np.bincount(data.y, minlength=data.classes), 1)
    weight = (
        torch.tensor(len(data.y) / counts / data.classes, dtype=torch.float32) if recipe.balanced else None
    )
    if loss == "categorical_cross_entropy":
        return torch.nn.CrossEntropyLoss(weight=weight)
    return torch.nn.BCEWithLogitsLoss(pos_weight=None if weight is None else weight[1] / weight[0])

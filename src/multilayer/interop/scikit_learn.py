"""The MLPs of scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from multilayer._base.errors import InputError
from multilayer.activations import get
from multilayer.interop.contract import Conversion
from multilayer.interop.scikit_learn_settings import has_settings
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label, labels_of

__all__ = ["scikit_learn"]


def _convert(model: Any) -> MLP:
    if not hasattr(model, "coefs_"):
        raise InputError(f"this {type(model).__name__} is not fitted, so it has no weights; call fit first")
    hidden, output = get(model.activation), get(model.out_activation_)
    activations = (*[hidden] * (len(model.coefs_) - 1), output)
    layers = [
        Dense(W, b, activation)
        for W, b, activation in zip(model.coefs_, model.intercepts_, activations, strict=True)
    ]
    return MLP(layers, classes=_classes(model), inputs=_inputs(model))


def _classes(model: Any) -> Sequence[Label] | None:
    """Return the labels where a sample has one of them: of several labels at once, each output is a question alone."""
    labels = getattr(model, "classes_", ())
    exclusive = model.out_activation_ == "softmax" or (model.n_outputs_ == 1 and len(labels) == 2)
    return labels_of(labels) if exclusive else None


def _inputs(model: Any) -> Sequence[str] | None:
    names = list(map(str, getattr(model, "feature_names_in_", ())))
    return names if names and len(set(names)) == len(names) else None


scikit_learn = Conversion("a fitted MLPClassifier or MLPRegressor of scikit-learn", has_settings, _convert)

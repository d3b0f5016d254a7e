"""All conversions, and the one way to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from multilayer._base.errors import InputError
from multilayer.interop.contract import Conversion
from multilayer.interop.keras import refuse_keras
from multilayer.interop.multilayer_network import multilayer_network
from multilayer.interop.opened import opened
from multilayer.interop.scalers import behind
from multilayer.interop.scikit_learn import scikit_learn
from multilayer.interop.torch_sequential import torch_sequential
from multilayer.network import MLP

__all__ = ["conversion_of", "conversions", "from_model"]

conversions: tuple[Conversion, ...] = (
    multilayer_network,
    scikit_learn,
    torch_sequential,
)
"""In the order in which they are asked; the first that recognizes a model converts it."""


def from_model(model: Any, /) -> MLP:
    """Return the network that a model is, with its weights, activations, class labels and input names.

    Its outputs are the model's own, to rounding. What a network cannot represent is refused by name, never left out.
    The model's package is not imported, and need not be known to this one.

    Parameters
    ----------
    model : object
        A fitted `MLPClassifier` or `MLPRegressor`, of `multilayer.estimators` or of scikit-learn, also as the end of a
        pipeline of scalers, which become part of the first layer, or as the best of a search; a PyTorch
        `nn.Sequential` of `Linear`, `BatchNorm1d` and activations, as it predicts in evaluation mode; an `MLP`, which
        is returned as it is; or what `fit` returned.

    Raises
    ------
    InputError
        For another kind of model, one that is not fitted, and one with a part that a network does not have.

    Examples
    --------
    >>> from multilayer import initialize
    >>> network = initialize((2, 8, 1), "tanh", rng=0)
    >>> from_model(network) is network
    True
    >>> from_model("network.json")
    Traceback (most recent call last):
    multilayer._base.errors.InputError: a str cannot be made a network; expected an MLP, or ...
    """
    steps, inner = opened(model)
    return behind(steps, conversion_of(inner).convert(inner))


_WAYS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda model: isinstance(model, str | os.PathLike), "; multilayer.load reads one from a file"),
    (lambda model: isinstance(model, type), "; this is a class: give a fitted object of it"),
    (
        lambda model: (
            isinstance(model, Mapping) and any(hasattr(value, "detach") for value in model.values())
        ),
        "; a state_dict has no activations: load it into its nn.Sequential, and give that",
    ),
    (
        lambda model: bool(getattr(model, "calibrated_classifiers_", None)),
        "; it holds several models: give one, such as model.calibrated_classifiers_[0].estimator",
    ),
    (
        lambda model: bool(getattr(model, "estimators_", None)),
        "; it holds several models: give one, such as model.estimators_[0]",
    ),
    (lambda model: hasattr(model, "estimator_"), "; it holds a model: give model.estimator_"),
)
"""The way to a network from something else that is at hand: what tells it, and how the message ends."""


def conversion_of(model: Any) -> Conversion:
    """Return the conversion for a model.

    Raises
    ------
    InputError
        For another kind of model.
    """
    refuse_keras(model)
    for conversion in conversions:
        if conversion.recognizes(model):
            return conversion
    kinds = ", or ".join(conversion.kind for conversion in conversions)
    way = next((way for holds, way in _WAYS if holds(model)), "")
    raise InputError(f"a {type(model).__name__} cannot be made a network; expected {kinds}{way}")

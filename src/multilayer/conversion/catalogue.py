"""All conversions, and the one way to them."""

from __future__ import annotations

from typing import Any

from multilayer.conversion.contract import Conversion
from multilayer.conversion.keras import refuse_keras
from multilayer.conversion.multilayer_network import multilayer_network
from multilayer.conversion.opened import opened
from multilayer.conversion.scalers import behind
from multilayer.conversion.scikit_learn import scikit_learn
from multilayer.conversion.torch_sequential import torch_sequential
from multilayer.errors import InputError
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
    multilayer.errors.InputError: a str cannot be made a network; expected an MLP, or ...
    """
    steps, inner = opened(model)
    return behind(steps, conversion_of(inner).convert(inner))


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
    raise InputError(f"a {type(model).__name__} cannot be made a network; expected {kinds}")

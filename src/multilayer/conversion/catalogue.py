"""All conversions, and the one way to them."""

from __future__ import annotations

from typing import Any

from multilayer.conversion.contract import Conversion
from multilayer.conversion.multilayer_estimator import multilayer_estimator
from multilayer.conversion.multilayer_network import multilayer_network
from multilayer.conversion.scikit_learn import scikit_learn
from multilayer.conversion.torch_sequential import torch_sequential
from multilayer.errors import InputError
from multilayer.network import MLP

__all__ = ["conversions", "from_model"]

conversions: tuple[Conversion, ...] = (
    multilayer_network,
    multilayer_estimator,
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
        A fitted `MLPClassifier` or `MLPRegressor`, of `multilayer.estimators` or of scikit-learn; a PyTorch
        `nn.Sequential` of `Linear` layers and activations, as it predicts in evaluation mode; or an `MLP`, which is
        returned as it is.

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
    for conversion in conversions:
        if conversion.recognizes(model):
            return conversion.convert(model)
    kinds = ", or ".join(conversion.kind for conversion in conversions)
    raise InputError(f"a {type(model).__name__} cannot be made a network; expected {kinds}")

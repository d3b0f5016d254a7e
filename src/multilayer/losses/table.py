"""The table of losses, by family, and how a name finds its entry."""

from __future__ import annotations

from typing import Any

from multilayer._base.names import Entry, Registry
from multilayer.activations import Activation, Identity
from multilayer.losses.likelihoods import binary_cross_entropy, categorical_cross_entropy, poisson
from multilayer.losses.loss import Loss
from multilayer.losses.residuals import (
    absolute,
    huber,
    mean_absolute_error,
    mean_squared_error,
    quantile,
    squared,
)

__all__ = ["catalogue", "for_activation", "get", "names", "registry"]

catalogue: tuple[Loss, ...] = (
    squared,
    mean_squared_error,
    absolute,
    mean_absolute_error,
    huber,
    quantile,
    binary_cross_entropy,
    categorical_cross_entropy,
    poisson,
)

_NOT_A_LOSS = {
    **dict.fromkeys(
        ("rmse", "rootmeansquarederror"),
        "a root over all samples is no mean of losses: take 'mse', which has the same minimum, and "
        "metrics='rmse' to see the root",
    ),
    **dict.fromkeys(
        ("bcewithlogits", "bcewithlogitsloss", "binarycrossentropywithlogits", "sigmoidbinarycrossentropy"),
        "outputs are probabilities here: end the network in sigmoid and take 'binary_cross_entropy', which is computed "
        "from the weighted sums all the same",
    ),
    **dict.fromkeys(
        ("softmaxcrossentropy", "softmaxcrossentropywithintegerlabels"),
        "outputs are probabilities here: end the network in softmax and take 'categorical_cross_entropy', which is "
        "computed from the weighted sums all the same",
    ),
    **dict.fromkeys(
        ("nll", "nllloss"),
        "outputs are probabilities here: end the network in softmax in place of log_softmax and take "
        "'categorical_cross_entropy', which is the same number",
    ),
    **dict.fromkeys(
        ("poissonnll", "poissonnllloss"),
        "outputs are rates here: end the network in exponential and take 'poisson'",
    ),
    **dict.fromkeys(
        ("smoothl1", "smoothl1loss"),
        "it is 'huber' divided by delta: take Huber(delta), where delta is its beta",
    ),
    "accuracy": "it has no gradient: take a cross-entropy, and metrics='accuracy' to see it",
    **dict.fromkeys(
        ("r2", "r2score"), "take 'mse', whose minimum is the maximum of r2, and metrics='r2' to see it"
    ),
}

registry: Registry[Loss] = Registry(
    kind="loss",
    types=(Loss,),
    entries=tuple(Entry(loss, loss.facts.name, loss.facts.aliases, loss.facts.formula) for loss in catalogue),
    where="multilayer.losses",
    refused=_NOT_A_LOSS,
)


def names() -> tuple[str, ...]:
    """Return the names that `get` and `loss=` take; aliases such as "mse" are in the facts of a loss.

    >>> names()[:2]
    ('squared', 'mean_squared_error')
    """
    return registry.names()


def for_activation(activation: Activation, /) -> Loss | None:
    """Return the loss that belongs to an output activation; None where none does.

    >>> from multilayer.activations import relu, softmax
    >>> for_activation(softmax), for_activation(relu)
    (CategoricalCrossEntropy(label_smoothing=0.0), None)
    """
    for loss in catalogue:
        if isinstance(activation, loss.fused_activations):
            return loss
    return squared if isinstance(activation, Identity) else None


def get(name: str | Loss, /, **parameters: Any) -> Loss:
    """Return the loss called `name`, or by one of its aliases, with the parameters given.

    Case, hyphens, underscores and spaces do not matter. A loss is returned as it is.

    Names with "mean" keep their usual scale: `mse` and `mae` are the mean over samples and outputs. All
    other losses are summed over outputs and averaged over samples; `squared` is half the square, as in scikit-learn.

    Examples
    --------
    >>> get("pinball", q=0.9)
    Quantile(q=0.9)

    Raises
    ------
    InputError
        For an unknown name (the message lists near matches) or an unknown or unfit parameter.
    """
    return registry.get(name, parameters)

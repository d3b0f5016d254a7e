"""The network of an object: a network itself, a result of training, or a fitted estimator."""

from __future__ import annotations

from typing import Any

from multilayer._base.errors import InputError
from multilayer.network.mlp import MLP

__all__ = ["holds_network", "network_of"]


def holds_network(model: Any) -> bool:
    """Whether an object is a network or of a kind that holds one, fitted or not."""
    return _held(model) is not None or hasattr(type(model), "network_")


def network_of(model: Any) -> MLP:
    """Return the network that an object is, or has as `.network` (what `fit` returned) or `.network_` (an estimator).

    Raises
    ------
    InputError
        When there is none, with the way to one.
    """
    held = _held(model)
    if held is not None:
        return held
    if hasattr(type(model), "network_"):
        raise InputError(
            "this {kind} is not fitted, so it has no network; call fit first", kind=type(model).__name__
        )
    raise InputError(
        "expected a multilayer.MLP, got {kind}; multilayer.from_model makes one of a "
        "fitted model, multilayer.initialize one with new weights",
        kind=type(model).__name__,
    )


def _held(model: Any) -> MLP | None:
    if isinstance(model, MLP):
        return model
    # A running training has a network, too: the one that it started from.
    outcome = getattr(model, "trained", None)
    for holder, name in ((outcome, "network"), (model, "network_"), (model, "network")):
        held = getattr(holder, name, None)
        if isinstance(held, MLP):
            return held
    return None

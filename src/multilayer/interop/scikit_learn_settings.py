"""How a training was meant, read off the parameters of scikit-learn's MLPs and of the estimators in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from multilayer.activations import Activation, get, identity
from multilayer.optimizers import (
    LBFGS,
    SGD,
    Adam,
    Adaptive,
    Constant,
    InverseScaling,
    Optimizer,
    Schedule,
)

__all__ = ["has_settings", "optimizer_of", "output_weights_by", "schedule_of"]


def has_settings(model: Any) -> bool:
    """Whether a model has the parameters of scikit-learn's MLPs, fitted or not."""
    return all(hasattr(model, name) for name in ("hidden_layer_sizes", "activation", "solver"))


def output_weights_by(chosen: Any, hidden: Sequence[Activation]) -> Activation:
    """Return the activation that decides how large the output layer's first weights are: the last hidden one.

    Without hidden layers it is the parameter `activation` that was `chosen`, though no layer has it.
    """
    if hidden:
        return hidden[-1]
    return get(chosen) if isinstance(chosen, str | Activation) else identity


def optimizer_of(estimator: Any) -> Optimizer | LBFGS:
    """Return the rule that moves the weights: `optimizer` where there is one, else what `solver` means."""
    own: Optimizer | None = getattr(estimator, "optimizer", None)
    if own is not None:
        return own
    rate = float(estimator.learning_rate_init)
    if estimator.solver == "lbfgs":
        return LBFGS(float(estimator.tol), int(estimator.max_fun))
    if estimator.solver == "sgd":
        return SGD(rate, estimator.momentum, bool(estimator.nesterovs_momentum))
    return Adam(rate, estimator.beta_1, estimator.beta_2, estimator.epsilon)


def schedule_of(estimator: Any) -> Schedule:
    """Return how the rate changes; scikit-learn's Adam follows no schedule."""
    chosen = estimator.learning_rate
    if isinstance(chosen, Schedule):
        return chosen
    if estimator.solver != "sgd" or getattr(estimator, "optimizer", None) is not None:
        return Constant()
    return {
        "constant": Constant(),
        "invscaling": InverseScaling(estimator.power_t),
        "adaptive": Adaptive(),
    }[chosen]

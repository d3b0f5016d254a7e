"""The remedies, and which of them a verdict names.

To add one: a function in `of_data`, `of_network` or `of_training`, and an entry of `REMEDIES`. Its name is the name of
the remedy.
"""

from __future__ import annotations

from collections.abc import Mapping

from multilayer.diagnosis.remedies.of_data import balance, leak, standardize, targets
from multilayer.diagnosis.remedies.of_network import activation, depth, initialization, output, width
from multilayer.diagnosis.remedies.of_training import (
    clipping,
    early_stopping,
    patience,
    penalty,
    rate,
    shrinkage,
    solver,
)
from multilayer.diagnosis.remedies.variant import Remedy

__all__ = ["OWN", "REMEDIES"]

OWN: Mapping[str, str] = {
    "wrong_output": "output",
    "leaking_inputs": "leak",
    "unscaled_inputs": "standardize",
    "unscaled_targets": "targets",
    "initialization": "initialization",
    "duplicate_units": "initialization",
    "linear_units": "activation",
    "vanishing_gradients": "depth",
    "collapsed_signal": "activation",
    "dead_units": "initialization",
    "saturated_units": "initialization",
    "exploding_gradients": "clipping",
    "loss_not_finite": "rate",
    "learning_rate_too_high": "rate",
    "learning_rate_too_low": "rate",
    "oscillation": "rate",
    "update_ratio": "rate",
    "undertraining": "patience",
    "too_much_penalty": "penalty",
    "too_few_units": "width",
    "class_imbalance": "balance",
    "overfitting": "early_stopping",
}
"""From a check to the remedy that its advice names first, where there is one."""

REMEDIES: tuple[Remedy, ...] = (
    standardize,
    targets,
    leak,
    balance,
    output,
    activation,
    initialization,
    width,
    depth,
    rate,
    patience,
    solver,
    penalty,
    shrinkage,
    early_stopping,
    clipping,
)
"""In the order in which they are tried."""

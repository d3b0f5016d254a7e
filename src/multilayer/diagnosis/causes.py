"""What explains what: from each check to those whose findings are direct consequences of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

__all__ = ["CAUSES", "consequences"]

CAUSES: Mapping[str, tuple[str, ...]] = {
    "not_finite": ("wrong_output", "leaking_inputs", "unscaled_inputs"),
    "wrong_output": ("initialization", "learning_rate_too_high"),
    "leaking_inputs": ("duplicate_inputs", "overfitting", "linear_enough"),
    "unscaled_inputs": ("loss_not_finite", "learning_rate_too_high"),
    "constant_inputs": ("duplicate_units",),
    "initialization": ("loss_not_finite",),
    "loss_not_finite": ("duplicate_units",),
    "learning_rate_too_high": ("duplicate_units",),
    "duplicate_units": ("dead_units", "saturated_units"),
    "dead_units": ("vanishing_gradients",),
    "saturated_units": ("vanishing_gradients", "exploding_gradients"),
    "vanishing_gradients": ("collapsed_signal",),
    "exploding_gradients": ("update_ratio",),
    "collapsed_signal": ("linear_units", "update_ratio"),
    "linear_units": ("learning_rate_too_low",),
    "update_ratio": ("oscillation", "learning_rate_too_low"),
    "oscillation": ("undertraining", "overfitting", "plateau_stop"),
    "class_imbalance": ("learning_rate_too_low",),
    "learning_rate_too_low": ("undertraining", "plateau_stop"),
    "undertraining": ("one_class",),
    "plateau_stop": ("one_class",),
    "one_class": ("linear_enough",),
    "no_better_than_constant": ("linear_enough",),
}
"""The edges of a graph without cycles; what follows through others is left to `consequences`."""


def consequences(causes: Mapping[str, Iterable[str]] = CAUSES) -> dict[str, frozenset[str]]:
    """Return for each check every check whose findings it may explain, directly or through others.

    Raises
    ------
    graphlib.CycleError
        Where a check would explain itself.

    Examples
    --------
    >>> sorted(consequences()["plateau_stop"])
    ['linear_enough', 'one_class']
    """
    closure: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter(causes).static_order():  # consequences first
        closure[name] = frozenset().union(*({other} | closure[other] for other in causes.get(name, ())))
    return closure

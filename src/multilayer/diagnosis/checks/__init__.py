"""The checks, one file each, and which of them explain which: every explanation comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter
from importlib import import_module

from multilayer.diagnosis.check import Check

__all__ = ["CAUSES", "CHECKS", "consequences"]

CAUSES: Mapping[str, tuple[str, ...]] = {
    "not_finite": ("wrong_output", "leaking_inputs"),
    "wrong_output": ("initialization", "learning_rate_too_high"),
    "leaking_inputs": ("unscaled_inputs",),
    "unrelated_targets": ("loss_not_finite", "learning_rate_too_high", "class_imbalance"),
    "unscaled_inputs": ("too_much_penalty", "loss_not_finite", "learning_rate_too_high"),
    "unscaled_targets": ("initialization", "too_much_penalty", "learning_rate_too_high"),
    "constant_inputs": ("duplicate_units",),
    "duplicate_inputs": (),
    "initialization": ("loss_not_finite",),
    "loss_not_finite": ("duplicate_units",),
    "too_much_penalty": ("duplicate_units",),
    "duplicate_units": ("dead_units", "saturated_units"),
    "too_few_units": ("dead_units",),
    "learning_rate_too_high": ("dead_units", "saturated_units"),
    "dead_units": ("vanishing_gradients",),
    "saturated_units": ("vanishing_gradients", "exploding_gradients"),
    "vanishing_gradients": ("collapsed_signal",),
    "exploding_gradients": ("update_ratio",),
    "collapsed_signal": ("linear_units", "update_ratio"),
    "linear_units": ("learning_rate_too_low",),
    "update_ratio": ("oscillation", "learning_rate_too_low"),
    "class_imbalance": ("learning_rate_too_low", "overfitting"),
    "oscillation": ("undertraining", "overfitting"),
    "learning_rate_too_low": ("undertraining",),
    "undertraining": (),
    "overfitting": (),
    "no_better_than_constant": (),
    "behind_simple_model": (),
    "linear_enough": (),
}
"""All checks in the order in which causes are preferred, with the direct consequences of each, in no cycle."""

CHECKS: tuple[Check, ...] = tuple(getattr(import_module(f"{__name__}.{name}"), name) for name in CAUSES)
"""In that order: a check has the name of its file."""


def consequences(causes: Mapping[str, Iterable[str]] = CAUSES) -> dict[str, frozenset[str]]:
    """Return for each check every check whose findings it may explain, directly or through others.

    Raises
    ------
    graphlib.CycleError
        Where a check would explain itself.

    Examples
    --------
    >>> sorted(consequences()["oscillation"])
    ['overfitting', 'undertraining']
    """
    closure: dict[str, frozenset[str]] = {}
    for name in TopologicalSorter(causes).static_order():  # consequences first
        closure[name] = frozenset().union(*({other} | closure[other] for other in causes.get(name, ())))
    return closure

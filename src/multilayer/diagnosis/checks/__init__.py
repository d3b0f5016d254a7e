"""The checks, one file each, and which of them explain which: every explanation comes first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from multilayer.diagnosis.check import Check
from multilayer.diagnosis.checks.behind_simple_model import behind_simple_model
from multilayer.diagnosis.checks.class_imbalance import class_imbalance
from multilayer.diagnosis.checks.collapsed_signal import collapsed_signal
from multilayer.diagnosis.checks.constant_inputs import constant_inputs
from multilayer.diagnosis.checks.dead_units import dead_units
from multilayer.diagnosis.checks.duplicate_inputs import duplicate_inputs
from multilayer.diagnosis.checks.duplicate_units import duplicate_units
from multilayer.diagnosis.checks.exploding_gradients import exploding_gradients
from multilayer.diagnosis.checks.initialization import initialization
from multilayer.diagnosis.checks.leaking_inputs import leaking_inputs
from multilayer.diagnosis.checks.learning_rate_too_high import learning_rate_too_high
from multilayer.diagnosis.checks.learning_rate_too_low import learning_rate_too_low
from multilayer.diagnosis.checks.linear_enough import linear_enough
from multilayer.diagnosis.checks.linear_units import linear_units
from multilayer.diagnosis.checks.loss_not_finite import loss_not_finite
from multilayer.diagnosis.checks.no_better_than_constant import no_better_than_constant
from multilayer.diagnosis.checks.not_finite import not_finite
from multilayer.diagnosis.checks.one_class import one_class
from multilayer.diagnosis.checks.oscillation import oscillation
from multilayer.diagnosis.checks.overfitting import overfitting
from multilayer.diagnosis.checks.plateau_stop import plateau_stop
from multilayer.diagnosis.checks.saturated_units import saturated_units
from multilayer.diagnosis.checks.too_few_units import too_few_units
from multilayer.diagnosis.checks.too_much_penalty import too_much_penalty
from multilayer.diagnosis.checks.undertraining import undertraining
from multilayer.diagnosis.checks.unrelated_targets import unrelated_targets
from multilayer.diagnosis.checks.unscaled_inputs import unscaled_inputs
from multilayer.diagnosis.checks.unscaled_targets import unscaled_targets
from multilayer.diagnosis.checks.update_ratio import update_ratio
from multilayer.diagnosis.checks.vanishing_gradients import vanishing_gradients
from multilayer.diagnosis.checks.wrong_output import wrong_output

__all__ = ["CAUSES", "CHECKS", "consequences"]

CHECKS: tuple[Check, ...] = (
    not_finite,
    wrong_output,
    leaking_inputs,
    unrelated_targets,
    unscaled_inputs,
    unscaled_targets,
    constant_inputs,
    duplicate_inputs,
    initialization,
    loss_not_finite,
    too_much_penalty,
    learning_rate_too_high,
    duplicate_units,
    dead_units,
    saturated_units,
    vanishing_gradients,
    exploding_gradients,
    collapsed_signal,
    linear_units,
    update_ratio,
    too_few_units,
    oscillation,
    class_imbalance,
    learning_rate_too_low,
    undertraining,
    overfitting,
    plateau_stop,
    one_class,
    no_better_than_constant,
    behind_simple_model,
    linear_enough,
)
"""In the order in which causes are preferred."""

CAUSES: Mapping[str, tuple[str, ...]] = {
    "not_finite": ("wrong_output", "leaking_inputs", "unscaled_inputs"),
    "wrong_output": ("initialization", "learning_rate_too_high"),
    "leaking_inputs": ("duplicate_inputs", "overfitting", "linear_enough"),
    "unrelated_targets": ("loss_not_finite", "learning_rate_too_high", "class_imbalance"),
    "unscaled_inputs": ("too_much_penalty", "loss_not_finite", "learning_rate_too_high"),
    "unscaled_targets": ("initialization", "too_much_penalty", "learning_rate_too_high"),
    "constant_inputs": ("duplicate_units",),
    "initialization": ("loss_not_finite",),
    "too_much_penalty": ("duplicate_units",),
    "too_few_units": ("oscillation", "learning_rate_too_low"),
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
    "class_imbalance": ("learning_rate_too_low", "overfitting"),
    "learning_rate_too_low": ("undertraining", "plateau_stop"),
    "undertraining": ("one_class",),
    "plateau_stop": ("one_class",),
    "one_class": ("linear_enough",),
    "no_better_than_constant": ("linear_enough",),
    "behind_simple_model": ("linear_enough",),
}
"""From each check to those whose findings are direct consequences of its own, in no cycle; `consequences` closes it."""


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

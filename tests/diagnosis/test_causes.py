"""The graph of what explains what."""

from graphlib import CycleError

import pytest

from multilayer.diagnosis import CHECKS
from multilayer.diagnosis.checks import CAUSES, consequences

NAMES = [check.name for check in CHECKS]

# Each check with all that it may explain, directly or through others.
CLOSURE = """
not_finite: wrong_output leaking_inputs unscaled_inputs initialization loss_not_finite too_much_penalty
    duplicate_units learning_rate_too_high dead_units saturated_units vanishing_gradients exploding_gradients
    collapsed_signal linear_units update_ratio oscillation learning_rate_too_low undertraining overfitting
wrong_output: initialization loss_not_finite duplicate_units learning_rate_too_high dead_units saturated_units
    vanishing_gradients exploding_gradients collapsed_signal linear_units update_ratio oscillation
    learning_rate_too_low undertraining overfitting
leaking_inputs: unscaled_inputs loss_not_finite too_much_penalty duplicate_units learning_rate_too_high
    dead_units saturated_units vanishing_gradients exploding_gradients collapsed_signal linear_units
    update_ratio oscillation learning_rate_too_low undertraining overfitting
unrelated_targets: loss_not_finite duplicate_units learning_rate_too_high dead_units saturated_units
    vanishing_gradients exploding_gradients collapsed_signal linear_units update_ratio class_imbalance
    oscillation learning_rate_too_low undertraining overfitting
unscaled_inputs: loss_not_finite too_much_penalty duplicate_units learning_rate_too_high dead_units
    saturated_units vanishing_gradients exploding_gradients collapsed_signal linear_units update_ratio
    oscillation learning_rate_too_low undertraining overfitting
unscaled_targets: initialization loss_not_finite too_much_penalty duplicate_units learning_rate_too_high
    dead_units saturated_units vanishing_gradients exploding_gradients collapsed_signal linear_units
    update_ratio oscillation learning_rate_too_low undertraining overfitting
constant_inputs: duplicate_units dead_units saturated_units vanishing_gradients exploding_gradients
    collapsed_signal linear_units update_ratio oscillation learning_rate_too_low undertraining overfitting
duplicate_inputs:
initialization: loss_not_finite duplicate_units dead_units saturated_units vanishing_gradients
    exploding_gradients collapsed_signal linear_units update_ratio oscillation learning_rate_too_low
    undertraining overfitting
loss_not_finite: duplicate_units dead_units saturated_units vanishing_gradients exploding_gradients
    collapsed_signal linear_units update_ratio oscillation learning_rate_too_low undertraining overfitting
too_much_penalty: duplicate_units dead_units saturated_units vanishing_gradients exploding_gradients
    collapsed_signal linear_units update_ratio oscillation learning_rate_too_low undertraining overfitting
duplicate_units: dead_units saturated_units vanishing_gradients exploding_gradients collapsed_signal
    linear_units update_ratio oscillation learning_rate_too_low undertraining overfitting
too_few_units: dead_units vanishing_gradients collapsed_signal linear_units update_ratio oscillation
    learning_rate_too_low undertraining overfitting
learning_rate_too_high: dead_units saturated_units vanishing_gradients exploding_gradients collapsed_signal
    linear_units update_ratio oscillation learning_rate_too_low undertraining overfitting
dead_units: vanishing_gradients collapsed_signal linear_units update_ratio oscillation learning_rate_too_low
    undertraining overfitting
saturated_units: vanishing_gradients exploding_gradients collapsed_signal linear_units update_ratio oscillation
    learning_rate_too_low undertraining overfitting
vanishing_gradients: collapsed_signal linear_units update_ratio oscillation learning_rate_too_low undertraining
    overfitting
exploding_gradients: update_ratio oscillation learning_rate_too_low undertraining overfitting
collapsed_signal: linear_units update_ratio oscillation learning_rate_too_low undertraining overfitting
linear_units: learning_rate_too_low undertraining
update_ratio: oscillation learning_rate_too_low undertraining overfitting
class_imbalance: learning_rate_too_low undertraining overfitting
oscillation: undertraining overfitting
learning_rate_too_low: undertraining
undertraining:
overfitting:
no_better_than_constant:
behind_simple_model:
linear_enough:
"""


def test_what_each_check_may_explain():
    entries = CLOSURE.replace("\n    ", " ").strip().splitlines()
    closure = {name: frozenset(others.split()) for name, others in (entry.split(":") for entry in entries)}
    assert consequences() == closure


def test_only_checks_stand_in_the_graph_and_causes_before_consequences():
    for name, others in consequences().items():
        assert all(NAMES.index(name) < NAMES.index(other) for other in others)


def test_no_edge_follows_from_others():
    closure = consequences()
    for name, others in CAUSES.items():
        assert not set(others) & set().union(*(closure[other] for other in others)), name


def test_consequences_go_through_others():
    assert consequences({"a": ("b",), "b": ("c",)}) == {"a": {"b", "c"}, "b": {"c"}, "c": frozenset()}


def test_a_cycle_is_refused():
    with pytest.raises(CycleError):
        consequences({"a": ("b",), "b": ("a",)})

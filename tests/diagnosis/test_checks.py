"""Each check alone, on evidence on both sides of its threshold."""

import re
from dataclasses import replace

import numpy as np
import pytest

from multilayer import Dense
from multilayer.diagnosis import CHECKS
from tests.diagnosis.evidence import (
    SAMPLES,
    UNITS,
    attaining,
    findings,
    plain,
    same_weights,
    scoring,
    with_course,
    with_layer,
)
from tests.diagnosis.sides import BOTH_SIDES, FLAT, collapsed, constant_columns, dead, saturated


@pytest.mark.parametrize("name", BOTH_SIDES)
def test_a_check_finds_what_is_beyond_its_threshold_and_nothing_short_of_it(name):
    check, beyond, short = BOTH_SIDES[name]
    found = findings(check, beyond)
    assert found
    assert {finding.check for finding in found} == {check}
    assert all(
        finding.title and not finding.title.endswith(".") and finding.evidence and finding.advice
        for finding in found
    )
    assert not findings(check, short)


ESTIMATOR = re.compile(
    r"learning_rate_init|max_iter|solver=|alpha|hidden_layer_sizes|n_iter_no_change|random_state|early_stopping=True"
)
FIT = re.compile(r"Adam\(|EarlyStopping|LBFGS|l2|initialize\(|the optimizer's learning_rate|rng=")
NOT_TORCH = re.compile(
    r"learning_rate_init|max_iter|solver=|alpha|random_state|EarlyStopping|LBFGS\(|initialize\(|class_weight=|fit "
)


@pytest.mark.parametrize("name", BOTH_SIDES)
def test_advice_names_the_options_of_the_caller(name):
    check, beyond, _ = BOTH_SIDES[name]
    for caller, foreign in (("fit", ESTIMATOR), ("estimator", FIT), ("torch", NOT_TORCH)):
        for finding in findings(check, replace(beyond, caller=caller)):
            # Starting weights are multilayer.initialize's for all.
            assert not foreign.search(finding.advice.replace("multilayer.initialize(", "")), finding.advice


def test_every_check_is_tried_on_both_sides():
    assert {check for check, _, _ in BOTH_SIDES.values()} == {check.name for check in CHECKS}


@pytest.mark.parametrize(
    ("found", "severity"),
    [
        (dead(UNITS), "error"),
        (dead(UNITS, score=0.95), "error"),
        (dead(11), "error"),
        (dead(11, score=0.95), "note"),
        (dead(5), "note"),
        (dead(5, score=0.95), "note"),
        (dead(1), "note"),
    ],
)
def test_how_many_units_are_dead_decides_how_severe_it_is(found, severity):
    assert [finding.severity for finding in findings("dead_units", found)] == [severity]


def test_a_sparse_network_is_not_dead():
    """Each unit answers to 1 % of the samples: most outputs of the layer are 0, as it should be."""
    sparse = dead(UNITS, alive=SAMPLES // 100, score=0.95)
    assert not findings("dead_units", sparse)
    assert not findings("saturated_units", sparse)
    assert "95% bound 3/N" in findings("dead_units", dead(1))[0].evidence


def test_few_saturated_units_are_a_note():
    assert [finding.severity for finding in findings("saturated_units", saturated(0.95, 3))] == ["note"]
    assert [finding.severity for finding in findings("saturated_units", saturated(0.95))] == ["error"]


def test_a_collapse_is_no_verdict_while_it_may_end():
    assert findings("collapsed_signal", collapsed(0.9999))[0].severity == "error"
    under_way = with_course(collapsed(0.9999), FLAT[:5])
    assert findings("collapsed_signal", under_way)[0].severity == "warning"
    stopped = with_course(collapsed(0.9999), FLAT[:5], stopped="plateau")
    assert findings("collapsed_signal", stopped)[0].severity == "error"
    assert "stopped on this plateau" in findings("collapsed_signal", stopped)[0].evidence


def test_a_mean_that_the_next_layer_sees_through_is_no_collapse():
    assert not findings("collapsed_signal", scoring(collapsed(0.9999), 0.95))


def test_without_targets_a_collapse_is_a_warning():
    evidence = replace(collapsed(0.9999), outputs=None, missing={"y": "no y was given"})
    assert findings("collapsed_signal", evidence)[0].severity == "warning"


def test_units_with_the_same_weights_are_copies_and_those_with_other_biases_are_none():
    copies = same_weights(15)
    (found,) = findings("duplicate_units", copies)
    assert (found.severity, found.units) == ("error", tuple(range(1, 16)))
    layer = copies.layers[0].layer
    apart = Dense(layer.W, np.linspace(-1.0, 1.0, UNITS), layer.activation)
    assert not findings("duplicate_units", with_layer(copies, 1, layer=apart))


def test_a_few_constant_columns_are_a_note_all_of_them_an_error():
    assert findings("constant_inputs", constant_columns(5))[0].severity == "error"
    assert findings("constant_inputs", constant_columns(3))[0].severity == "warning"


@pytest.mark.parametrize("name", ["undertraining", "behind_simple_model"])
def test_while_training_is_known_to_go_on_it_is_too_early_to_tell(name):
    behind = attaining(plain(), 0.7, 0.9)
    known = {"optimizer": "adam", "learning_rate": 0.01}
    over, on = (with_course(behind, [0.7, 0.6], epochs=epochs, **known) for epochs in (2, 40))
    assert findings(name, over)[0].severity == "warning"
    assert findings(name, on)[0].severity == "note"
    assert (
        findings(name, with_course(behind, [0.7, 0.6], epochs=40, stopped="epochs", **known))[0].severity
        != "note"
    )


def test_what_may_have_been_memorized_is_a_note_where_no_validation_loss_shows_it():
    ahead = attaining(plain(), 0.89, 0.80)  # 0.45 of what a model of other samples leaves
    assert [finding.severity for finding in findings("overfitting", ahead)] == ["note"]
    assert findings("overfitting", attaining(plain(), 0.995, 0.85))[0].severity == "warning"
    harmless = attaining(plain(), 0.995, 0.85, by_heart=0.81)  # 0.08 of the way behind what can be learned
    assert [finding.severity for finding in findings("overfitting", harmless)] == ["note"]
    assert not findings("overfitting", attaining(plain(), 0.995, 0.90))  # but for the last samples
    assert not findings("overfitting", with_course(ahead, FLAT[:9], validation=FLAT[:9]))

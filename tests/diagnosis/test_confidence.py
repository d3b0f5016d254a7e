"""How sure a verdict is, and what it says where it is not."""

from dataclasses import replace

import numpy as np
import pytest

from multilayer import MLP, Dense, diagnose, initialize
from multilayer.diagnosis import CHECKS, Check, Finding
from multilayer.diagnosis.confidence import ALL, RIGHT, confidence_of
from multilayer.diagnosis.diagnosis import conclude
from multilayer.training import History
from tests.diagnosis.evidence import plain, with_course

NAMES = {check.name for check in CHECKS}


def finding(check: str, severity: str = "error") -> Finding:
    return Finding(
        check=check, title=f"{check} is wrong", severity=severity, evidence="Seen.", advice="Mend it."
    )


def saying(one: Finding) -> Check:
    return Check(one.check, "Is it?", lambda evidence: (one,))


def test_counts_are_of_checks_and_never_more_right_than_cases():
    assert set(RIGHT) <= NAMES
    assert all(0 <= right <= cases for both in RIGHT.values() for right, cases in both)
    assert {check.name for check in CHECKS if check.catch_all}.isdisjoint(RIGHT)


@pytest.mark.parametrize("check", RIGHT)
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("severity", ALL)
def test_a_probability_lies_between_its_own_counts_and_those_of_all_as_severe(check, known, severity):
    evidence = with_course(plain(), [0.7, 0.6]) if known else plain()
    right, cases = RIGHT[check][0 if known else 1]
    overall = ALL[severity][0] / ALL[severity][1]
    own = right / cases if cases else overall
    found = confidence_of(finding(check, severity), evidence)
    assert min(own, overall) - 1e-12 <= found <= max(own, overall) + 1e-12


def test_a_note_and_a_check_that_was_never_first_have_no_probability():
    assert confidence_of(finding("overfitting", "note"), plain()) is None
    assert confidence_of(finding("linear_enough", "warning"), plain()) is None


def test_a_catch_all_is_not_sure_and_asks_for_more():
    evidence = replace(plain(), missing={"history": "the loss curve is not known; give course="})
    found = conclude(evidence, (replace(saying(finding("no_better_than_constant")), catch_all=True),))
    assert found.confidence is None
    assert "Not sure: this names what is wrong, and not the cause." in " ".join(repr(found).split())
    assert "More would help to decide: the loss curve is not known" in " ".join(repr(found).split())


def test_the_rival_is_another_cause_as_severe_that_the_first_does_not_explain():
    evidence = with_course(plain(), History((0.7, 0.6)).loss)
    rival, symptom = saying(finding("class_imbalance")), saying(finding("dead_units"))
    found = conclude(evidence, (saying(finding("too_much_penalty")), symptom, rival))
    assert found.runner_up.check == "class_imbalance"
    assert "Next in line: class_imbalance is wrong." in " ".join(repr(found).split())
    assert conclude(evidence, (saying(finding("too_much_penalty")), symptom)).runner_up is None


def test_where_nothing_is_wrong_nothing_is_said():
    X = np.random.default_rng(0).standard_normal((30, 2))
    found = diagnose(MLP([Dense([[1.0], [2.0]])]), X)
    assert found.confidence is None
    assert found.runner_up is None
    assert "Not sure" not in repr(found)


def test_the_page_of_a_notebook_says_how_sure_it_is():
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((80, 3)), rng.integers(0, 2, 80)
    found = diagnose(initialize((3, 8, 1), "tanh", "sigmoid", rng=0), 1e5 * X, y)
    assert "names the main cause in" in found._repr_html_()


def test_a_note_on_a_cause_is_a_doubt_where_no_other_samples_were_looked_at():
    note = saying(finding("learning_rate_too_high", "note"))
    found = conclude(plain(), (note,))
    assert found.doubt.check == "learning_rate_too_high"
    assert found.verdict.startswith(
        "No trouble found on these samples; how it does on others is not known: learning_rate_too_high is wrong."
    )
    validated = conclude(with_course(plain(), [0.7, 0.6], validation=[0.7, 0.6]), (note,))
    assert validated.doubt is None
    assert validated.verdict.startswith("No trouble found. ")


@pytest.mark.parametrize(
    "checks",
    [
        (saying(finding("linear_enough", "note")),),  # names no cause
        (replace(saying(finding("leaking_inputs", "note")), lasting=True),),  # the same on all samples
        (saying(replace(finding("dead_units", "note"), layer=1)),),  # a part of the network
        (saying(finding("learning_rate_too_high", "note")), saying(finding("overfitting", "warning"))),
    ],
)
def test_other_notes_and_notes_beside_trouble_are_no_doubt(checks):
    assert conclude(plain(), checks).doubt is None

"""The order of findings, and the verdict."""

from dataclasses import replace

import numpy as np
import pytest

from multilayer import MLP, Dense, diagnose, initialize
from multilayer.diagnosis import CHECKS, Check, Finding, NotMeasured, TrainingRecord
from multilayer.diagnosis.diagnosis import conclude
from multilayer.training import History

NAMES = [check.name for check in CHECKS]
CAUSES = {"cause": ("symptom",)}


@pytest.fixture(scope="module")
def evidence():
    X = np.random.default_rng(0).standard_normal((20, 2))
    return diagnose(MLP([Dense([[1.0], [2.0]])]), X).evidence


def test_names_are_unique_and_questions_are_questions():
    assert len(set(NAMES)) == len(NAMES) >= 24
    assert all(check.question.endswith("?") for check in CHECKS)


def finding(check: str, severity: str, layer: int | None = None) -> Finding:
    return Finding(
        check=check,
        title=f"{check} is wrong",
        severity=severity,
        layer=layer,
        evidence="Seen.",
        advice="Mend it.",
    )


def saying(*outcomes: Finding | NotMeasured) -> Check:
    return Check(outcomes[0].check, "Is it?", lambda evidence: outcomes)


def order(evidence, *table: Check) -> list[str]:
    return [found.check for found in conclude(evidence, table, CAUSES).findings]


def test_the_cause_explains_the_more_and_stands_first(evidence):
    symptom, cause = saying(finding("symptom", "error")), saying(finding("cause", "error"))
    assert order(evidence, symptom, cause) == ["cause", "symptom"]


def test_a_warning_that_explains_an_error_is_the_error(evidence):
    symptom, cause = saying(finding("symptom", "error")), saying(finding("cause", "warning"))
    found = conclude(evidence, (symptom, cause), CAUSES)
    assert found.cause is not None
    assert (found.cause.check, found.cause.severity) == ("cause", "error")


def test_a_note_explains_nothing(evidence):
    symptom, cause = saying(finding("symptom", "error")), saying(finding("cause", "note"))
    assert order(evidence, cause, symptom) == ["symptom", "cause"]


def test_notes_on_the_whole_come_before_notes_on_a_layer(evidence):
    assert order(evidence, saying(finding("unit", "note", 1)), saying(finding("whole", "note"))) == [
        "whole",
        "unit",
    ]


def test_without_an_error_the_verdict_is_the_warning(evidence):
    found = conclude(evidence, (saying(finding("a", "warning")), saying(finding("b", "note"))))
    assert found.cause is None
    assert not found.trouble
    assert "a is wrong" in found.verdict


def test_what_was_not_measured_is_counted(evidence):
    missing = NotMeasured(check="a", reason="no y was given")
    found = conclude(evidence, (saying(missing), saying(finding("b", "note"))))
    assert found.verdict.endswith(" 1 of 2 checks were made (samples: 20, units: 1).")
    assert found.not_measured == (missing,)


def test_a_catch_all_gives_way_to_any_finding_as_severe(evidence):
    def general(severity):
        return replace(saying(finding("general", severity)), catch_all=True)

    assert order(evidence, general("error"), saying(finding("named", "error"))) == ["named", "general"]
    assert order(evidence, general("error"), saying(finding("named", "warning"))) == ["general", "named"]
    assert order(evidence, general("warning"), saying(finding("named", "warning"))) == ["named", "general"]


def test_a_catch_all_that_is_a_note_is_no_clean_bill(evidence):
    general = replace(saying(finding("general", "note")), catch_all=True)
    found, counts = conclude(evidence, (general,)), "1 of 1 checks were made (samples: 20, units: 1)."
    assert found.verdict == f"No cause of trouble found, and yet general is wrong. {counts}"
    assert found.doubt.check == "general"
    assert not found.trouble
    begun = replace(evidence, course=TrainingRecord(history=History(loss=(0.7, 0.6)), epochs=40))
    assert conclude(begun, (general,)).verdict == f"Too early to tell: general is wrong. {counts}"


def test_without_targets_nothing_is_said_of_predictions():
    found = diagnose(initialize((2, 4, 3), "tanh", rng=0), np.random.default_rng(0).normal(size=(40, 2)))
    assert found.verdict.startswith(
        "No trouble found in weights and inputs; how well the network predicts is not known"
    )
    assert not found.trouble

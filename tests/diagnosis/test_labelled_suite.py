"""Part of the suite labelled by intervention, of the open half: floors that rules may not fall below.

Every third seed of each realization of a mistake and each healthy kind; the whole is `python -m benchmarks
diagnosis-suite`.
"""

import numpy as np
import pytest

from benchmarks.diagnosis_suite import Outcome, judged
from tests.diagnosis_cases.cases import labelled
from tests.diagnosis_cases.repairs import MENDS

pytestmark = [pytest.mark.slow, pytest.mark.oracle]
TOLD = ("everything", "weights and data")


@pytest.fixture(scope="module")
def outcomes():
    return judged([one for one in labelled("open", 9) if one[0].recipe.seed % 3 == 0], TOLD)


@pytest.mark.parametrize(("told", "floor"), [("everything", 0.92), ("weights and data", 0.85)])
def test_the_main_cause_of_the_sick_is_named(outcomes, told, floor):
    sick = [one for one in outcomes if one.told == told and one.figures.label == "sick"]
    assert len(sick) >= 30
    wrong = [f"{one.case.key}: {one.first or 'nothing'}" for one in sick if one.grade != "right"]
    assert 1.0 - len(wrong) / len(sick) >= floor, "\n".join(wrong)


@pytest.mark.parametrize("told", TOLD)
def test_the_healthy_are_not_accused(outcomes, told):
    healthy = [one for one in outcomes if one.told == told and one.figures.label == "healthy"]
    assert len(healthy) >= 30
    assert not [f"{one.case.key}: {one.first}" for one in healthy if one.severity == "error"]
    warned = [f"{one.case.key}: {one.first}" for one in healthy if one.severity == "warning"]
    assert len(warned) <= max(1, round(0.03 * len(healthy))), "\n".join(warned)


def test_the_confidence_of_verdicts_is_not_far_from_how_often_they_are_right(outcomes):
    stated = [(one.confidence, one.holds) for one in outcomes if one.confidence is not None]
    mean, held = np.mean(stated, axis=0)
    assert abs(mean - held) < 0.08


def test_a_verdict_on_a_healthy_network_is_never_counted_as_one_that_holds():
    case, figures = next(
        (case, figures) for case, figures in labelled("open", 9) if figures.label == "healthy"
    )
    repair = next(iter(figures.winners & {repair for repairs in MENDS.values() for repair in repairs}))
    check = next(check for check, repairs in MENDS.items() if repair in repairs)
    outcome = Outcome(case, figures, "everything", check, "warning", 0.5)
    assert outcome.grade == "right"  # the repair does no harm, and yet there is nothing to mend
    assert not outcome.holds

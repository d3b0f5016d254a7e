"""The first finding on a faulty network names its fault; a healthy network gets no error.

No threshold was chosen on the seeds scored here (tests/diagnosis/scenarios lists both).
"""

from collections import defaultdict

import pytest

from multilayer import Diagnosis, diagnose
from multilayer.diagnosis import CHECKS
from tests.diagnosis.scenarios import DEVELOPMENT, FAULTY, HEALTHY, SCORED

SEED = SCORED[0]
LABELLED = {
    "behind_simple_model",
    "too_few_units",
    "too_much_penalty",
    "unscaled_targets",
}
"""Checks whose cases are those of tests/diagnosis_cases."""

pytestmark = pytest.mark.slow


def diagnosed(scenario) -> Diagnosis:
    subject = scenario.make(SEED)
    return diagnose(subject.network, subject.X, subject.y, subject.loss, course=subject.course)


@pytest.fixture(scope="module")
def faulty():
    return [(scenario, diagnosed(scenario)) for scenario in FAULTY]


@pytest.fixture(scope="module")
def healthy():
    return [(scenario, diagnosed(scenario)) for scenario in HEALTHY]


def test_every_fault_has_two_architectures_and_two_activations():
    kinds = defaultdict(set)
    for scenario in FAULTY:
        kinds[scenario.fault].add((scenario.hidden, scenario.activation))
    assert kinds.keys() | LABELLED == {check.name for check in CHECKS}
    assert not kinds.keys() & LABELLED
    for fault, pairs in kinds.items():
        assert len({hidden for hidden, _ in pairs}) >= 2, fault
        assert len({activation for _, activation in pairs}) >= (1 if fault == "linear_units" else 2), fault
    assert len(FAULTY) >= 40
    assert len(HEALTHY) >= 40
    assert not set(SCORED) & set(DEVELOPMENT)


def test_the_fault_is_the_first_finding(faulty):
    wrong = [
        f"{scenario.name}: {diagnosis.findings[0].check if diagnosis.findings else 'nothing'}, not {scenario.fault}"
        for scenario, diagnosis in faulty
        if not diagnosis.findings or diagnosis.findings[0].check != scenario.fault
    ]
    assert len(wrong) <= 0.1 * len(faulty), "\n".join(wrong)


def test_a_healthy_network_gets_no_error(healthy):
    wrong = [f"{scenario.name}: {diagnosis.verdict}" for scenario, diagnosis in healthy if diagnosis.trouble]
    assert len(wrong) <= 2, "\n".join(wrong)


def test_a_verdict_opens_with_the_first_finding_above_a_note(faulty):
    for _, diagnosis in faulty:
        first = diagnosis.findings[0] if diagnosis.findings else None
        if first is not None and first.severity != "note":
            assert first.title.casefold() in diagnosis.verdict.casefold()
        assert diagnosis.trouble == (first is not None and first.severity == "error")

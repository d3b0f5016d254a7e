"""Sick networks are called by the name of what was put into them, healthy ones are left in peace.

The seeds scored here were never looked at to choose a threshold (benchmarks/diagnosis_cases says which were).
"""

from collections import defaultdict

import pytest

pytest.importorskip("sklearn")

from benchmarks.diagnosis_cases import DEVELOPMENT, HEALTHY, SCORED, SICK
from multilayer import Diagnosis, diagnose
from multilayer.diagnosis import checks

SEED = SCORED[0]


def diagnosed(case) -> Diagnosis:
    subject = case.make(SEED)
    return diagnose(subject.network, subject.X, subject.y, subject.loss, course=subject.course)


@pytest.fixture(scope="module")
def sick():
    return [(case, diagnosed(case)) for case in SICK]


@pytest.fixture(scope="module")
def healthy():
    return [(case, diagnosed(case)) for case in HEALTHY]


def test_every_trouble_is_there_in_two_architectures_and_two_activations():
    kinds = defaultdict(set)
    for case in SICK:
        kinds[case.trouble].add((case.hidden, case.activation))
    assert kinds.keys() == {check.name for check in checks}
    for trouble, pairs in kinds.items():
        assert len({hidden for hidden, _ in pairs}) >= 2, trouble
        assert len({activation for _, activation in pairs}) >= (1 if trouble == "linear_units" else 2), (
            trouble
        )
    assert len(SICK) >= 40
    assert len(HEALTHY) >= 40
    assert not set(SCORED) & set(DEVELOPMENT)


def test_the_trouble_is_the_first_finding(sick):
    wrong = [
        f"{case.name}: {diagnosis.findings[0].check if diagnosis.findings else 'nothing'}, not {case.trouble}"
        for case, diagnosis in sick
        if not diagnosis.findings or diagnosis.findings[0].check != case.trouble
    ]
    assert len(wrong) <= 0.1 * len(sick), "\n".join(wrong)


def test_the_healthy_get_no_verdict_of_error(healthy):
    wrong = [f"{case.name}: {diagnosis.verdict}" for case, diagnosis in healthy if diagnosis.trouble]
    assert len(wrong) <= 2, "\n".join(wrong)


def test_a_verdict_opens_with_the_first_finding_that_is_no_note(sick):
    for _, diagnosis in sick:
        first = diagnosis.findings[0] if diagnosis.findings else None
        if first is not None and first.severity != "note":
            assert first.title.casefold() in diagnosis.verdict.casefold()
        assert diagnosis.trouble == (first is not None and first.severity == "error")

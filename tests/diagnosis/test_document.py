"""The JSON document of a diagnosis: complete, valid, and read back bit for bit."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from multilayer import MLP, Dense, diagnose
from multilayer.diagnosis import check as findings
from multilayer.diagnosis import evidence as facts
from multilayer.diagnosis.document import schema, to_json
from multilayer.diagnosis.remedies import NotApplicable, Ranking, Row
from multilayer.training import History
from tests.diagnosis.made import COLLAPSED, bare_evidence, diagnosis, evidence, healthy, network

ROOT = Path(__file__).parents[2]

PROPERTIES = {
    facts.LayerStatistics: {"constant_fraction"},
    Row: {"score", "gain", "helps"},
    Ranking: {"verdict"},
}
CLASSES = (
    findings.Finding,
    findings.NotMeasured,
    facts.Histogram,
    facts.LayerStatistics,
    facts.InputStatistics,
    facts.GradientStatistics,
    facts.OutputStatistics,
    facts.TrainingRecord,
    facts.Evidence,
    History,
    Row,
    Ranking,
    NotApplicable,
)

CASES = {
    "all there is": diagnosis(),
    "nothing but X": healthy(),
    "names": diagnosis(
        evidence=evidence(network(inputs=["a", "b", "<c>"], classes=["no", "é"])), findings=(COLLAPSED,)
    ),
    "one unit": diagnosis(evidence=evidence(network((1, 1), output="sigmoid"))),
    "not finite": diagnosis(evidence=evidence(not_finite=(1, "W", 0))),
}


def validator():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(json.loads(schema()))
    return jsonschema.Draft202012Validator(json.loads(schema()))


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_nothing_measured_is_left_out(kind):
    entry = json.loads(schema())["$defs"][kind.__name__]
    fields = {field.name for field in dataclasses.fields(kind)}
    assert entry["properties"].keys() == fields | PROPERTIES.get(kind, set())
    assert set(entry["required"]) == set(entry["properties"])
    assert ("description" in entry) == (kind is not History)


def test_the_published_schema_is_current():
    printed = subprocess.run(
        [sys.executable, "-m", "multilayer.diagnosis.document"], check=True, capture_output=True, text=True
    ).stdout
    published = (ROOT / "docs" / "diagnosis.schema.json").read_text()
    assert published == schema() == printed, (
        "run  python -m multilayer.diagnosis.document > docs/diagnosis.schema.json"
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_documents_are_valid(case):
    validator().validate(json.loads(to_json(case)))


def test_how_sure_the_verdict_is_stands_in_the_document():
    rng = np.random.default_rng(0)
    found = diagnose(
        MLP([Dense([[1e4]]), Dense([[1.0]])]), 1e5 * rng.standard_normal((60, 1)), rng.random((60, 1))
    )
    read = json.loads(to_json(found))
    assert found.confidence is not None
    assert read["confidence"] == found.confidence
    assert read["undecided"] == list(found.undecided)
    assert (read["runner_up"] or {}).get("check") == getattr(found.runner_up, "check", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": 2},
        {"trouble": None},
        {"cause": "collapsed signal"},
        {"findings": [{"check": "dead units"}]},
        {"evidence": {}},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_the_schema_refuses_other_documents(wrong):
    assert not validator().is_valid(json.loads(to_json(diagnosis())) | wrong)


def test_numbers_come_back():
    read = json.loads(to_json(diagnosis()))["evidence"]
    layer = evidence().layers[0]
    np.testing.assert_array_equal(read["layers"][0]["mean_a"], layer.mean_a.astype(np.float64))
    assert read["layers"][0]["constant_fraction"] == layer.constant_fraction
    assert read["network"] == {
        "widths": [3, 5, 4, 2],
        "activations": ["sigmoid", "sigmoid", "softmax"],
        "dtype": "float32",
        "inputs": None,
        "classes": None,
    }


def test_numbers_that_are_not_finite_are_strings():
    inputs = replace(evidence().inputs, maximum=np.array([np.inf, -np.inf, np.nan]))
    broken = diagnosis(evidence=evidence(inputs=inputs), findings=(replace(COLLAPSED, value=np.nan),))
    read = json.loads(to_json(broken), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert read["evidence"]["inputs"]["maximum"] == ["inf", "-inf", "nan"]
    assert read["findings"][0]["value"] == "nan"
    validator().validate(read)


RANKING = Ranking(
    metric="accuracy",
    of="training",
    samples=60,
    seeds=(1, 2),
    untouched=Row("", "as it is", "", (0.5, 0.5), (0.0, 0.0), 0.1),
    rows=(
        Row("solver", "L-BFGS, in place of Adam", 'solver="lbfgs"', (1.0, 0.9), (0.5, 0.4), 0.2),
        Row("rate", "ten times the rate", "", (-np.inf, 0.5), (-np.inf, 0.0), 0.1),
    ),
    not_tried=(NotApplicable("another activation", "there is no hidden layer"),),
)


def test_remedies_are_in_the_document_where_they_were_tried():
    read = json.loads(to_json(diagnosis(), RANKING))
    validator().validate(read)
    first, second = read["remedies"]["rows"]
    assert (first["gain"], first["scores"], first["helps"]) == (0.45, [1.0, 0.9], True)
    assert second["scores"] == ["-inf", 0.5]
    assert read["remedies"]["not_tried"] == [
        {"change": "another activation", "reason": "there is no hidden layer"}
    ]
    assert json.loads(to_json(diagnosis()))["remedies"] is None


def test_unknown_values_are_null():
    read = json.loads(to_json(diagnosis(evidence=bare_evidence())))["evidence"]
    assert read["outputs"] is read["gradients"] is read["loss"] is read["course"]["history"] is None

"""Results keep every bit on their way into CSV and JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multilayer._base.errors import InputError
from multilayer.io import (
    Meaning,
    load,
    meaning_of,
    read_samples,
    result_json,
    result_object,
    to_csv,
    to_json,
    write_results,
)
from multilayer.network import MLP, Dense

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPECTED = [
    [0.4538334228590013, 0.8094780021423885, 0.5385522600767760],
    [0.4632294664148177, 0.8147294502834647, 0.5269929786830888],
    [0.4434806510708997, 0.8173269071332186, 0.5233992112164817],
    [0.4701964144683127, 0.8411011099559589, 0.4688374869048612],
    [0.4438419099727256, 0.8038756418714897, 0.5501937592550860],
]


@pytest.fixture
def seed() -> dict[str, Any]:
    network = load(EXAMPLES / "seed" / "network.json")
    samples = read_samples(EXAMPLES / "seed" / "samples.csv", network.widths[0], network.input_names)
    trace = network.trace(samples.X)
    return {"network": network, "y": trace[-1].z, "classes": network.classify(samples.X), "trace": trace}


def test_the_worked_example(seed: dict[str, Any]) -> None:
    found = json.loads(result_json(**seed))
    assert found == json.loads(to_json(result_object(**seed)))
    np.testing.assert_allclose(found["y"], EXPECTED, rtol=0, atol=1e-15)
    assert found["classes"] == [1] * 5
    assert found["network"] == {
        "widths": [2, 4, 3],
        "dtype": "float64",
        "inputs": ["x1", "x2"],
        "classes": None,
    }
    first, second = found["layers"]
    shapes = [np.shape(first[name]) for name in ("x", "W", "z")] + [
        np.shape(second[name]) for name in ("W", "z")
    ]
    assert shapes == [(5, 2), (2, 4), (5, 4), (4, 3), (5, 3)]
    assert list(first) == ["x", "a", "z", "W", "b", "activation"]
    assert second["activation"] == "sigmoid"
    assert second["z"] == found["y"]


def test_exclusive_or() -> None:
    network = load(EXAMPLES / "xor" / "network.json")
    samples = read_samples(EXAMPLES / "xor" / "samples.csv", 2, network.input_names)
    results = network, network(samples.X), network.classify(samples.X)
    found = result_object(*results)
    assert found["y"] == [[0.0], [1.0], [1.0], [0.0]]
    assert found["classes"] == ["same", "different", "different", "same"]
    assert "layers" not in found
    assert to_csv(*results) == b"y1,class\n0.0,same\n1.0,different\n1.0,different\n0.0,same\n"


HARD = [-0.0, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3, 1e16, 123456789.12345679]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_every_bit_survives(kind: type[Any]) -> None:
    with np.errstate(all="ignore"):
        y = np.array([HARD, HARD[::-1]]).astype(kind)
    network = MLP([Dense(np.ones((1, len(HARD)), kind), np.zeros(len(HARD), kind))])
    results = network, y, [0, 1]
    read = np.array([row[:-1] for row in csv.reader(to_csv(*results).decode().splitlines()[1:])], float)
    assert read.astype(kind).tobytes() == y.tobytes()
    listed = json.loads(to_json(result_object(*results)))["y"]
    assert (
        np.array([[float(number) for number in row] for row in listed]).astype(kind).tobytes() == y.tobytes()
    )


def test_what_json_has_no_numbers_for() -> None:
    y = np.array([[np.nan, np.inf, -np.inf, -0.0]])
    network = MLP([Dense(np.ones((1, 4)), np.zeros(4))], classes=["a", "b, c", 'd"', "\u03b5"])
    results = network, y, np.array(["a"])
    assert result_object(*results)["y"] == [["nan", "inf", "-inf", -0.0]]
    assert json.loads(to_json(result_object(*results)))["y"] == [["nan", "inf", "-inf", -0.0]]
    assert to_csv(*results).decode() == 'a,"b, c","d""",\u03b5,class\nnan,inf,-inf,-0.0,a\n'


def test_the_suffix_finds_the_format(seed: dict[str, Any], tmp_path: Path) -> None:
    results = seed["network"], seed["y"], seed["classes"]
    write_results(tmp_path / "y.csv", *results)
    write_results(tmp_path / "y.JSON", **seed)
    assert (tmp_path / "y.csv").read_bytes() == to_csv(*results)
    assert len(json.loads((tmp_path / "y.JSON").read_text())["layers"]) == 2
    for name in ("y.txt", "y"):
        with pytest.raises(InputError, match=r"expected a name that ends in \.csv or \.json, found"):
            write_results(tmp_path / name, *results)
    with pytest.raises(
        InputError, match=r"trace\.CSV: a CSV file has no place for a trace; write to a \.json"
    ):
        write_results(tmp_path / "trace.CSV", **seed)
    assert len(list(tmp_path.iterdir())) == 2


def test_regression_has_no_class() -> None:
    network = MLP([Dense([[1.0]], [0.0])])
    results = network, np.array([[1.5]])
    assert to_csv(*results) == b"y1\n1.5\n"
    assert result_object(*results)["classes"] is None


def test_columns_are_passed_on() -> None:
    network = MLP([Dense([[1.0]], [0.0], "sigmoid")])
    carried = [("id", ["007", "a,b"]), ("class", ["no", ""]), ("id", ["1", "2"]), ("y1", ["", "x"])]
    results = network, np.array([[0.25], [0.5]]), np.array([0, 1])
    rows = [*csv.reader(to_csv(*results, carried).decode().splitlines())]
    assert rows == [
        ["id", "class (2)", "id (2)", "y1 (2)", "y1", "class"],
        ["007", "no", "1", "", "0.25", "0"],
        ["a,b", "", "2", "x", "0.5", "1"],
    ]
    columns = json.loads(to_json(result_object(*results, carried=carried)))["columns"]
    assert columns == {"id": ["007", "a,b"], "class": ["no", ""], "id (2)": ["1", "2"], "y1": ["", "x"]}
    assert "columns" not in result_object(*results)


MEANINGS = [
    ("identity", 1, None, Meaning.QUANTITIES),
    ("identity", 3, None, Meaning.QUANTITIES),
    ("relu", 1, None, Meaning.QUANTITIES),
    ("exponential", 1, None, Meaning.QUANTITIES),
    ("identity", 3, ["a", "b", "c"], Meaning.CLASSES),
    ("identity", 1, ["a", "b"], Meaning.CLASSES),
    ("softmax", 3, None, Meaning.CLASSES),
    ("log_softmax", 3, None, Meaning.CLASSES),
    ("sigmoid", 1, None, Meaning.CLASSES),
    ("log_sigmoid", 1, None, Meaning.CLASSES),
    ("step", 1, None, Meaning.CLASSES),
    ("tanh", 1, None, Meaning.CLASSES),
    ("sigmoid", 3, None, Meaning.EACH),
    ("sigmoid", 3, ["a", "b", "c"], Meaning.CLASSES),
]


@pytest.mark.parametrize(("activation", "units", "classes", "meaning"), MEANINGS)
def test_what_outputs_stand_for(
    activation: str, units: int, classes: list[str] | None, meaning: Meaning
) -> None:
    network = MLP([Dense(np.ones((1, units)), np.zeros(units), activation)], classes=classes)
    assert meaning_of(network) is meaning

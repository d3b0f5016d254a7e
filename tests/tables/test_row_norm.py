"""Inputs of a row over their norm: scikit-learn's numbers, edges, the model file and what is shown."""

import json
import struct

import numpy as np
import pytest
from sklearn.preprocessing import normalize

from multilayer import MLP, Dense, InputError, initialize
from multilayer.tables import ColumnSchema, Encoder, Model, Target, columns_of
from multilayer.tables.encoder import ColumnEncoder
from multilayer.tables.explanation import explain
from multilayer.tables.row_norm import NORMS, RowNorm
from multilayer.tables.transforms.linear import Linear

NAMES = ("a", "b", "c")
COLUMNS = tuple(ColumnEncoder(ColumnSchema(name, "number"), (Linear(0.0, 1.0),)) for name in NAMES)
LEAST = 2.2e-15
X = np.random.default_rng(5).normal(0.0, 3.0, (200, 3))


def model(*norms):
    encoder = Encoder(COLUMNS, norms=norms)
    net = initialize((3, 4, 1), "tanh", rng=0, dtype=np.float32)
    return Model(encoder, (net,), Target("y", "regression", (), low=-9.0, high=9.0))


def table(x):
    return dict(zip(NAMES, np.asarray(x, float).T, strict=True))


def columns(x):
    return columns_of(table(x))


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
def test_numbers_of_scikit_learn(norm):
    x = X.astype(np.float32)
    expected = normalize(x.astype(np.float64), norm).astype(np.float32)
    RowNorm(norm, (0, 1, 2), LEAST).write(x)
    np.testing.assert_array_max_ulp(x, expected, 1)


def test_the_largest_number_is_taken_with_its_sign():
    x = np.array([[-4.0, 2.0, 1.0], [-1.0, -2.0, -4.0]], np.float32)
    RowNorm("largest", (0, 1, 2)).write(x)
    assert x.tolist() == [[-2.0, 1.0, 0.5], [1.0, 2.0, 4.0]]


@pytest.mark.parametrize("norm", NORMS)
def test_edges(norm):
    top, small = np.finfo(np.float32).max, np.float32(1e-45)
    x = np.array([[0.0, -0.0], [top, top], [small, small], [np.nan, 1.0], [1e-16, 1e-16]], np.float32)
    rows = x.copy()
    RowNorm(norm, (0, 1)).write(rows)
    assert rows[0].tobytes() == x[0].tobytes()
    share = {"l1": 0.5, "l2": np.float32(0.5**0.5)}.get(norm, 1.0)
    assert rows[[1, 2, 4]].tolist() == [[share, share]] * 3
    assert np.isnan(rows[3]).all()
    RowNorm(norm, (0, 1), LEAST).write(x)
    assert x[4].tolist() == [np.float32(1e-16)] * 2


@pytest.mark.parametrize("norm", NORMS)
def test_a_row_has_the_same_bits_alone(norm):
    encoder = model(RowNorm(norm, (0, 2), LEAST)).encoder
    every = encoder(columns(X))
    for row in (0, 7, 199):
        assert encoder(columns(X[row : row + 1])).tobytes() == every[row : row + 1].tobytes()


def test_inputs_beside_the_norm_stay():
    encoder = model(RowNorm("l2", (0, 2))).encoder
    x, before = encoder(columns(X)), encoder.apart()(columns(X))
    assert x[:, 1].tobytes() == before[:, 1].tobytes()
    assert encoder.joined(before).tobytes() == x.tobytes()
    np.testing.assert_allclose(np.hypot(x[:, 0], x[:, 2]), 1.0, rtol=1e-6)


def test_what_is_shown():
    made = model(RowNorm("l2", (0, 2)))
    assert made.encoder.names == ("a / norm", "b", "c / norm")
    assert made.encoder.sources == NAMES
    text = str(made.summary())
    assert "2 inputs of a row together" in text
    assert "x / sqrt(sum x^2)" in text
    shown = made.trace({"a": 3.0, "b": 5.0, "c": -4.0})
    assert shown.x.tolist() == [[np.float32(0.6), 5.0, np.float32(-0.8)]]
    assert "a / norm" in str(shown)


def test_explanations_divide_by_the_norm_again():
    """The network takes a alone, which has b in its norm: so b matters, and c does not."""
    W = np.array([[2.0], [0.0], [0.0]], np.float32)
    net = MLP([Dense(W, np.zeros(1, np.float32))])
    encoder = Encoder(COLUMNS, norms=(RowNorm("l1", (0, 1)),))
    made = Model(encoder, (net,), Target("y", "regression", (), low=-9.0, high=9.0))
    told = explain(made, table(X) | {"y": made(table(X))}, rng=0)
    worse = {one.column: one.mean for one in told.importances}
    assert worse["b"] > 0.1
    assert worse["c"] == 0.0
    dependence = next(one for one in told.dependences if one.column == "b")
    for value, mean in zip(dependence.values, dependence.predictions, strict=True):
        x = X.copy()
        x[:, 1] = value
        assert mean == pytest.approx(made(table(x)).mean(), rel=1e-6)


def test_the_file(tmp_path):
    made = model(RowNorm("max", (0, 2), LEAST), RowNorm("l1", (1,)))
    made.save(tmp_path / "m.safetensors")
    back = Model.load(tmp_path / "m.safetensors")
    assert back.encoder.norms == made.encoder.norms
    assert back(table(X)).tobytes() == made(table(X)).tobytes()


FORGED = {
    "a place that is not there": ([{"norm": "l1", "places": [0, 3], "least": 0.0}], "places of 3 inputs"),
    "a place of two norms": ([{"norm": "l1", "places": [0], "least": 0.0}] * 2, "each in one norm"),
    "a place below 0": ([{"norm": "l1", "places": [-1], "least": 0.0}], "norms"),
    "another order": ([{"norm": "l1", "places": [1, 0], "least": 0.0}], "ascend"),
    "no place": ([{"norm": "l1", "places": [], "least": 0.0}], "norms"),
    "no such norm": ([{"norm": "l3", "places": [0], "least": 0.0}], "a norm that is known"),
    "a least norm below 0": ([{"norm": "l1", "places": [0], "least": -1.0}], "a least one of 0 or more"),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_files_are_refused(tmp_path, name):
    norms, message = FORGED[name]
    path = tmp_path / "m.safetensors"
    model(RowNorm("l1", (0,))).save(path)
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    key = next(key for key, text in header["__metadata__"].items() if '"norms"' in text)
    document = json.loads(header["__metadata__"][key])
    header["__metadata__"][key] = json.dumps(document | {"norms": norms})
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    with pytest.raises(InputError, match=message) as caught:
        Model.load(path)
    assert len(str(caught.value).splitlines()) == 1

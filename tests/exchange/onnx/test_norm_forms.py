"""Norms of rows in graphs made by hand: Normalizer, LpNormalization, and what spells them out."""

import numpy as np
import pytest

from multilayer import InputError
from multilayer.exchange import read
from tests.exchange.onnx.test_column_steps import HOT, ML, answer, saved

# Name: nodes, inputs, constants, a row, and the features that it becomes.
STEPS = {
    "a norm": (
        [("Normalizer", ["x"], ["f"], {"norm": "L1"} | ML)],
        {"x": 2},
        {},
        {"x1": 3.0, "x2": -1.0},
        (0.75, -0.25),
    ),
    "the largest number": (
        [("Normalizer", ["x"], ["f"], ML)],
        {"x": 2},
        {},
        {"x1": 2.0, "x2": -8.0},
        (1.0, -4.0),
    ),
    "a norm spelled out": (
        [
            ("ReduceSumSquare", ["x"], ["q"], {"axes": [1]}),
            ("Sqrt", ["q"], ["r"], {}),
            ("Div", ["x", "r"], ["f"], {}),
        ],
        {"x": 2},
        {},
        {"x1": 3.0, "x2": -4.0},
        (0.6, -0.8),
    ),
    "a sum of magnitudes": (
        [
            ("Abs", ["x"], ["q"], {}),
            ("ReduceSum", ["q", "last"], ["r"], {}),
            ("Div", ["x", "r"], ["f"], {}),
        ],
        {"x": 2},
        {"last": np.array([-1])},
        {"x1": 0.0, "x2": 0.0},
        (0.0, 0.0),
    ),
    "a norm of order 1": (
        [("LpNormalization", ["x"], ["f"], {"p": 1, "axis": 1})],
        {"x": 2},
        {},
        {"x1": 3.0, "x2": -1.0},
        (0.75, -0.25),
    ),
    "a norm of some columns": (
        [
            HOT,
            ("Flatten", ["h"], ["w"], {}),
            ("Normalizer", ["x"], ["k"], {"norm": "L2"} | ML),
            ("Mul", ["k", "two"], ["m"], {}),
            ("Concat", ["w", "m"], ["f"], {"axis": 1}),
        ],
        {"x": 2, "word": 1},
        {"two": np.array([2.0, 10.0], np.float32)},
        {"x1": 3.0, "x2": -4.0, "word": "a"},
        (1.0, 0.0, 1.2, -8.0),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_features(tmp_path, name):
    nodes, inputs, constants, row, features = STEPS[name]
    found = read(saved(tmp_path / "n.onnx", nodes, inputs, len(features), **constants))
    np.testing.assert_allclose(found.network(row), answer(*features), rtol=1e-6)
    spelled = any(node[0] == "Div" for node in nodes)
    assert spelled == any(
        "a row of zeros stays, where the graph divides 0 by 0" in one for one in found.notes
    )


REFUSED = {
    "no such norm": ([("Normalizer", ["x"], ["f"], {"norm": "L3"} | ML)], {"x": 2}, "its norm is 'L3'"),
    "a norm of categories": (
        [("Normalizer", ["word"], ["f"], ML)],
        {"word": 1},
        "column 'word' holds categories; encode them first",
    ),
    "a norm of several axes": ([HOT, ("Normalizer", ["h"], ["f"], ML)], {"word": 1}, "several axes"),
    "two norms": (
        [("Normalizer", ["x"], ["k"], ML), ("Normalizer", ["k"], ["f"], ML)],
        {"x": 2},
        "column 'x1' was divided by a norm before",
    ),
    "a norm of another number": (
        [
            ("ReduceL2", ["x"], ["r"], {"axes": [1]}),
            ("Mul", ["x", "x"], ["q"], {}),
            ("Div", ["q", "r"], ["f"], {}),
        ],
        {"x": 2},
        "joins",
    ),
    "a norm of each column": (
        [("ReduceL2", ["x"], ["r"], {"axes": [0]}), ("Div", ["x", "r"], ["f"], {})],
        {"x": 2},
        "joins 'x' and 'r'",
    ),
    "a norm behind the first weights": (
        [("MatMul", ["x", "U"], ["u"], {}), ("Normalizer", ["u"], ["f"], {"norm": "L2"} | ML)],
        {"x": 2},
        "divides each sample by its norm behind the first weights",
    ),
    "a division without a divisor": ([("Div", ["x"], ["f"], {})], {"x": 2}, "Div"),
    "axes that are no list": (
        [("ReduceL2", ["x"], ["r"], {"axes": 1}), ("Div", ["x", "r"], ["f"], {})],
        {"x": 2},
        "its attribute axes is 1",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(tmp_path, name):
    nodes, inputs, message = REFUSED[name]
    with pytest.raises(InputError, match=message) as caught:
        read(saved(tmp_path / "n.onnx", nodes, inputs, 5))
    assert len(str(caught.value).splitlines()) == 1

"""Operators of columns one by one, and what is refused of them: graphs made by hand."""

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from multilayer import InputError
from multilayer.exchange import read

ML = {"domain": "ai.onnx.ml"}
NAN = float("nan")
KINDS = {"x": TensorProto.FLOAT, "n": TensorProto.INT64, "word": TensorProto.STRING}
W = np.array([[1.0, -2.0], [0.5, 0.25], [3.0, 1.0], [-1.0, 2.0], [0.75, 0.5]], np.float32)
HOT = ("OneHotEncoder", ["word"], ["h"], {"cats_strings": ["a", "b"], "zeros": 1} | ML)


def saved(path, nodes, inputs, width, **constants):
    """Write a graph of some columns; the last value "f" goes through W to two quantities, of which y is the sum."""
    made = [helper.make_node(*node[:3], **node[3]) for node in nodes]
    made += [
        helper.make_node("MatMul", ["f", "W"], ["Wf"]),
        helper.make_node("Relu", ["Wf"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "V"], ["y"]),
    ]
    arrays = {"U": np.eye(2, dtype=np.float32), "W": W[:width], "V": np.ones((2, 1), np.float32)} | constants
    graph = helper.make_graph(
        made,
        "g",
        [helper.make_tensor_value_info(name, KINDS[name], ["N", size]) for name, size in inputs.items()],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 1])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 2)]
    path.write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())
    return path


def answer(*features):
    return np.maximum(np.array([features], np.float32) @ W[: len(features)], 0.0).sum()


IMPUTED = ("Imputer", ["x"], ["f"], {"imputed_value_floats": [7.0, 8.0], "replaced_value_float": NAN} | ML)
# Name: nodes, inputs, constants, a row, and the features that it becomes.
STEPS = {
    "gaps": ([IMPUTED], {"x": 2}, {}, {"x1": NAN, "x2": 2.0}, (7.0, 2.0)),
    "gaps of scaled numbers": (
        [
            ("Scaler", ["x"], ["s"], {"offset": [1.0, 2.0], "scale": [0.5, 4.0]} | ML),
            ("Imputer", ["s"], ["f"], {"imputed_value_floats": [0.0], "replaced_value_float": NAN} | ML),
        ],
        {"x": 2},
        {},
        {"x1": 5.0, "x2": NAN},
        (2.0, 0.0),
    ),
    "arithmetic": (
        [
            ("Imputer", ["x"], ["i"], {"imputed_value_floats": [1.0], "replaced_value_float": NAN} | ML),
            ("Sub", ["i", "k"], ["s"], {}),
            ("Div", ["s", "k"], ["d"], {}),
            ("Mul", ["two", "d"], ["m"], {}),
            ("Sub", ["two", "m"], ["r"], {}),
            ("Add", ["r", "two"], ["f"], {}),
        ],
        {"x": 2},
        {"k": np.array([[2.0, 4.0]], np.float32), "two": np.float32(2.0)},
        {"x1": 4.0, "x2": NAN},
        (2.0, 5.5),
    ),
    "categories": ([("Flatten", ["h"], ["f"], {})], {"word": 1}, {}, {"word": "b"}, (0.0, 1.0)),
    "an unknown category": ([("Flatten", ["h"], ["f"], {})], {"word": 1}, {}, {"word": "c"}, (0.0, 0.0)),
    "one of them left out": (
        [
            ("Gather", ["h", "one"], ["g"], {"axis": -1}),
            ("Reshape", ["g", "row"], ["w"], {}),
            ("Concat", ["x", "w"], ["f"], {"axis": 1}),
        ],
        {"x": 2, "word": 1},
        {"one": np.array([1]), "row": np.array([-1, 1])},
        {"x1": 0.5, "x2": -1.0, "word": "b"},
        (0.5, -1.0, 1.0),
    ),
    "an order": (
        [
            (
                "LabelEncoder",
                ["word"],
                ["l"],
                {"keys_strings": ["a", "b"], "values_int64s": [3, 5], "default_int64": -1} | ML,
            ),
            ("Cast", ["l"], ["f"], {"to": 1}),
        ],
        {"word": 1},
        {},
        {"word": "b"},
        (5.0,),
    ),
    "whole numbers": (
        [
            ("OneHotEncoder", ["n"], ["h"], {"cats_int64s": [1, 2, 7], "zeros": 0} | ML),
            ("Reshape", ["h", "row"], ["f"], {}),
        ],
        {"n": 1},
        {"row": np.array([-1, 3])},
        {"n": 7},
        (0.0, 0.0, 1.0),
    ),
    "numbers cut to whole ones": (
        [
            ("ArrayFeatureExtractor", ["x", "one"], ["g"], ML),
            ("Cast", ["g"], ["c"], {"to": 7}),
            ("OneHotEncoder", ["c"], ["h"], {"cats_int64s": [1, 2], "zeros": 1} | ML),
            ("Flatten", ["h"], ["w"], {}),
            ("ArrayFeatureExtractor", ["x", "zero"], ["z"], ML),
            ("Concat", ["z", "w"], ["f"], {"axis": 1}),
        ],
        {"x": 2},
        {"one": np.array([1]), "zero": np.array([0])},
        {"x1": 0.5, "x2": 2.0},
        (0.5, 0.0, 1.0),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_features(tmp_path, name):
    nodes, inputs, constants, row, features = STEPS[name]
    if "h" in nodes[0][1]:
        nodes = [HOT, *nodes]
    model = read(saved(tmp_path / "n.onnx", nodes, inputs, len(features), **constants)).network
    np.testing.assert_allclose(model(row), answer(*features), rtol=1e-6)


def test_a_category_that_is_written_like_a_gap(tmp_path):
    hot = ("OneHotEncoder", ["word"], ["h"], {"cats_strings": ["a", "none"], "zeros": 1} | ML)
    found = read(saved(tmp_path / "n.onnx", [hot, ("Flatten", ["h"], ["f"], {})], {"word": 1}, 2))
    assert any("the category 'none' is a gap in a table" in note for note in found.notes)
    for text in ("none", None):
        np.testing.assert_allclose(found.network({"word": np.array([text], object)}), answer(0.0, 1.0))


FLAT = ("Flatten", ["h"], ["f"], {})
BOMB = [
    ("Imputer", ["x"], ["k0"], {"imputed_value_floats": [1.0], "replaced_value_float": NAN} | ML),
    *(("Concat", [f"k{i}", f"k{i}"], [f"k{i + 1}"], {"axis": 1}) for i in range(40)),
]
REFUSED = {
    "another value than a gap": (
        [("Imputer", ["x"], ["f"], {"imputed_value_floats": [1.0], "replaced_value_float": 0.0} | ML)],
        {"x": 2},
        "fills another value than a gap",
    ),
    "a number for each of three columns": (
        [
            (
                "Imputer",
                ["x"],
                ["f"],
                {"imputed_value_floats": [1.0, 2.0, 3.0], "replaced_value_float": NAN} | ML,
            )
        ],
        {"x": 2},
        r"Imputer\): its inputs do not fit each other",
    ),
    "the same category twice": (
        [("OneHotEncoder", ["word"], ["h"], {"cats_strings": ["a", " a"]} | ML), FLAT],
        {"word": 1},
        "two that differ in spaces alone",
    ),
    "no categories": ([("OneHotEncoder", ["word"], ["h"], ML), FLAT], {"word": 1}, "no categories"),
    "an unknown attribute": (
        [("OneHotEncoder", ["word"], ["h"], {"cats_strings": ["a"], "most": 3} | ML), FLAT],
        {"word": 1},
        "'most' is not known",
    ),
    "texts that nothing encodes": (
        [HOT, ("Flatten", ["h"], ["w"], {}), ("Concat", ["w", "word"], ["f"], {"axis": 1})],
        {"word": 1},
        "column 'word' holds categories; expected a step that encodes them",
        3,
    ),
    "keys without values": (
        [("LabelEncoder", ["word"], ["f"], {"keys_strings": ["a"], "values_strings": ["b"]} | ML)],
        {"word": 1},
        "makes no numbers",
    ),
    "keys and values that do not fit": (
        [("LabelEncoder", ["word"], ["f"], {"keys_strings": ["a"], "values_floats": [1.0, NAN]} | ML)],
        {"word": 1},
        "do not fit",
    ),
    "samples side by side": (
        [HOT, ("Flatten", ["h"], ["w"], {}), ("Concat", ["w", "w"], ["f"], {"axis": 0})],
        {"word": 1},
        "joins samples",
    ),
    "a sum of columns": (
        [("Add", ["x", "n"], ["f"], {})],
        {"x": 2, "n": 2},
        r"\(Add\): it joins 'x' and 'n'; expected columns side by side",
    ),
    "columns that do not meet": (
        [HOT, ("Flatten", ["h"], ["f"], {}), ("Sin", ["x"], ["q"], {})],
        {"x": 2, "word": 1},
        r"\(Sin\): it takes columns by themselves",
    ),
    "a bomb by doubling": (
        [*BOMB, ("Identity", ["k40"], ["f"], {})],
        {"x": 2},
        "more columns than a table has",
    ),
    "a width that does not fit": ([HOT, FLAT], {"word": 1}, "its weights take 5 inputs, but there are 2"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(tmp_path, name):
    nodes, inputs, message, *width = REFUSED[name]
    with pytest.raises(InputError, match=message) as caught:
        read(saved(tmp_path / "n.onnx", nodes, inputs, *(width or [5])))
    assert len(str(caught.value).splitlines()) == 1

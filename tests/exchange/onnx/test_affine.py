"""Affine operators and shapes: what is folded is the same function, and is said; the rest is refused by name."""

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from multilayer import InputError
from multilayer.exchange import read
from multilayer.exchange.proof import prove, samples_for
from tests.exchange.onnx.graphs import WEIGHTS, B, W, dense, model, saved

f = np.float32
V = np.linspace(0.5, 2.0, 4).astype(f)
X3 = np.array([0.5, -1.0, 2.0], f)
NORM = {"scale": V, "shift": B, "mean": B * f(0.5), "var": V}

# Name: nodes, constants, and a word of the note; "" where nothing is folded.
FOLDED = {
    "gemm": ([dense(y="y")], {}, ""),
    "gemm transB": ([("Gemm", ["x", "Wt", "b"], ["y"], {"transB": 1})], {"Wt": W.T.copy()}, ""),
    "gemm alpha beta": (
        [("Gemm", ["x", "W", "b"], ["y"], {"alpha": 0.3, "beta": 2.0})],
        {},
        "alpha and beta",
    ),
    "gemm scalar bias": ([dense(b="s", y="y")], {"s": f(0.7)}, ""),
    "gemm without bias": ([("Gemm", ["x", "W"], ["y"], {})], {}, ""),
    "matmul": ([("MatMul", ["x", "W"], ["y"], {})], {}, ""),
    "matmul add": (
        [("MatMul", ["x", "W"], ["m"], {}), ("Add", ["b2", "m"], ["y"], {})],
        {"b2": B[np.newaxis]},
        "",
    ),
    "matmul of a vector": ([("MatMul", ["x", "v"], ["y"], {})], {"v": X3}, ""),
    "scaled behind": ([dense(), ("Mul", ["v", "a"], ["y"], {})], {"v": V}, "folded"),
    "divided behind": ([dense(), ("Div", ["a", "v"], ["y"], {})], {"v": V}, "folded"),
    "subtracted from": ([dense(), ("Sub", ["v", "a"], ["y"], {})], {"v": V}, "folded"),
    "scaled before": (
        [("Sub", ["x", "m"], ["c"], {}), ("Div", ["c", "s"], ["d"], {}), dense(x="d", y="y")],
        {"m": X3, "s": np.abs(X3)},
        "folded",
    ),
    "scaled at the end": (
        [dense(), ("Tanh", ["a"], ["t"], {}), ("Mul", ["t", "v"], ["u"], {}), ("Add", ["u", "b"], ["y"], {})],
        {"v": V},
        "a layer was added",
    ),
    "batch normalization behind": (
        [
            dense(),
            ("BatchNormalization", ["a", *NORM], ["n"], {"epsilon": 1e-3}),
            ("Relu", ["n"], ["y"], {}),
        ],
        NORM,
        "folded",
    ),
    "batch normalization between": (
        [
            dense(),
            ("Relu", ["a"], ["r"], {}),
            ("BatchNormalization", ["r", "scale", "shift", "mean", "var"], ["n"], {}),
            ("MatMul", ["n", "W2"], ["y"], {}),
        ],
        NORM | {"W2": W.T.copy()},
        "folded",
    ),
    "batch normalization in primitives": (
        [
            ("Add", ["var", "eps"], ["ve"], {}),
            ("Sqrt", ["ve"], ["sd"], {}),
            ("Reciprocal", ["sd"], ["is"], {}),
            ("Mul", ["is", "scale"], ["k"], {}),
            dense(),
            ("Sub", ["a", "mean"], ["c"], {}),
            ("Mul", ["c", "k"], ["d"], {}),
            ("Add", ["d", "shift"], ["y"], {}),
        ],
        NORM | {"eps": f(1e-3)},
        "folded",
    ),
    "transposed initializer": (
        [("Transpose", ["Wt"], ["W1"], {"perm": [1, 0]}), dense(W="W1", y="y")],
        {"Wt": W.T.copy()},
        "",
    ),
    "reshaped initializer": (
        [("Reshape", ["flat", "shape"], ["W1"], {}), dense(W="W1", y="y")],
        {"flat": W.reshape(-1), "shape": np.array([3, -1])},
        "",
    ),
    "constant node": (
        [("Constant", [], ["k"], {"value_float": 2.0}), dense(), ("Mul", ["a", "k"], ["y"], {})],
        {},
        "folded",
    ),
    "shapes": (
        [
            ("Flatten", ["x"], ["f"], {}),
            ("Identity", ["f"], ["i"], {}),
            ("Cast", ["i"], ["c"], {"to": TensorProto.FLOAT}),
            ("Reshape", ["c", "shape"], ["r"], {}),
            dense(x="r"),
            ("Dropout", ["a"], ["y"], {}),
        ],
        {"shape": np.array([-1, 3])},
        "left out",
    ),
    "squeezed": (
        [("Gemm", ["x", "W1", "b1"], ["a"], {}), ("Squeeze", ["a", "last"], ["y"], {})],
        {"W1": W[:, :1].copy(), "b1": B[:1], "last": np.array([-1])},
        "keeps its axis",
    ),
    "prelu": ([dense(), ("PRelu", ["a", "v"], ["y"], {})], {"v": V}, ""),
    "two activations": (
        [dense(), ("Tanh", ["a"], ["t"], {}), ("Relu", ["t"], ["y"], {})],
        {},
        "a layer was added",
    ),
}


@pytest.mark.parametrize("name", FOLDED)
def test_same_function(tmp_path, name):
    nodes, constants, word = FOLDED[name]
    path = saved(tmp_path / "n.onnx", nodes, WEIGHTS | constants)
    found = read(path)
    notes = [note for note in found.notes if "logits" not in note]
    assert bool(notes) == bool(word)
    assert any(word in note for note in notes) or not word
    evaluator = ReferenceEvaluator(str(path))
    x = samples_for(found.network)
    proof = prove(found.network, lambda x: evaluator.run(None, {"x": x})[0].reshape(len(x), -1), "onnx", x)
    assert proof.holds, proof


def test_weights_that_are_not_folded_keep_their_bits(tmp_path):
    network = read(saved(tmp_path / "n.onnx", [dense(y="y")], WEIGHTS)).network
    np.testing.assert_array_equal(network.layers[0].W, W)
    np.testing.assert_array_equal(network.layers[0].b, B)


REFUSED = {
    "a residual connection": (
        [dense(), ("Relu", ["a"], ["r"], {}), ("Add", ["a", "r"], ["y"], {})],
        {},
        r"node n2 \(Add\): it joins 'a' and 'r'",
    ),
    "a product of branches": ([dense(), ("Mul", ["a", "a"], ["y"], {})], {}, r"\(Mul\): it joins"),
    "weights of data": ([("MatMul", ["x", "x"], ["y"], {})], {}, "joins"),
    "samples as columns": ([("MatMul", ["W", "x"], ["y"], {})], {}, "samples as columns"),
    "transA": ([("Gemm", ["x", "W", "b"], ["y"], {"transA": 1})], {}, "samples as columns"),
    "one over": ([dense(), ("Div", ["v", "a"], ["y"], {})], {"v": V}, "divides by what"),
    "divided by zero": ([dense(), ("Div", ["a", "z"], ["y"], {})], {"z": V * 0}, "divides by 0"),
    "another type": (
        [dense(), ("Mul", ["a", "v"], ["y"], {})],
        {"v": V.astype(float)},
        "float64, but float32",
    ),
    "weights of another type": (
        [dense(y="y")],
        {"W": W.astype(float), "b": B.astype(float)},
        "float64, but float32",
    ),
    "a number for each row, as before opset 7": (
        [dense(), ("Add", ["a", "v"], ["y"], {"broadcast": 1, "axis": 0})],
        {"v": V},
        "aligns its constant with samples",
    ),
    "a number for each row": ([dense(), ("Mul", ["a", "v"], ["y"], {})], {"v": V[:, np.newaxis]}, "shape"),
    "another width": ([dense(), ("Mul", ["a", "v"], ["y"], {})], {"v": V[:3]}, "3 numbers, but there are 4"),
    "inputs that do not fit": ([("MatMul", ["x", "W2"], ["y"], {})], {"W2": W.T.copy()}, "take"),
    "three axes": ([dense(W="W3", y="y")], {"W3": W[np.newaxis]}, "shape"),
    "softmax of samples": ([dense(), ("Softmax", ["a"], ["y"], {"axis": 0})], {}, "Softmax"),
    "a cast to integers": (
        [dense(), ("Cast", ["a"], ["y"], {"to": TensorProto.INT64})],
        {},
        "rounds to whole",
    ),
    "an unknown attribute": ([("Gemm", ["x", "W", "b"], ["y"], {"broadcast": 0, "gamma": 1.0})], {}, "gamma"),
    "training": (
        [dense(), ("Dropout", ["a", "", "yes"], ["y"], {})],
        {"yes": np.array(True)},
        "training mode",
    ),
    "a rank that is lost": (
        [dense(), ("Reshape", ["a", "s"], ["y"], {})],
        {"s": np.array([-1])},
        "makes the shape",
    ),
    "weights that are nan": ([dense(y="y")], {"W": W * f("nan")}, "finite"),
    "a far mean": (
        [("Sub", ["x", "m"], ["c"], {}), ("Div", ["c", "s"], ["d"], {}), dense(x="d", y="y")],
        {"m": X3 * f(1e6), "s": np.abs(X3)},
        "half of its digits",
    ),
    "nothing": ([("Identity", ["x"], ["y"], {})], {}, "no layer"),
    "another domain": (
        [dense(), ("Gelu", ["a"], ["y"], {"domain": "com.microsoft"})],
        {},
        r"com\.microsoft\.Gelu",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name(tmp_path, name):
    nodes, constants, message = REFUSED[name]
    with pytest.raises(InputError, match=message) as caught:
        read(saved(tmp_path / "n.onnx", nodes, WEIGHTS | constants))
    assert len(str(caught.value).splitlines()) == 1


def test_two_inputs_are_refused(tmp_path):
    nodes = [("Add", ["x", "z"], ["s"], {}), dense(x="s", y="y")]
    with pytest.raises(InputError, match=r"node n0 \(Add\): it joins 'x' and 'z'"):
        read(saved(tmp_path / "n.onnx", nodes, WEIGHTS, inputs=("x", "z")))


def test_samples_of_several_axes(tmp_path):
    made = model([("Flatten", ["x"], ["f"], {}), dense(x="f", y="y")], {"W": np.ones((6, 4), f), "b": B})
    made.graph.input[0].CopyFrom(helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 2, 3]))
    (tmp_path / "n.onnx").write_bytes(made.SerializeToString())
    found = read(tmp_path / "n.onnx")
    assert found.network.widths == (6, 4)
    assert "is taken as a row" in found.notes[0]


def test_labels_of_another_program(tmp_path):
    nodes = [
        dense(y="l"),
        ("Softmax", ["l"], ["p"], {}),
        ("ArgMax", ["p"], ["i"], {"axis": 1, "keepdims": 0}),
        ("Gather", ["names", "i"], ["label"], {}),
    ]
    constants = WEIGHTS | {"names": np.array([7, 8, 9, 5_000_000_000])}
    for outputs in (("label", "p"), ("label",)):
        path = saved(tmp_path / "n.onnx", nodes, constants, outputs=outputs, label="int64")
        assert read(path).network.classes == (7, 8, 9, 5_000_000_000)

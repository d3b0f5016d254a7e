"""Nodes with inputs, types and attributes that their operators do not take: one line, never a failure inside."""

import numpy as np
import pytest
from onnx import numpy_helper

from multilayer import MLP, InputError
from multilayer.exchange import read
from multilayer.exchange.onnx import algebra, constants
from multilayer.exchange.onnx.column_steps import COLUMN_STEPS
from multilayer.exchange.onnx.over_units import REDUCE
from multilayer.exchange.onnx.steps import STEPS
from multilayer.exchange.proof import Proof, prove, samples_for
from tests.exchange.onnx.graphs import WEIGHTS, dense, saved

ML = {"domain": "ai.onnx.ml"}
SCALAR = ("Constant", [], ["c"], {"value_float": 1.0})

# Nodes, and a part of the message.
REFUSED = {
    "a cast to text": ([SCALAR, ("Cast", ["c"], ["d"], {"to": 8}), dense(y="y")], "the type 8"),
    "a cast to no type": ([SCALAR, ("Cast", ["c"], ["d"], {"to": 77}), dense(y="y")], "the type 77"),
    "a cast to bfloat16": ([SCALAR, ("Cast", ["c"], ["d"], {"to": 16}), dense(y="y")], "the type 16"),
    "a shape that depends on the data": ([dense(), ("Reshape", ["W", "a"], ["y"], {})], "makes the shape"),
    "axes that depend on the data": ([dense(), ("Squeeze", ["W", "a"], ["y"], {})], "takes an axis away"),
    "a mode that depends on the data": ([dense(), ("Dropout", ["W", "b", "a"], ["y"], {})], "training mode"),
    "no inputs of Expand": ([dense(y="y"), ("Expand", [], ["q"], {})], "this number of inputs, 0"),
    "no input of ZipMap": ([dense(), ("ZipMap", [], ["y"], ML)], "has no input"),
    "an empty input": ([dense(), ("Relu", [""], ["y"], {})], "has no input"),
    "one input of Sub": (
        [dense(), ("Sub", ["a"], ["p"], {}), ("Concat", ["p", "a"], ["y"], {})],
        "this number of inputs, 1",
    ),
    "two inputs of Identity": ([dense(), ("Identity", ["a", "b"], ["y"], {})], "this number of inputs, 2"),
    "four inputs of Mul": ([dense(), ("Mul", ["W", "W", "a", "b"], ["y"], {})], "this number of inputs, 4"),
    "a left-out operand": ([dense(), ("Div", ["", "a"], ["y"], {})], "divides by what the layers"),
    "a scalar shape": ([dense(y="y"), ("ConstantOfShape", ["s"], ["q"], {})], "makes a tensor of the shape"),
    "a text as a slope": ([dense(), ("LeakyRelu", ["a"], ["y"], {"alpha": "s"})], "no such operator"),
    "two slopes": ([dense(), ("LeakyRelu", ["a"], ["y"], {"alpha": [1.0, 2.0]})], "no such operator"),
    "a text as a bound": ([dense(), ("Clip", ["a"], ["y"], {"min": "s"})], "no such operator"),
    "a tensor as an axis": (
        [dense(), ("Concat", ["b", "a"], ["y"], {"axis": numpy_helper.from_array(np.zeros(2))})],
        "attribute axis",
    ),
    "a number as labels": (
        [dense(), ("ZipMap", ["a"], ["y"], ML | {"classlabels_int64s": 3.0})],
        "attribute",
    ),
    "the best sample of each unit": ([dense(), ("ArgMax", ["a"], ["y"], {"axis": 0})], "no such operator"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line(tmp_path, name):
    nodes, message = REFUSED[name]
    path = saved(tmp_path / "n.onnx", nodes, WEIGHTS | {"s": np.float32(2.0)})
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert len(str(caught.value).splitlines()) == 1


OPERATORS = sorted(
    {
        *STEPS,
        *COLUMN_STEPS,
        *constants._RULES,
        *algebra._ATTRIBUTES,
        *REDUCE,
        "Clip",
        "Gelu",
        "ArgMax",
        "TopK",
    }
    | {"ai.onnx.ml.ZipMap", "ai.onnx.ml.Binarizer", "LpNormalization", "ReduceL2", "Conv", "Where", "Softmax"}
)
# fmt: off
ATTRIBUTES = (
    "axis", "axes", "keepdims", "to", "alpha", "beta", "perm", "shape", "value", "value_ints", "transB", "epsilon",
    "min", "max", "lambd", "bias", "offset", "scale", "imputed_value_floats", "cats_int64s", "keys_strings",
    "keys_int64s", "values_floats", "default_float", "norm", "zeros", "p", "threshold", "classlabels_strings",
    "approximate", "allowzero", "training_mode",
)
# fmt: on
VALUES = (0, 1, -1, 7, 2**40, 0.5, float("nan"), "s", [1], [-1], [1.0, 2.0], ["a", "b"])
CONSTANTS = WEIGHTS | {
    "one": np.array([1]),
    "shape": np.array([-1, 4]),
    "scalar": np.float32(2.0),
    "texts": np.array(["a", "b"], object),
    "large": np.array([2**31, 2**31]),
    "empty": np.zeros((0, 3), np.float32),
}


def odd_nodes(rng):
    """Nodes of random operators, inputs and attributes, of which the last makes the output."""

    def pick(items):
        return items[int(rng.integers(len(items)))]

    nodes, values = ([dense()], ["x", "a"]) if rng.random() < 0.7 else ([], ["x"])
    count = int(rng.integers(1, 4))
    for number in range(1, count + 1):
        domain, _, operator = pick(OPERATORS).rpartition(".")
        names = [
            pick([*values, *[values[-1]] * 4, *CONSTANTS, ""]) for _ in range(pick([0, 1, 1, 1, 2, 2, 3, 4]))
        ]
        attributes = {pick(ATTRIBUTES): pick(VALUES) for _ in range(pick([0, 0, 1, 2]))}
        output = "y" if number == count else f"v{number}"
        nodes.append((operator, names, [output], attributes | ({"domain": domain} if domain else {})))
        values.append(output)
    return nodes


def difference_or_line(path):
    """Return how far the network is from ONNX Runtime, or why it is refused; None where nothing runs the file."""
    try:
        found = read(path)
        program = None if found.program is None else found.program()
        if program is None or not isinstance(found.network, MLP):
            return None
        return prove(found.network, *program, samples_for(found.network))
    except InputError as error:
        return str(error)


def test_random_nodes_are_refused_or_are_the_same_function(tmp_path):
    rng, path = np.random.default_rng(1), tmp_path / "n.onnx"
    outcomes = []
    for _ in range(1500):
        saved(path, odd_nodes(rng), CONSTANTS)
        outcomes.append(difference_or_line(path))
    assert all(len(one.splitlines()) == 1 for one in outcomes if isinstance(one, str))
    proofs = [one for one in outcomes if isinstance(one, Proof)]
    assert len(proofs) > 3
    assert all(proof.holds for proof in proofs)

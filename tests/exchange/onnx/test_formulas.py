"""The ways in which exporters write activations are recognized; what is near them is not."""

import numpy as np
import pytest

from multilayer import InputError
from multilayer.activations import (
    CELU,
    ELU,
    HardShrink,
    HardSigmoid,
    HardTanh,
    LeakyReLU,
    SiLU,
    Softplus,
    SoftShrink,
    get,
)
from multilayer.exchange import read
from multilayer.exchange.onnx.formulas import FORMULAS
from multilayer.exchange.onnx.recognition import form_of, odd_ones, recognized
from tests.exchange.onnx.graphs import WEIGHTS, dense, saved

f = np.float32
R2 = f(np.sqrt(2))

# Name: what it is, and the operators from a to y with their constants.
WAYS = {
    "silu": (get("silu"), [("Sigmoid", "a", "s"), ("Mul", "a s", "y")], {}),
    "silu with beta": (
        SiLU(1.702),
        [("Mul", "a k", "t"), ("Sigmoid", "t", "s"), ("Mul", "s a", "y")],
        {"k": f(1.702)},
    ),
    "gelu of torch": (
        get("gelu"),
        [
            ("Div", "a r", "t"),
            ("Erf", "t", "e"),
            ("Add", "e one", "p"),
            ("Mul", "a p", "q"),
            ("Mul", "q h", "y"),
        ],
        {"r": R2, "one": f(1), "h": f(0.5)},
    ),
    "gelu of keras": (
        get("gelu"),
        [
            ("Mul", "a r", "t"),
            ("Erf", "t", "e"),
            ("Add", "one e", "p"),
            ("Mul", "h a", "q"),
            ("Mul", "q p", "y"),
        ],
        {"r": f(np.sqrt(0.5)), "one": f(1), "h": f(0.5)},
    ),
    "gelu_tanh": (
        get("gelu_tanh"),
        [
            ("Pow", "a three", "c"),
            ("Mul", "k c", "t"),
            ("Add", "a t", "u"),
            ("Mul", "r u", "v"),
            ("Tanh", "v", "w"),
            ("Add", "one w", "p"),
            ("Mul", "a p", "q"),
            ("Mul", "h q", "y"),
        ],
        {"three": f(3), "k": f(0.044715), "r": f(np.sqrt(2 / np.pi)), "one": f(1), "h": f(0.5)},
    ),
    "mish": (get("mish"), [("Softplus", "a", "s"), ("Tanh", "s", "t"), ("Mul", "a t", "y")], {}),
    "softplus of torch": (
        get("softplus"),
        [("Softplus", "a", "s"), ("Greater", "a k", "g"), ("Where", "g a s", "y")],
        {"k": f(20)},
    ),
    "softplus of torch with beta": (
        Softplus(3.0),
        [
            ("Mul", "a b3", "t"),
            ("Softplus", "t", "s"),
            ("Div", "s b3", "u"),
            ("Greater", "t k", "g"),
            ("Where", "g a u", "y"),
        ],
        {"k": f(20), "b3": f(3)},
    ),
    "tanh_shrink": (get("tanh_shrink"), [("Tanh", "a", "t"), ("Sub", "a t", "y")], {}),
    "log_sigmoid": (get("log_sigmoid"), [("Sigmoid", "a", "s"), ("Log", "s", "y")], {}),
    "relu6 of torch": (get("relu6"), [("Clip", "a zero six", "y")], {"zero": f(0), "six": f(6)}),
    "relu6 by relu and min": (get("relu6"), [("Relu", "a", "r"), ("Min", "r six", "y")], {"six": f(6)}),
    "hard_tanh": (HardTanh(-2.0, 0.5), [("Clip", "a lo hi", "y")], {"lo": f(-2), "hi": f(0.5)}),
    "relu by max": (get("relu"), [("Max", "zero a", "y")], {"zero": f(0)}),
    "hard_sigmoid of torch": (
        HardSigmoid(),
        [("Add", "a three", "s"), ("Clip", "s zero six", "c"), ("Div", "c six", "y")],
        {"three": f(3), "zero": f(0), "six": f(6)},
    ),
    "hard_swish of torch": (
        get("hard_swish"),
        [("Add", "a three", "s"), ("Clip", "s zero six", "c"), ("Div", "c six", "d"), ("Mul", "a d", "y")],
        {"three": f(3), "zero": f(0), "six": f(6)},
    ),
    "sigmoid by exp": (
        get("sigmoid"),
        [("Neg", "a", "m"), ("Exp", "m", "e"), ("Add", "e one", "p"), ("Reciprocal", "p", "y")],
        {"one": f(1)},
    ),
    "gaussian": (get("gaussian"), [("Mul", "a a", "s"), ("Neg", "s", "m"), ("Exp", "m", "y")], {}),
    "softsign": (
        get("softsign"),
        [("Abs", "a", "s"), ("Add", "one s", "p"), ("Div", "a p", "y")],
        {"one": f(1)},
    ),
    "leaky by where": (
        LeakyReLU(0.2),
        [("Mul", "a k", "m"), ("Greater", "a zero", "g"), ("Where", "g a m", "y")],
        {"k": f(0.2), "zero": f(0)},
    ),
    "elu of jax": (
        ELU(0.5),
        [
            ("Greater", "a zero", "g"),
            ("Exp", "a", "e"),
            ("Sub", "e one", "m"),
            ("Mul", "k m", "n"),
            ("Where", "g a n", "y"),
        ],
        {"zero": f(0), "one": f(1), "k": f(0.5)},
    ),
    "step": (get("step"), [("Greater", "a zero", "g"), ("Cast", "g", "y", {"to": 1})], {"zero": f(0)}),
    "softmin": (get("softmin"), [("Neg", "a", "m"), ("Softmax", "m", "y")], {}),
}


def nodes(way):
    return [(operator, inputs.split(), [output], *(more or ({},))) for operator, inputs, output, *more in way]


@pytest.mark.parametrize("name", WAYS)
def test_ways_of_exporters(tmp_path, name):
    activation, way, constants = WAYS[name]
    path = saved(tmp_path / "n.onnx", [dense(), *nodes(way)], WEIGHTS | constants)
    network = read(path).network
    assert network.layers[0].activation == activation
    np.testing.assert_array_equal(network.layers[0].W, WEIGHTS["W"])


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda one: one.kind.__name__)
def test_formulas_are_told_apart(formula):
    """Each is recognized with any parameters: as the activation, or one that is the same function."""
    x = np.linspace(-7.0, 7.0, 40).reshape(8, 5)
    for h in [formula.only] if formula.only else odd_ones(formula.kind):
        found = recognized(form_of(formula, h))
        np.testing.assert_allclose(found(x), h(x), rtol=1e-12, atol=1e-300)


NEAR = {
    "gelu with another root": ("gelu of torch", {"r": f(1.5)}),
    "relu6 up to nothing": ("step", {"zero": f(0.5)}),
    "mish of a half": ("gelu of keras", {"h": f(0.6)}),
    "a softplus with a step": ("softplus of torch", {"k": f(2)}),
    "another cubic": ("gelu_tanh", {"k": f(0.05)}),
}


@pytest.mark.parametrize("name", NEAR)
def test_what_is_near_is_refused(tmp_path, name):
    way, other = NEAR[name]
    _, operators, constants = WAYS[way]
    path = saved(tmp_path / "n.onnx", [dense(), *nodes(operators)], WEIGHTS | constants | other)
    with pytest.raises(InputError, match=r"node n\d+ \("):
        read(path)


@pytest.mark.parametrize(
    ("operator", "attributes", "opset", "expected"),
    [
        ("Clip", {"min": 0.0, "max": 6.0}, 6, get("relu6")),
        ("HardSigmoid", {}, 17, HardSigmoid(0.2, 0.5)),
        ("HardSigmoid", {"alpha": 1 / 6}, 17, HardSigmoid()),
        ("Softmax", {}, 12, get("softmax")),
        ("Softmax", {"axis": 1}, 13, get("softmax")),
        ("Softmax", {"axis": -1}, 9, get("softmax")),
        ("LogSoftmax", {}, 17, get("log_softmax")),
        ("Gelu", {}, 20, get("gelu")),
        ("Gelu", {"approximate": "tanh"}, 20, get("gelu_tanh")),
        ("Mish", {}, 18, get("mish")),
        ("Celu", {"alpha": 2.0}, 12, CELU(2.0)),
        ("Elu", {}, 6, ELU()),
        ("Selu", {}, 6, get("selu")),
        ("LeakyRelu", {}, 6, LeakyReLU()),
        ("Shrink", {"lambd": 0.3}, 9, HardShrink(0.3)),
        ("Shrink", {"lambd": 0.3, "bias": 0.3}, 9, SoftShrink(0.3)),
        ("Swish", {}, 24, get("silu")),
        ("Hardmax", {}, 13, get("hardmax")),
        ("ThresholdedRelu", {}, 10, get("thresholded_relu")),
    ],
)
def test_operators_and_their_versions(tmp_path, operator, attributes, opset, expected):
    path = saved(tmp_path / "n.onnx", [dense(), (operator, ["a"], ["y"], attributes)], WEIGHTS, opset=opset)
    assert read(path).network.layers[0].activation == expected


@pytest.mark.parametrize(
    ("operator", "attributes", "opset"),
    [
        ("Softmax", {"axis": 0}, 17),
        ("Softmax", {"axis": 0}, 12),
        ("Selu", {}, 1),
        ("Shrink", {"lambd": 0.3, "bias": 0.1}, 9),
        ("Gelu", {"approximate": "sigmoid"}, 20),
        ("HardSigmoid", {"alpha": -0.2}, 17),
        ("Sin", {}, 17),
        ("LayerNormalization", {}, 17),
    ],
)
def test_operators_that_are_refused(tmp_path, operator, attributes, opset):
    path = saved(tmp_path / "n.onnx", [dense(), (operator, ["a"], ["y"], attributes)], WEIGHTS, opset=opset)
    with pytest.raises(InputError, match=rf"n\.onnx: node n1 \({operator}\)"):
        read(path)

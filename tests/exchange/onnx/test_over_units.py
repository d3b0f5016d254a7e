"""Softmax and its logarithm in operators of sums: as torch, JAX and others write them, and what is near them."""

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator

from multilayer import InputError
from multilayer.activations import get
from multilayer.exchange import read
from tests.exchange.onnx.graphs import WEIGHTS, dense, saved

LAST, FIRST, ONE = np.array([-1]), np.array([0]), np.array([1])
KEPT, GONE = {"keepdims": 1}, {"keepdims": 0}
SHAPE = [("Shape", "s", "k", {}), ("Gather", "k first", "n", {}), ("Concat", "n one", "to", {"axis": 0})]
BELOW = [("ReduceMax", "a", "m", {"axes": [1]}), ("Sub", "a m", "d", {})]
CONSTANTS = {
    "last": LAST,
    "first": FIRST,
    "one": ONE,
    "column": np.array([-1, 1]),
    "low": np.float32(-np.inf),
}


def total(of, to="s", **more):
    return ("ReduceSum", f"{of} last", to, KEPT | more)


WAYS = {
    "softmax of torch": ("softmax", [("Exp", "a", "e", {}), total("e"), ("Div", "e s", "y", {})]),
    "softmax below its maximum": (
        "softmax",
        [*BELOW, ("Exp", "d", "e", {}), total("e", noop_with_empty_axes=0), ("Div", "e s", "y", {})],
    ),
    "softmax by the reciprocal": (
        "softmax",
        [*BELOW, ("Exp", "d", "e", {}), total("e"), ("Reciprocal", "s", "r", {}), ("Mul", "r e", "y", {})],
    ),
    "softmax with an axis that is brought back": (
        "softmax",
        [
            ("Exp", "a", "e", {}),
            total("e", **GONE),
            ("Unsqueeze", "s last", "u", {}),
            ("Div", "e u", "y", {}),
        ],
    ),
    "softmax of jax": (
        "softmax",
        [
            ("ReduceMax", "a", "p", {"axes": [1]} | GONE),
            ("Max", "low p", "s", {}),
            *SHAPE,
            ("Reshape", "s to", "q", {}),
            ("Expand", "q to", "m", {}),
            ("Identity", "m", "i", {}),
            ("Sub", "a i", "d", {}),
            ("Exp", "d", "e", {}),
            total("e", "t", **GONE),
            ("Reshape", "t column", "u", {}),
            ("Div", "e u", "y", {}),
        ],
    ),
    "softmax of a scaled sum": (
        "softmax",
        [("Mul", "a half", "c", {}), ("Exp", "c", "e", {}), total("e"), ("Div", "e s", "y", {})],
    ),
    "softmin": (
        "softmin",
        [
            ("ReduceMin", "a", "m", {"axes": [1]}),
            ("Sub", "m a", "d", {}),
            ("Exp", "d", "e", {}),
            total("e"),
            ("Div", "e s", "y", {}),
        ],
    ),
    "log_softmax of torch": (
        "log_softmax",
        [("ReduceLogSumExp", "a", "l", {"axes": [-1]}), ("Sub", "a l", "y", {})],
    ),
    "log_softmax below its maximum": (
        "log_softmax",
        [*BELOW, ("Exp", "d", "e", {}), total("e"), ("Log", "s", "l", {}), ("Sub", "d l", "y", {})],
    ),
    "log_softmax with the maximum added": (
        "log_softmax",
        [
            *BELOW,
            ("Exp", "d", "e", {}),
            total("e"),
            ("Log", "s", "l", {}),
            ("Add", "l m", "t", {}),
            ("Sub", "a t", "y", {}),
        ],
    ),
    "the logarithm of shares": (
        "log_softmax",
        [("Exp", "a", "e", {}), total("e"), ("Div", "e s", "p", {}), ("Log", "p", "y", {})],
    ),
    "the exponential of a logarithm": (
        "softmax",
        [("ReduceLogSumExp", "a", "l", {"axes": [1]}), ("Sub", "a l", "t", {}), ("Exp", "t", "y", {})],
    ),
}


def nodes(way):
    return [(operator, inputs.split(), [output], attributes) for operator, inputs, output, attributes in way]


def constants(way):
    names = {name for _, inputs, _, _ in way for name in inputs.split()}
    half = {"half": np.float32(0.5)}
    return {name: value for name, value in (CONSTANTS | half).items() if name in names}


@pytest.mark.parametrize("name", WAYS)
def test_ways_of_exporters(tmp_path, name):
    activation, way = WAYS[name]
    path = saved(tmp_path / "n.onnx", [dense(), *nodes(way)], WEIGHTS | constants(way))
    network = read(path).network
    assert network.layers[0].activation == get(activation)
    x = np.random.default_rng(1).standard_normal((6, 3)).astype(np.float32)
    (y,) = ReferenceEvaluator(str(path)).run(None, {"x": x})
    np.testing.assert_allclose(network(x), y, rtol=2e-6, atol=2e-6)


EXP = ("Exp", "a", "e", {})
NEAR = {
    "shares of samples": [EXP, ("ReduceSum", "e first", "s", KEPT), ("Div", "e s", "y", {})],
    "a sum whose axis is gone": [EXP, total("e", **GONE), ("Div", "e s", "y", {})],
    "a sum along a row of samples": [
        EXP,
        total("e", **GONE),
        ("Unsqueeze", "s first", "u", {}),
        ("Div", "e u", "y", {}),
    ],
    "a sum of another number": [EXP, total("a"), ("Div", "e s", "y", {})],
    "a maximum of another number": [
        ("ReduceMax", "e", "m", {"axes": [1]}),
        ("Sub", "a m", "d", {}),
        ("Exp", "d", "f", {}),
        total("f"),
        ("Div", "f s", "y", {}),
    ],
    "shares of numbers": [total("a"), ("Div", "a s", "y", {})],
    "all sums": [EXP, ("ReduceSum", "e", "s", KEPT), ("Div", "e s", "y", {})],
    "an attribute that is not known": [EXP, total("e", most=1), ("Div", "e s", "y", {})],
    "a sum that had its axis": [
        EXP,
        total("e"),
        ("Unsqueeze", "s last", "u", {}),
        ("Div", "e u", "y", {}),
    ],
    "another shape": [EXP, total("e", **GONE), ("Reshape", "s last", "u", {}), ("Div", "e u", "y", {})],
}


@pytest.mark.parametrize("name", NEAR)
def test_what_is_near_is_refused(tmp_path, name):
    way = NEAR[name]
    if "e" in way[0][1].split():
        way = [EXP, *way]
    path = saved(tmp_path / "n.onnx", [dense(), *nodes(way)], WEIGHTS | constants(way))
    with pytest.raises(InputError, match=r"node n\d+ \("):
        read(path)

"""Every version of every activation operator, from ONNX's own table: the numbers of ONNX's evaluator, or a refusal."""

import warnings

import numpy as np
import pytest
from onnx import defs
from onnx.reference import ReferenceEvaluator

from multilayer import InputError
from multilayer.exchange import read
from tests.exchange.onnx.graphs import WEIGHTS, W, model

# fmt: off
OPERATORS = (
    "Celu", "Elu", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Hardmax", "LeakyRelu", "LogSoftmax", "Mish", "Relu",
    "Selu", "Shrink", "Sigmoid", "Softmax", "Softplus", "Softsign", "Swish", "Tanh", "ThresholdedRelu",
)
# fmt: on
CLIPPED = {"min": -0.5, "max": 2.0}


def versions():
    """The first opset of each version, and the last one before the next."""
    found = {(one.name, one.since_version) for one in defs.get_all_schemas_with_history() if one.domain == ""}
    for operator in OPERATORS:
        starts = sorted(version for name, version in found if name == operator)
        ends = [*(version - 1 for version in starts[1:]), defs.onnx_opset_version()]
        for start, end in zip(starts, ends, strict=True):
            yield from dict.fromkeys([(operator, start), (operator, end)])


def numbers(path, node, opset, **constants):
    """What our network gives, and ONNX's evaluator, for one operator behind a matrix."""
    nodes = [("MatMul", ["x", "W"], ["a"], {}), node]
    made = model(nodes, {"W": WEIGHTS["W"]} | constants, opset=opset)
    path.write_bytes(made.SerializeToString())
    x = np.random.default_rng(0).standard_normal((40, len(W))).astype(np.float32) * 3
    found = read(path).network
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # overflows of the evaluator
        return found(x), ReferenceEvaluator(made).run(None, {"x": x})[0]


@pytest.mark.parametrize(("operator", "opset"), [*versions()])
def test_versions(tmp_path, operator, opset):
    node = (operator, ["a"], ["y"], {"lambd": 0.4} if operator == "Shrink" else {})
    if operator == "Selu" and opset < 6:  # its numbers are rounded to four digits: another function
        with pytest.raises(InputError, match=operator):
            numbers(tmp_path / "n.onnx", node, opset)
        return
    ours, theirs = numbers(tmp_path / "n.onnx", node, opset)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("opset", [6, 10])  # the evaluator has none before
def test_bounds_that_are_attributes(tmp_path, opset):
    ours, theirs = numbers(tmp_path / "n.onnx", ("Clip", ["a"], ["y"], CLIPPED), opset)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("opset", [11, 12, 13, defs.onnx_opset_version()])
def test_bounds_that_are_inputs(tmp_path, opset):
    bounds = {name: np.float32(value) for name, value in CLIPPED.items()}
    ours, theirs = numbers(tmp_path / "n.onnx", ("Clip", ["a", "min", "max"], ["y"], {}), opset, **bounds)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("opset", [7, 9, 16])
def test_slopes(tmp_path, opset):
    slope = np.array([0.1, -0.2, 0.3, 0.0], np.float32)
    ours, theirs = numbers(tmp_path / "n.onnx", ("PRelu", ["a", "s"], ["y"], {}), opset, s=slope)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)

"""ONNX Runtime on the same network or operator as an ONNX graph."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from benchmarks.cases import Layers
from multilayer.activations import get

NAME, PACKAGE = "ONNX Runtime", "onnxruntime"

# What ONNX calls the activations that the networks here use, and those of one operator with its defaults.
_ATTRIBUTES: dict[str, dict[str, Any]] = {
    "leaky_relu": {"alpha": 0.01},
    "hard_sigmoid": {"alpha": 1 / 6, "beta": 0.5},
    "thresholded_relu": {"alpha": 1.0},
}


def _operator(name: str) -> str | None:
    operator = get(name).facts.onnx
    return None if operator in {None, "PRelu", "Clip", "Shrink"} else operator


def _session(nodes: list[Any], weights: list[Any], x: NDArray[Any]) -> Callable[[], Any]:
    kind = TensorProto.FLOAT if x.dtype == "float32" else TensorProto.DOUBLE
    graph = helper.make_graph(
        nodes,
        "benchmark",
        [helper.make_tensor_value_info("x", kind, [None] * x.ndim)],
        [helper.make_tensor_value_info("y", kind, [None] * x.ndim)],
        weights,
    )
    opset = [helper.make_opsetid("", 20)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.checker.check_model(model)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = len(os.sched_getaffinity(0))
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"])
    return lambda: session.run(["y"], {"x": x})[0]


def forward(layers: Layers, x: NDArray[Any]) -> Callable[[], Any]:
    """A Gemm and an activation per layer."""
    nodes, weights, name = [], [], "x"
    for i, (W, b, h) in enumerate(layers):
        weights += [numpy_helper.from_array(W, f"W{i}"), numpy_helper.from_array(b, f"b{i}")]
        last = i == len(layers) - 1
        sums = "y" if last and h == "identity" else f"a{i}"
        nodes.append(helper.make_node("Gemm", [name, f"W{i}", f"b{i}"], [sums]))
        name = sums
        if h != "identity":
            name = "y" if last else f"z{i}"
            nodes.append(helper.make_node(_operator(h) or h, [sums], [name]))
    return _session(nodes, weights, x)


def elementwise(name: str, x: NDArray[Any]) -> Callable[[], Any] | None:
    """A graph of one operator, where it exists for the type."""
    operator = _operator(name)
    if operator is None:
        return None
    node = helper.make_node(operator, ["x"], ["y"], **_ATTRIBUTES.get(name, {}))
    try:
        return _session([node], [], x)
    except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
        return None

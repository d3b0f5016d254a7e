"""A network as an ONNX file: plain operators of opset 17, which every runtime since 2022 has.

Weighted sums are Gemm, activations the first formula of `formulas` that the opset and the type have. The number of
samples is free. With class labels a second output, "class", holds the label of each sample.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer.activations import Activation, Identity, PReLU
from multilayer.exchange.imported import Target
from multilayer.exchange.onnx import protobuf, sparsemax
from multilayer.exchange.onnx.formulas import FORMULAS
from multilayer.exchange.onnx.graph import Graph, Node, Value
from multilayer.exchange.onnx.reader import METADATA
from multilayer.io.network_document import outline_of
from multilayer.network import MLP
from multilayer.network.labels import Label
from multilayer.tables import Model

__all__ = ["Emitter", "layers_into", "write"]

OPSET, IR_VERSION = 17, 8
_DOCUMENTATION = "Written by multilayer. Input x: samples as rows. Output y: what the network gives for each."


class Emitter:
    """Collects nodes and constants; `o` applies an operator, and numbers among its inputs become constants."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.nodes: list[Node] = []
        self.constants: dict[str, NDArray[Any]] = {}
        self.units = 0
        self._prefix = ""
        self._known: dict[tuple[str, bytes, tuple[int, ...]], str] = {}

    def begin(self, prefix: str, units: int) -> None:
        """Begin the names of nodes with a prefix, for a layer of so many units."""
        self._prefix, self.units = prefix, units

    def o(self, operator: str, *inputs: Any, outputs: int = 1, **attributes: Any) -> str:
        """Add a node, and return the name of its first output."""
        if operator == "SparsemaxThreshold":
            return sparsemax.written(self.o, inputs[0], self.units, self.constant)
        names = tuple(self._input(one) for one in inputs)
        name = f"{self._prefix}.{operator}{len(self.nodes) + 1}"
        made = (name, *(f"{name}:{place}" for place in range(1, outputs)))
        self.nodes.append(Node(operator, "", name, names, made, attributes))
        return name

    def constant(self, values: Any, name: str = "") -> str:
        """Return the name of a constant; floats get the type of the network, unless it has a name of its own."""
        array = np.asarray(values)
        if array.dtype.kind == "f" and not name:
            array = array.astype(self.dtype)
        key = (array.dtype.str, array.tobytes(), array.shape)
        if not name and key in self._known:
            return self._known[key]
        name = name or f"constant{len(self._known) + 1}"
        self._known[key] = name
        self.constants[name] = array
        return name

    def rename(self, name: str) -> None:
        """Give the first output of the last node another name."""
        last = self.nodes[-1]
        self.nodes[-1] = Node(
            last.operator, "", name, last.inputs, (name, *last.outputs[1:]), last.attributes
        )

    def _input(self, one: Any) -> str:
        if isinstance(one, str):
            return one
        return "" if np.isinf(one) else self.constant(np.float64(one))


def write(network: MLP | Model, target: Target) -> dict[str, bytes]:
    """Return the bytes of an ONNX file.

    Raises
    ------
    InputError
        For an activation of the user's own, and for labels of several types.
    """
    if isinstance(network, Model):
        raise InputError("models of tables are not written to ONNX yet; write one of its networks")
    outline = json.dumps(outline_of(network))
    emitter = Emitter(network.dtype)
    value = layers_into(emitter, network, "x")
    if emitter.nodes[-1].outputs[0] != value:
        emitter.o("Identity", value)
    emitter.rename("y")
    kind, units = network.dtype.name, network.widths[-1]
    outputs = [Value("y", kind, (None, units))]
    if network.classes is not None:
        outputs.append(_classes(emitter, network.classes, network))
    metadata = {METADATA: outline}
    if target.origin:
        metadata["origin"] = json.dumps(target.origin)
    graph = Graph(
        tuple(emitter.nodes),
        emitter.constants,
        (Value("x", kind, (None, network.widths[0])),),
        tuple(outputs),
        OPSET,
        metadata,
        version("multilayer"),
    )
    return {".onnx": protobuf.serialized(graph, IR_VERSION, _DOCUMENTATION)}


def layers_into(emitter: Emitter, network: MLP, x: str) -> str:
    """Add the layers of a network to a graph, and return the name of its output."""
    value = x
    for number, layer in enumerate(network.layers, 1):
        emitter.begin(f"layer{number}", layer.units)
        W = emitter.constant(layer.W, f"layer{number}.W")
        b = emitter.constant(layer.b, f"layer{number}.b")
        value = emitter.o("Gemm", value, W, b)
        with located(f"layer {number}"):
            value = _activation(emitter, layer.activation, value)
    return value


def _activation(emitter: Emitter, activation: Activation, x: str) -> str:
    if isinstance(activation, Identity):
        return x
    if isinstance(activation, PReLU):
        return emitter.o(
            "PRelu", x, emitter.constant(np.atleast_1d(np.asarray(activation.slope, np.float64)))
        )
    single = emitter.dtype == np.float32
    for formula in FORMULAS:
        fits = formula.only is None and formula.opset <= OPSET and (single or formula.double)
        if formula.kind is type(activation) and fits:
            found: str = formula.build(emitter.o, x, activation)
            return found
    raise InputError(
        f"ONNX has no formula of the activation {activation.facts.name}; write the network as .safetensors or .json"
    )


def _classes(emitter: Emitter, classes: Sequence[Label], network: MLP) -> Value:
    """Add the label of each sample: of the largest output, or of one output above h(0)."""
    emitter.begin("class", network.widths[-1])
    table, kind = _table(classes)
    labels = emitter.constant(table, "classes")
    if network.widths[-1] > 1:
        place = emitter.o("ArgMax", "y", axis=1, keepdims=0)
    else:
        limit = network.layers[-1].activation(np.zeros(1, network.dtype))[0]
        above = emitter.o("Cast", emitter.o("Greater", "y", float(limit)), to=7)
        place = emitter.o("Reshape", above, emitter.constant(np.array([-1], np.int64)))
    emitter.o("Gather", labels, place, axis=0)
    emitter.rename("class")
    return Value("class", kind, (None,))


def _table(classes: Sequence[Label]) -> tuple[NDArray[Any], str]:
    kinds = {type(label) for label in classes}
    for kind, name in ((bool, "bool"), (int, "int64"), (float, "float64"), (str, "string")):
        if kinds == {kind}:
            try:
                return np.array(classes, object if name == "string" else name), name
            except OverflowError:
                break
    raise InputError(
        "its classes are of several types, or beyond 64 bits, which ONNX has not; give them as texts"
    )

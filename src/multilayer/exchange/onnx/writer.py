"""A network as an ONNX file: plain operators of opset 17, which every runtime since 2022 has.

Weighted sums are Gemm, activations the first formula of `formulas` that the opset and the type have. The number of
samples is free. With class labels a second output, "class", holds the label of each sample.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version

import numpy as np

from multilayer.exchange.imported import Target
from multilayer.exchange.onnx import protobuf, tables
from multilayer.exchange.onnx.emitter import OPSET, Emitter, label_table, layers_into
from multilayer.exchange.onnx.graph import Graph, Value
from multilayer.exchange.onnx.reader import METADATA
from multilayer.io.network_document import outline_of
from multilayer.network import MLP
from multilayer.network.labels import Label
from multilayer.tables import Model

__all__ = ["write"]

_IR_VERSION = 8
_DOCUMENTATION = "Written by multilayer. Input x: samples as rows. Output y: what the network gives for each."


def write(network: MLP | Model, target: Target) -> dict[str, bytes]:
    """Return the bytes of an ONNX file.

    Raises
    ------
    InputError
        For an activation of the user's own, and for labels of several types.
    """
    if isinstance(network, Model):
        return tables.write(network, target)
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
    return {".onnx": protobuf.serialized(graph, _IR_VERSION, _DOCUMENTATION)}


def _classes(emitter: Emitter, classes: Sequence[Label], network: MLP) -> Value:
    """Add the label of each sample: of the largest output, or of one output above h(0)."""
    emitter.begin("class", network.widths[-1])
    table, kind = label_table(classes)
    labels = emitter.constant(table, "classes")
    if network.widths[-1] > 1:
        place = emitter.o("ArgMax", "y", axis=1, keepdims=0)
    else:
        limit = network.layers[-1].activation(np.zeros(1, network.dtype))[0]
        above = emitter.cast(emitter.o("Greater", "y", float(limit)), "int64")
        place = emitter.o("Reshape", above, emitter.constant(np.array([-1], np.int64)))
    emitter.o("Gather", labels, place, axis=0)
    emitter.rename("class")
    return Value("class", kind, (None,))

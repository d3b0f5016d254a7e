"""A network out of an ONNX file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base import storage
from multilayer._base.errors import InputError, located
from multilayer._base.storage import shown
from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.activations import Activation
from multilayer.activations.table import from_description
from multilayer.exchange.chain import Chain
from multilayer.exchange.imported import Asked, Imported
from multilayer.exchange.onnx import protobuf, runtime
from multilayer.exchange.onnx.constants import folded
from multilayer.exchange.onnx.external import Sidecar
from multilayer.exchange.onnx.graph import Graph, Value
from multilayer.exchange.onnx.labels import Ends, ends_of
from multilayer.exchange.onnx.norm_forms import with_normalizers
from multilayer.exchange.onnx.preparation import prepared
from multilayer.exchange.onnx.recognition import with_values
from multilayer.exchange.onnx.steps import STEPS, State
from multilayer.exchange.onnx.tables import TABLE
from multilayer.exchange.onnx.tables_reader import TableFile, behind, model_of
from multilayer.exchange.onnx.walk import Found, Walk
from multilayer.io.network_document import Outline, read_document
from multilayer.network import MLP, Dense

__all__ = ["METADATA", "network_of", "read"]

METADATA = "multilayer"
"""The metadata of a file of ours: its outline, from which names, and parameters that float32 rounds, are taken."""
_INPUTS = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "")


def read(path: Path, asked: Asked) -> Imported:
    """Return the network in an ONNX file, and tensors in files beside it."""
    where = shown(path)
    data = storage.read(path)
    with located(where):
        graph = protobuf.model_of(data, Sidecar(path.parent))
        _refuse_our_tables(graph)
        graph, of_norms = with_normalizers(graph, folded(graph))
        table = prepared(graph, folded(graph))
        network, ends, notes = network_of(graph if table is None else behind(graph, table))
        model, more = (None, ()) if table is None else model_of(table, network)
    template = N_("ONNX, opset {opset}, of {producer}") if graph.producer else N_("ONNX, opset {opset}")
    producer = fill(template, opset=graph.opset, producer=graph.producer)
    origin = {key: value for key, value in graph.metadata.items() if key == "origin"}
    has_numbers = any(value.name == ends.output for value in graph.outputs)
    if table is not None and model is not None:
        proof = partial(TableFile(path, graph, table, ends).proof, model) if has_numbers else None
        return Imported(model, producer, (*notes, *more, *of_norms), origin, proof=proof)
    start = graph.inputs[0]
    runs = start.kind.startswith("f") and len(start.shape or (None, None)) > 1 and has_numbers
    program = partial(runtime.program, path, ends.output, ends.column, start) if runs else None
    return Imported(network, producer, notes, origin, program)


def _refuse_our_tables(graph: Graph) -> None:
    made_here = graph.producer.startswith("multilayer ")
    if made_here and any(node.name.startswith(TABLE) for node in graph.nodes):
        raise InputError(
            "it is a model of a table as operators, which multilayer wrote and does not read; read the .safetensors "
            "that it was made of"
        )


def network_of(graph: Graph) -> tuple[MLP, Ends, tuple[str, ...]]:
    """Return the network of a graph, its outputs, and what was folded or left out.

    Raises
    ------
    InputError
        With the first operator that no network of dense layers has.
    """
    start = _input_of(graph)
    constants = folded(graph)
    ends = ends_of(graph, constants)
    rank = len(start.shape) if start.shape else 2
    sizes = start.shape[1:] if start.shape else ()
    flat = any(node.operator in ("Flatten", "Reshape") for node in graph.nodes)
    walk = Walk(graph, constants, 2 if flat else max(rank, 1))
    parts = walk.parts(ends.value)
    chain = Chain(sizes[-1] if sizes else (start.shape[0] if rank == 1 and start.shape else None))
    state = State(
        graph, constants, chain, start.kind if start.kind.startswith(("f", "b")) else "", rank, sizes
    )
    for part in parts:
        with located(str(part.node)):
            _take(state, part)
    chain.end()
    network = MLP([_tidy(layer) for layer in chain.layers], classes=ends.classes)
    return _named(network, graph), ends, (*chain.notes, *ends.notes)


def _input_of(graph: Graph) -> Value:
    if len(graph.inputs) != 1:
        names = ", ".join(quoted(value.name) for value in graph.inputs[:8])
        raise InputError(
            "it has {inputs} inputs ({names}); expected one, samples as rows",
            inputs=len(graph.inputs),
            names=names,
        )
    start = graph.inputs[0]
    if start.kind not in _INPUTS:
        raise InputError(
            "its input {name} is of type {kind}; expected numbers", name=quoted(start.name), kind=start.kind
        )
    return start


def _take(state: State, part: Found) -> None:
    if part.activation is not None:
        state.chain.activation(part.activation, str(part.node))
    else:
        STEPS[part.node.kind](state, part.node, part.place)


def _tidy(layer: Dense) -> Dense:
    """Return a layer of float32 with the parameters that its file rounds to float32: 0.2, not 0.20000000298."""
    activation = layer.activation
    names = activation.parameter_names()
    if layer.dtype != np.float32 or not names:
        return layer
    default = type(activation)()  # all of the catalogue have one
    better = {name: _tidied(getattr(activation, name), getattr(default, name)) for name in names}
    return Dense(layer.W, layer.b, with_values(activation, better))


def _tidied(value: Any, default: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_tidied(one, default) for one in value)
    rounded = np.float32(value)
    if not isinstance(default, tuple) and np.float32(default) == rounded:
        return default
    near = abs(float(rounded) - value) <= 1e-7 * abs(value)
    return float(str(rounded)) if near else value


def _named(network: MLP, graph: Graph) -> MLP:
    """Return the network with the names and the exact parameters that a file of ours has beside its graph.

    They are taken only where they are those of the graph, rounded to the type of the network.
    """
    if METADATA not in graph.metadata:
        return network
    outline = read_document(graph.metadata[METADATA], Outline, f"metadata {METADATA}")
    if len(outline.layers) != len(network.layers) or outline.dtype != network.dtype.name:
        raise InputError(
            "its metadata {metadata} describes another network than its graph; it was changed",
            metadata=METADATA,
        )
    layers = []
    for number, (layer, entry) in enumerate(zip(network.layers, outline.layers, strict=True), 1):
        with located(f"metadata {METADATA}: layer {number}"):
            said = from_description(entry.activation)
            if not _same(said, layer.activation):
                raise InputError(
                    "it has the activation {said!r}, but the graph computes {activation!r}; it was changed",
                    said=said,
                    activation=layer.activation,
                )
            layers.append(Dense(layer.W, layer.b, said))
    classes = network.classes if network.classes is not None else outline.classes or None
    return MLP(layers, classes=classes, inputs=outline.inputs or None)


def _same(said: Activation, found: Activation) -> bool:
    """Whether two activations are one when their parameters are rounded to float32."""
    if type(said) is not type(found):
        return _alike(said, found)
    return all(
        np.array_equal(_single(one), _single(other))
        for one, other in zip(said.parameters, found.parameters, strict=True)
    )


def _single(parameter: Any) -> NDArray[Any]:
    return np.atleast_1d(np.asarray(parameter, np.float32))


def _alike(said: Activation, found: Activation) -> bool:
    """Whether two activations of different names give the same numbers, as elu and celu of alpha 1."""
    x = np.linspace(-8.0, 8.0, 65)[:, np.newaxis] * np.ones(max([1, *(one.size for one in found.parameters)]))
    return bool(np.allclose(said(x), found(x), rtol=1e-12, atol=1e-300))

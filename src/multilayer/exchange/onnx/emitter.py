"""Nodes and constants of a graph that is written, and the layers of a network in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer.activations import Activation, Identity, PReLU
from multilayer.exchange.onnx import sparsemax
from multilayer.exchange.onnx.data_types import NUMBERS
from multilayer.exchange.onnx.formulas import FORMULAS
from multilayer.exchange.onnx.graph import Node
from multilayer.network import MLP
from multilayer.network.labels import Label

__all__ = ["OPSET", "Emitter", "label_table", "layers_into"]

OPSET = 17
"""The version of ONNX's operators that networks are written in."""


class Emitter:
    """Collects nodes and constants; `o` applies an operator, and numbers among its inputs become constants."""

    def __init__(self, dtype: np.dtype[Any], opset: int = OPSET) -> None:
        self.dtype = dtype
        self.opset = opset
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
            return sparsemax.written(self.o, inputs[0], self.units, self.constant, self.opset)
        names = tuple(self._input(one) for one in inputs)
        name = f"{self._prefix}.{operator}{len(self.nodes) + 1}"
        made = (name, *(f"{name}:{place}" for place in range(1, outputs)))
        self.nodes.append(Node(operator, "", name, names, made, attributes))
        return name

    def cast(self, x: str, kind: str) -> str:
        """Add a node that brings numbers to a type, such as "float64"."""
        return self.o("Cast", x, to=NUMBERS[kind])

    def constant(self, values: Any, name: str = "", *, keep: bool = False) -> str:
        """Return the name of a constant; floats get the type of the network, unless it has a name or is kept."""
        array = np.asarray(values)
        if array.dtype.kind == "f" and not name and not keep:
            array = array.astype(self.dtype)
        content = repr(array.tolist()).encode() if array.dtype.kind == "O" else array.tobytes()
        key = (array.dtype.str, content, array.shape)
        if not name and key in self._known:
            return self._known[key]
        name = name or f"constant{len(self._known) + 1}"
        self._known[key] = name
        self.constants[name] = array
        return name

    def rename(self, name: str) -> None:
        """Give the first output of the last node another name."""
        last = self.nodes[-1]
        self.nodes[-1] = replace(last, name=name, outputs=(name, *last.outputs[1:]))

    def _input(self, one: Any) -> str:
        if isinstance(one, str):
            return one
        return "" if np.isinf(one) else self.constant(np.float64(one))


def layers_into(emitter: Emitter, network: MLP, x: str, prefix: str = "") -> str:
    """Add the layers of a network to a graph, and return the name of its output; names begin with the prefix."""
    value = x
    for number, layer in enumerate(network.layers, 1):
        emitter.begin(f"{prefix}layer{number}", layer.units)
        W = emitter.constant(layer.W, f"{prefix}layer{number}.W")
        b = emitter.constant(layer.b, f"{prefix}layer{number}.b")
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
        fits = formula.only is None and formula.opset <= emitter.opset and (single or formula.double)
        if formula.kind is type(activation) and fits:
            found: str = formula.build(emitter.o, x, activation)
            return found
    raise InputError(
        "ONNX has no formula of the activation {name}; write the network as .safetensors or .json",
        name=activation.facts.name,
    )


def label_table(classes: Sequence[Label]) -> tuple[NDArray[Any], str]:
    """Return labels as a tensor, and its type.

    Raises
    ------
    InputError
        For labels of several types, and integers beyond 64 bits.
    """
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

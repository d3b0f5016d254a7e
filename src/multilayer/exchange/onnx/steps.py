"""What the operators of a dense network do to the chain of layers: affine maps, and shapes that change nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.activations import PReLU
from multilayer.exchange.chain import Chain
from multilayer.exchange.onnx.data_types import FLOATS, KINDS
from multilayer.exchange.onnx.graph import Graph, Node

__all__ = ["REASONS", "STEPS", "State", "columns_of", "wide"]

Array = NDArray[Any]


@dataclass(eq=False)
class State:
    """The chain of layers, the type of its numbers, and the shape of what passes."""

    graph: Graph
    constants: Mapping[str, Array]
    chain: Chain
    kind: str
    rank: int
    sizes: tuple[int | None, ...]
    """The declared shape of the input, without its first axis."""

    def constant(self, node: Node, place: int) -> Array | None:
        """Return the constant that is an input of a node; None where that is left out, or is no constant."""
        return self.constants.get(node.inputs[place]) if place < len(node.inputs) else None

    def numbers(self, node: Node, place: int) -> Array:
        """Return the constant that is an input of a node, in the type that is computed in."""
        array = self.constant(node, place)
        if array is None:
            raise InputError("its input {place} is missing", place=place + 1)
        if array.dtype.kind != "f":
            raise InputError(
                "its input {place} is {dtype}; expected float32 or float64",
                place=place + 1,
                dtype=array.dtype,
            )
        if self.kind in FLOATS and array.dtype.name != self.kind:
            raise InputError(
                "its input {place} is {dtype}, but {kind} is computed there",
                place=place + 1,
                dtype=array.dtype,
                kind=self.kind,
            )
        return wide(array)


Step = Callable[[State, Node, int], None]
"""Takes the place of the one input that is no constant."""


def wide(array: Array) -> Array:
    """Return float16 as float32, which has all of its numbers."""
    return array.astype(np.float32) if array.dtype == np.float16 else array


def columns_of(array: Array) -> Array:
    """Return numbers along the last axis as a vector.

    Raises
    ------
    InputError
        When they differ along another axis.
    """
    if array.size > 1 and array.shape[-1] != array.size:
        raise InputError(
            "its constant has the shape {shape}; expected a number for each column", shape=array.shape
        )
    return array.reshape(-1)


def _gemm(state: State, node: Node, place: int) -> None:
    node.refuse_others("alpha", "beta", "transA", "transB", "broadcast")
    if place != 0 or node.attribute("transA", 0):
        raise InputError("it takes samples as columns; expected them as rows, x W")
    W = state.numbers(node, 1)
    W = W.T if node.attribute("transB", 0) else W
    alpha, beta = node.attribute("alpha", 1.0), node.attribute("beta", 1.0)
    b = None if state.constant(node, 2) is None else columns_of(state.numbers(node, 2))
    if W.ndim != 2 or (b is not None and b.size not in (1, W.shape[1])):
        raise InputError("its weights have the shape {shape}, which its bias does not fit", shape=W.shape)
    kind = W.dtype
    if alpha != 1.0:
        W = (W.astype(np.float64) * alpha).astype(kind)
    if b is not None and beta != 1.0:
        b = (b.astype(np.float64) * beta).astype(kind)
    if alpha != 1.0 or (b is not None and beta != 1.0):
        state.chain.notes.append(fill("{node}: alpha and beta folded into its weights", node=node))
    state.chain.linear(W, b, str(node))


def _matmul(state: State, node: Node, place: int) -> None:
    if place != 0:
        raise InputError("it takes samples as columns; expected them as rows, x W")
    W = state.numbers(node, 1)
    state.chain.linear(W[:, np.newaxis] if W.ndim == 1 else W, None, str(node))


def _check_axis(node: Node) -> None:
    """Refuse what is aligned with the rows, as operators before opset 7 can be."""
    node.refuse_others("broadcast", "axis", "consumed_inputs")
    if node.attribute("axis", 1) not in (1, -1):
        raise InputError("it aligns its constant with samples; expected a number for each column")


def _add(state: State, node: Node, place: int) -> None:
    _check_axis(node)
    state.chain.scale(1.0, columns_of(state.numbers(node, 1 - place)), str(node))


def _subtract(state: State, node: Node, place: int) -> None:
    _check_axis(node)
    numbers = columns_of(state.numbers(node, 1 - place)).astype(np.float64)
    factor, shift = (1.0, -numbers) if place == 0 else (-1.0, numbers)
    state.chain.scale(factor, shift, str(node))


def _multiply(state: State, node: Node, place: int) -> None:
    _check_axis(node)
    state.chain.scale(columns_of(state.numbers(node, 1 - place)), 0.0, str(node))


def _divide(state: State, node: Node, place: int) -> None:
    if place != 0:
        raise InputError("it divides by what the layers before give, which no layer does")
    _check_axis(node)
    by = columns_of(state.numbers(node, 1)).astype(np.float64)
    if not np.all(by):
        raise InputError("it divides by 0")
    state.chain.scale(1.0 / by, 0.0, str(node))


def _negate(state: State, node: Node, place: int) -> None:
    state.chain.scale(-1.0, 0.0, str(node))


def _batch_norm(state: State, node: Node, place: int) -> None:
    trains = (
        node.attribute("training_mode", 0) if state.graph.opset >= 7 else not node.attribute("is_test", 0)
    )
    if place != 0 or trains:
        raise InputError(
            "it is in training mode, where each batch has its own mean; export the model in evaluation mode"
        )
    scale, shift, mean, variance = (
        state.numbers(node, i).astype(np.float64).reshape(-1) for i in range(1, 5)
    )
    std = np.sqrt(variance + node.attribute("epsilon", 1e-5))
    if len({scale.size, shift.size, mean.size, variance.size}) > 1 or not np.all(std > 0.0):
        raise InputError(
            "its numbers do not fit each other; expected one scale, shift, mean and variance for each column"
        )
    factor = scale / std
    state.chain.scale(factor, shift - mean * factor, str(node))


def _prelu(state: State, node: Node, place: int) -> None:
    if place != 0:
        raise InputError("its slope is no constant")
    slope = columns_of(state.numbers(node, 1)).astype(np.float64).tolist()
    state.chain.activation(PReLU(slope[0] if len(slope) == 1 else tuple(slope)), str(node))


def _pass(state: State, node: Node, place: int) -> None:
    """Do nothing, as the operator does."""


def _dropout(state: State, node: Node, place: int) -> None:
    mode = state.constant(node, 2)
    trains = bool(mode.any()) if mode is not None else False
    if place != 0 or trains or (state.graph.opset < 7 and not node.attribute("is_test", 0)):
        raise InputError("it is in training mode; export the model in evaluation mode")
    state.chain.notes.append(fill("{node} left out, as it does nothing in inference", node=node))


def _cast(state: State, node: Node, place: int) -> None:
    kind = KINDS.get(node.attribute("to", 0))
    if kind not in FLOATS:
        raise InputError("it rounds to whole numbers or truth values, which no layer does")
    if kind != state.kind and not state.chain.layers:
        state.chain.notes.append(fill("{node}: inputs are rounded to {kind}", node=node, kind=kind))
    state.kind = kind


def _flatten(state: State, node: Node, place: int) -> None:
    axis = node.attribute("axis", 1)
    if axis not in (1, -1 if state.rank == 2 else 1):
        raise InputError("its axis is {axis}; samples are rows, so it must be 1", axis=axis)
    _flat(state, node)


def _flat(state: State, node: Node) -> None:
    """Make one row of a sample of several axes."""
    if state.rank > 2:
        if state.chain.layers or state.chain.width != state.sizes[-1] or None in state.sizes:
            raise InputError("it joins axes behind the first layer; expected samples that are rows")
        state.chain.width = int(np.prod([size or 0 for size in state.sizes]))
        state.rank = 2
        state.chain.notes.append(
            fill("{node}: a sample of the shape {shape} is taken as a row", node=node, shape=state.sizes)
        )


def _reshape(state: State, node: Node, place: int) -> None:
    shape = state.constant(node, 1)
    sizes = list(node.attribute("shape", ())) if shape is None else shape.reshape(-1).tolist()
    batch = state.graph.inputs[0].shape[0] if state.graph.inputs[0].shape else None
    if place == 0 and len(sizes) == 2 and sizes[0] in (-1, 0, batch):
        _flat(state, node)
        if sizes[1] in (-1, 0, state.chain.width):
            return None
    if place == 0 and state.chain.width == 1 and sizes in ([-1], [batch]):
        return _without_axis(state, node)
    raise InputError(
        "it makes the shape {sizes}; expected (-1, {width}), a row for each sample",
        sizes=sizes[:9],
        width=state.chain.width,
    )


def _squeeze(state: State, node: Node, place: int) -> None:
    axes = node.axes(state.constants)
    if place != 0 or state.chain.width != 1 or axes not in ((-1,), (state.rank - 1,)):
        raise InputError("it takes an axis away; expected the last one, of one output")
    _without_axis(state, node)


def _without_axis(state: State, node: Node) -> None:
    state.chain.notes.append(fill("{node}: the one output keeps its axis, of shape (samples, 1)", node=node))


def _scaler(state: State, node: Node, place: int) -> None:
    offset = np.asarray(node.attribute("offset", (0.0,)), np.float64)
    scale = np.asarray(node.attribute("scale", (1.0,)), np.float64)
    state.chain.scale(scale, -offset * scale, str(node))


_ENCODES = N_("it takes categories; a network takes numbers: encode before it, and export the rest")

REASONS = {
    "ai.onnx.ml.Imputer": N_(
        "it fills gaps, which no layer does; a model of a table does so before its network alone"
    ),
    "ai.onnx.ml.Normalizer": N_(
        "it divides each sample by its norm behind the first weights, which no layer does; a model of a table does so "
        "before its network alone"
    ),
    "ai.onnx.ml.OneHotEncoder": _ENCODES,
    "ai.onnx.ml.LabelEncoder": _ENCODES,
    "If": N_("it chooses between graphs, which no network does"),
    "Loop": N_("it runs a graph many times, which no network does"),
    "Conv": N_("it is a convolution; a network of dense layers has none"),
}
"""Why some operators are refused."""

STEPS: dict[str, Step] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "Add": _add,
    "Sub": _subtract,
    "Mul": _multiply,
    "Div": _divide,
    "Neg": _negate,
    "BatchNormalization": _batch_norm,
    "PRelu": _prelu,
    "Identity": _pass,
    "Dropout": _dropout,
    "Cast": _cast,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "ai.onnx.ml.Scaler": _scaler,
}
"""How each operator that is no activation changes the chain; what a network cannot have is refused."""

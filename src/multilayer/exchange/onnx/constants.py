"""Constant folding: what depends on weights alone is computed, in the types of the graph, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import both, fill, one_line
from multilayer.exchange.onnx.data_types import KINDS
from multilayer.exchange.onnx.graph import Graph, Node, inputs_that_fit

__all__ = ["folded"]

Array = NDArray[Any]

_LEAST_BUDGET = 2**20
"""Numbers that folding may make, besides four times those that the file holds."""
_MOST_AXES = 8


def folded(graph: Graph) -> dict[str, Array]:
    """Return every constant by name: those of the file, and those that nodes make of constants alone.

    Raises
    ------
    InputError
        For a node whose inputs do not fit each other, and for constants far larger than the file.
    """
    known = dict(graph.constants)
    budget = _LEAST_BUDGET + 4 * sum(array.size for array in known.values())
    for node in graph.nodes:
        if node.domain or not all(name in known for name in node.inputs if name):
            continue
        rule = _RULES.get(node.operator)
        if rule is None:
            continue
        inputs = [known[name] if name else None for name in node.inputs]
        with located(str(node)):
            budget -= _size(node, inputs)
            if budget < 0:
                raise InputError(
                    "its constants are far larger than the file; refused, as they would fill the memory"
                )
            with inputs_that_fit(), np.errstate(all="ignore"):
                made = np.asarray(rule(node, *inputs))
            if made.ndim > _MOST_AXES:
                raise InputError("its result has too many axes")
        known[node.outputs[0]] = made
    return known


def _size(node: Node, inputs: list[Array | None]) -> int:
    """Return how many numbers a node makes, before it makes them."""
    arrays = [one for one in inputs if one is not None]
    if node.operator in ("ConstantOfShape", "Expand"):
        shape = arrays[-1]
        if (
            shape.dtype.kind not in "iu"
            or shape.size > _MOST_AXES
            or np.any(shape < 0)
            or np.any(shape > 2**31)
        ):
            raise InputError(
                "it makes a tensor of the shape {shape}",
                shape=one_line(str(shape.reshape(-1).tolist()[:9]), 60),
            )
        made = int(np.prod(shape.astype(object), initial=1))
        return (
            made
            if node.operator == "ConstantOfShape"
            else made * max((one.size for one in arrays[:-1]), default=1)
        )
    if node.operator in _JOINED:
        return sum(one.size for one in arrays)
    with inputs_that_fit():
        shape_ = np.broadcast_shapes(*(one.shape for one in arrays)) if node.operator in _BROADCAST else ()
    return int(np.prod(np.array(shape_, object), initial=1)) + max((one.size for one in arrays), default=1)


def _constant(node: Node) -> Array:
    for name, kind in (
        ("value_float", "float32"),
        ("value_int", "int64"),
        ("value_floats", "float32"),
        ("value_ints", "int64"),
    ):
        if name in node.attributes:
            return np.asarray(node.attributes[name], kind)
    value = node.attributes.get(
        "value", node.attributes.get("value_string", node.attributes.get("value_strings"))
    )
    if value is None:
        raise ValueError("no value")
    return value if isinstance(value, np.ndarray) else np.asarray(value, object)


def _constant_of_shape(node: Node, shape: Array) -> Array:
    value = node.attributes.get("value", np.zeros(1, np.float32))
    return np.full(tuple(shape.tolist()), value.reshape(-1)[0], value.dtype)


def _cast(node: Node, x: Array) -> Array:
    to = node.attribute("to", 0)
    kind = KINDS.get(to, "string")
    if kind in ("string", "bfloat16"):
        raise InputError("it brings constants to the type {to}, which is not computed here", to=to)
    return x.astype(kind)


def _reshape(node: Node, x: Array, shape: Array) -> Array:
    sizes = shape.reshape(-1).tolist()
    if not node.attribute("allowzero", 0):
        sizes = [x.shape[place] if size == 0 else size for place, size in enumerate(sizes)]
    return x.reshape(sizes)


def _axes(node: Node, given: Array | None) -> tuple[int, ...]:
    found = node.attribute("axes", ()) if given is None else given.reshape(-1).tolist()
    return tuple(int(axis) for axis in found)


def _squeeze(node: Node, x: Array, axes: Array | None = None) -> Array:
    return np.squeeze(x, _axes(node, axes) or None)


def _unsqueeze(node: Node, x: Array, axes: Array | None = None) -> Array:
    return np.expand_dims(x, _axes(node, axes))


def _flatten(node: Node, x: Array) -> Array:
    axis = node.attribute("axis", 1)
    return x.reshape(int(np.prod(x.shape[:axis], initial=1)), -1)


def _slice(
    node: Node, x: Array, starts: Array, ends: Array, axes: Array | None = None, steps: Array | None = None
) -> Array:
    chosen = range(starts.size) if axes is None else axes.reshape(-1).tolist()
    cut = [slice(None)] * x.ndim
    for place, axis in enumerate(chosen):
        step = 1 if steps is None else int(steps[place])
        if step < 1:
            raise ValueError("a step below 1")
        cut[axis] = slice(int(starts[place]), int(ends[place]), step)
    return x[tuple(cut)]


def _divide(node: Node, a: Array, b: Array) -> Array:
    return np.trunc(a / b).astype(a.dtype) if a.dtype.kind in "iu" else a / b


def _pure(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the rule of a function; numbers of two types are refused, as ONNX has no promotion."""

    def rule(node: Node, *inputs: Array) -> Array:
        if len({one.dtype for one in inputs}) > 1:
            raise TypeError(fill("types {types}", types=both(sorted({one.dtype.name for one in inputs}))))
        return np.asarray(function(*inputs))

    return rule


_ARITHMETIC: dict[str, Callable[..., Any]] = {
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Max": np.maximum,
    "Min": np.minimum,
    "Neg": np.negative,
    "Sqrt": np.sqrt,
    "Abs": np.abs,
    "Exp": np.exp,
    "Log": np.log,
    "Reciprocal": lambda x: (1 / x).astype(x.dtype),
}

_RULES: dict[str, Callable[..., Any]] = {
    **{name: _pure(function) for name, function in _ARITHMETIC.items()},
    "Div": _divide,
    "Pow": lambda node, x, y: np.power(x, y).astype(x.dtype),
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Expand": lambda node, x, shape: np.array(
        np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(shape.tolist())))
    ),
    "Identity": lambda node, x: x,
    "Cast": _cast,
    "CastLike": lambda node, x, like: x.astype(like.dtype),
    "Reshape": _reshape,
    "Transpose": lambda node, x: np.transpose(x, node.attribute("perm", ()) or None),
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Flatten": _flatten,
    "Slice": _slice,
    "Shape": lambda node, x: np.array(x.shape, np.int64),
    "Concat": lambda node, *inputs: np.concatenate(inputs, node.attribute("axis", 0)),
    "Gather": lambda node, x, places: np.take(x, places.astype(np.int64), node.attribute("axis", 0)),
}
_BROADCAST = {"Add", "Sub", "Mul", "Max", "Min", "Div", "Pow"}
_JOINED = {"Concat"}

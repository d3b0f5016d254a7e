"""Sparsemax in operators of ONNX: z = max(x - tau, 0), tau = max over k of (sum of the k largest - 1) / k."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.exchange.onnx.graph import Node, constant_of

__all__ = ["start_of", "written"]


def written(o: Callable[..., str], x: str, units: int, numbers: Callable[[Any], str], opset: int) -> str:
    """Write the threshold tau of x, of so many units; `numbers` makes a constant."""
    largest = o("TopK", x, numbers(np.array([units], np.int64)), outputs=2)
    sums = o("CumSum", largest, numbers(np.array(1, np.int64)))
    means = o("Div", o("Sub", sums, 1.0), numbers(np.arange(1.0, units + 1.0)))
    if opset >= 18:  # axes are an input
        return o("ReduceMax", means, numbers(np.array([1], np.int64)), keepdims=1)
    return o("ReduceMax", means, axes=[1], keepdims=1)


def start_of(node: Node, makers: Mapping[str, Node], constants: Mapping[str, NDArray[Any]]) -> str | None:
    """Return the x whose threshold a node is at the end of, or None."""
    way = [node]
    for operator in ("ReduceMax", "Div", "Sub", "CumSum", "TopK"):
        if way[-1].operator != operator or way[-1].domain:
            return None
        before = makers.get(way[-1].inputs[0])
        if before is None and operator != "TopK":
            return None
        way += [before] if before is not None else []
    maximum, divide, subtract, sums, largest = way[:5]
    one, axis, count, by = (
        constants.get(one.inputs[1] if len(one.inputs) > 1 else "")
        for one in (subtract, sums, largest, divide)
    )
    if one is None or axis is None or count is None or by is None or by.ndim != 1 or sums.attributes:
        return None
    fits = (
        bool(np.all(by == np.arange(1, by.size + 1)))
        and constant_of(one) == 1.0
        and constant_of(count) == by.size
        and constant_of(axis) in (1.0, -1.0)
        and maximum.axes(constants) in ((1,), (-1,))
        and maximum.attributes.get("keepdims", 1) == 1
        and not set(largest.attributes.items()) - {("axis", -1), ("axis", 1), ("largest", 1), ("sorted", 1)}
        and sums.inputs[0] == largest.outputs[0]
    )
    return largest.inputs[0] if fits else None

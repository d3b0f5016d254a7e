"""Sums and maxima over the units of a layer, by which softmax is spelled out: in a formula they are operators of a row.

An exporter keeps the axis of a sum, or takes it away and brings it back by Unsqueeze or Reshape. What has lost its axis
is the operator "Flat" of the sum until then, so that nothing is added to it along the samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.exchange.onnx.algebra import apply
from multilayer.exchange.onnx.forms import Form, NoForm, atom_form
from multilayer.exchange.onnx.graph import Node

__all__ = ["REDUCE", "RESTORE", "numbers_of", "reduced", "restored"]

REDUCE = {
    "ReduceSum": "RowSum",
    "ReduceMax": "RowMax",
    "ReduceMin": "RowMin",
    "ReduceLogSumExp": "RowLogSumExp",
}
RESTORE = ("Unsqueeze", "Reshape")
_SHAPED = ("Expand", *RESTORE, *REDUCE)

_Constants = Mapping[str, NDArray[Any]]


def numbers_of(node: Node) -> Sequence[str]:
    """Return the inputs that are numbers; others are shapes and axes."""
    return node.inputs[:1] if node.operator in _SHAPED else node.inputs


def reduced(node: Node, form: Form, constants: _Constants, rank: int) -> Form:
    """Return the sum or maximum over the units of a form.

    Raises
    ------
    NoForm
        Over another axis.
    """
    if set(node.attributes) - {"axes", "keepdims", "noop_with_empty_axes"}:
        raise NoForm
    if node.axes(constants) not in ((-1,), (rank - 1,)):
        raise NoForm
    found = apply(REDUCE[node.operator], form)
    return found if node.attribute("keepdims", 1) else atom_form("Flat", found)


def restored(node: Node, form: Form, constants: _Constants, makers: Mapping[str, Node]) -> Form:
    """Return what has its axis again, as a column beside the samples.

    Raises
    ------
    NoForm
        For what has it already, and for another shape.
    """
    if (
        len(form.terms) != 1
        or form.terms[0][1] != 1.0
        or [one.operator for one in form.terms[0][0]] != ["Flat"]
    ):
        raise NoForm
    is_column = (
        node.axes(constants) in ((-1,), (1,))
        if node.operator == "Unsqueeze"
        else _ends_in_one(node.inputs[1] if len(node.inputs) > 1 else "", constants, makers)
    )
    if not is_column:
        raise NoForm
    return form.terms[0][0][0].inputs[0]


def _ends_in_one(shape: str, constants: _Constants, makers: Mapping[str, Node]) -> bool:
    """Whether a shape is (samples, 1): constant, or the size of samples and 1 side by side."""
    if shape in constants:
        sizes = constants[shape].reshape(-1)
        return len(sizes) == 2 and sizes[1] == 1
    node = makers.get(shape)
    if node is None or node.kind != "Concat" or len(node.inputs) != 2:
        return False
    size = makers.get(node.inputs[0])
    place = None if size is None or size.kind != "Gather" else constants.get(size.inputs[-1])
    last = constants.get(node.inputs[1])
    return place is not None and place.size == 1 and last is not None and np.array_equal(last, [1])

"""Networks of files that hold weights alone: a state_dict, or arrays of NumPy. Their activations have to be given."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill, one_line, quoted
from multilayer.activations import identity
from multilayer.exchange.imported import Asked
from multilayer.interop.scikit_learn import hidden_activations
from multilayer.io.network_document import check_finite
from multilayer.network import MLP, Dense

__all__ = ["network_of"]

_WEIGHT = re.compile(r"(?:(?P<path>.*)\.)?(?P<kind>weight|W|kernel)(?P<number>\d*)$")
_BIAS = {"weight": "bias", "W": "b", "kernel": "bias"}
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, eq=False)
class _Weights:
    """W and b of a layer, of which neither place nor activation are known."""

    name: str
    W: NDArray[Any]
    b: NDArray[Any] | None


def network_of(
    arrays: Mapping[str, NDArray[Any]], where: str, asked: Asked, *, units_first: bool
) -> tuple[MLP, tuple[str, ...]]:
    """Return the network of the arrays `path.weight` and `path.bias` (or W, b, kernel), and notes.

    The order of the layers is that of the numbers in their names, as in "0.weight" and "2.weight", or "fc1" and "fc2";
    without numbers it is the one order in which each layer takes what the layer before gives.

    Raises
    ------
    InputError
        For an array that is no weight or bias, for layers that do not follow each other or could in several orders, and
        where activations are missing.
    """
    found = list(_layers(arrays, where, units_first))
    if not found:
        raise InputError("{where}: expected arrays such as 0.weight and 0.bias, found none", where=where)
    with located(where):
        ordered = _ordered(found)
        if len(ordered) > 1 and not asked.hidden:
            raise InputError(
                "the file has weights alone; add the activation of the hidden layers, --hidden relu (hidden='relu' in "
                "Python), and of the last one, --output"
            )
        given = asked.hidden[0] if len(asked.hidden) == 1 else asked.hidden
        hidden = hidden_activations(given, len(ordered) - 1) if len(ordered) > 1 else []
        layers = [
            Dense(one.W, one.b, activation)
            for one, activation in zip(ordered, (*hidden, identity), strict=True)
        ]
        names = ", ".join(one.name or "W" for one in ordered)
        note = fill(
            "layers in this order: {names}; matrices are (units, inputs), as PyTorch has it"
            if units_first
            else "layers in this order: {names}; matrices are (inputs, units)",
            names=one_line(names),
        )
        return MLP(layers), (note,)


def _layers(arrays: Mapping[str, NDArray[Any]], where: str, units_first: bool) -> Iterator[_Weights]:
    left = {name: _floats(array, f"{where}: {quoted(name)}") for name, array in arrays.items()}
    for name, array in list(left.items()):
        match = _WEIGHT.match(name)
        if match is None or array.ndim != 2:
            continue
        bias = f"{match['path']}." if match["path"] else ""
        bias += _BIAS[match["kind"]] + match["number"]
        b = left.pop(bias, None)
        check_finite(left.pop(name), f"{where}: {quoted(name)}")
        if b is not None:
            check_finite(b, f"{where}: {quoted(bias)}")
        layer = (match["path"] or "") + match["number"]
        yield _Weights(layer, array.T if units_first else array, b)
    if left:
        raise InputError(
            "{where}: {next}: expected matrices 'weight' and their 'bias' alone; what "
            "else a model has, such as batch normalization, is in an ONNX file: "
            "torch.onnx.export(model, x, 'model.onnx')",
            where=where,
            next=quoted(next(iter(left))),
        )


def _floats(array: NDArray[Any], where: str) -> NDArray[Any]:
    """Return float32 or float64, which hold each number of a half, or of a whole number typed by hand."""
    if array.dtype.kind == "f":
        return array.astype(np.result_type(array, np.float32), copy=False)
    if array.dtype.itemsize < 4:
        raise InputError(
            "{where}: found {kind}, the type of quantized weights, whose scale is not in the file; give the "
            "network as it was before",
            where=where,
            kind=array.dtype,
        )
    return array.astype(np.float64)


def _ordered(found: Sequence[_Weights]) -> list[_Weights]:
    numbered = [tuple(map(int, _NUMBER.findall(one.name))) for one in found]
    stems = {_NUMBER.sub("#", one.name) for one in found}
    if len(found) == 1 or (len(stems) == 1 and all(numbered) and len(set(numbered)) == len(found)):
        ordered = [one for _, one in sorted(zip(numbered, found, strict=True), key=lambda pair: pair[0])]
        for before, behind in pairwise(ordered):
            if before.W.shape[1] != behind.W.shape[0]:
                raise InputError(
                    "{before} has {units} units, but {behind} takes {inputs} inputs; "
                    "expected layers that follow each other by their numbers",
                    before=quoted(before.name),
                    units=before.W.shape[1],
                    behind=quoted(behind.name),
                    inputs=behind.W.shape[0],
                )
        return ordered
    orders: list[list[_Weights]] = []
    _search([], list(found), orders, [10_000])
    if len(orders) == 1:
        return orders[0]
    raise InputError(
        "the layers follow each other in several orders; number them, as in 'layer1.weight', or give an ONNX file"
        if orders
        else "the layers follow each other in no order; expected units of one to be inputs of the next"
    )


def _search(
    done: list[_Weights], left: list[_Weights], orders: list[list[_Weights]], budget: list[int]
) -> None:
    """Add orders in which units are inputs of the next, two at most, within so many steps."""
    budget[0] -= 1
    if budget[0] < 0:
        raise InputError("too many layers without numbers in their names; number them, as in 'layer1.weight'")
    if not left:
        orders.append(done)
    for place, one in enumerate(left):
        if len(orders) < 2 and (not done or done[-1].W.shape[1] == one.W.shape[0]):
            _search([*done, one], left[:place] + left[place + 1 :], orders, budget)

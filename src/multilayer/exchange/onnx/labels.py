"""The outputs of a classifier: the numbers of the network, and beside them the label of each sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.exchange.onnx.graph import Graph, Node, Value, constant_of
from multilayer.network.labels import Label

__all__ = ["Ends", "ends_of"]

_SHAPES = ("Cast", "Reshape", "Squeeze", "Identity", "Flatten")
_CHOICES = ("Greater", "GreaterOrEqual")
_LOOK_UPS = ("Gather", "ai.onnx.ml.ArrayFeatureExtractor")
_ZIP_MAP, _BINARIZER = "ai.onnx.ml.ZipMap", "ai.onnx.ml.Binarizer"


@dataclass(frozen=True)
class Ends:
    """The value that is the network's output, and the labels of its classes, where the graph has them."""

    value: str
    """Where the network ends: the output, or what two probabilities 1 - p and p are made of."""
    output: str
    """The output of the graph that has its numbers."""
    classes: tuple[Label, ...] | None = None
    notes: tuple[str, ...] = ()
    column: int | None = None
    """Which column of the output is the network's, where that is one of two probabilities."""


def ends_of(graph: Graph, constants: Mapping[str, NDArray[Any]]) -> Ends:
    """Return which output is the network's, and the labels that another one chooses.

    Raises
    ------
    InputError
        For outputs that are not numbers and the label that follows from them.
    """
    makers = graph.makers()
    chosen = {
        value.name: choice
        for value in graph.outputs
        if (choice := _choice(value.name, makers, constants)) is not None
    }
    numbers, zipped = _numbers([value for value in graph.outputs if value.name not in chosen], makers)
    labels = (choice.labels for choice in chosen.values() if choice.labels is not None)
    classes = zipped or next(labels, None)
    if len(numbers) > 1:
        names = ", ".join(map(quoted, numbers[:8]))
        raise InputError("it has several outputs of numbers ({names}); expected one", names=names)
    if numbers:
        pair = _pair(numbers[0], makers, constants)
        if pair is None:
            return Ends(numbers[0], numbers[0], classes)
        note = fill("two probabilities, 1 - p and p, are one output of the network, p")
        return Ends(pair, numbers[0], classes, (note,), 1)
    if not chosen:
        raise InputError("it has no output")
    node = next(iter(chosen.values())).node
    note = fill("{node} left out: net.classify chooses the class", node=node)
    pair = _pair(node.inputs[0], makers, constants)
    return Ends(pair or node.inputs[0], node.inputs[0], classes, (note,), None if pair is None else 1)


def _numbers(
    values: Sequence[Value], makers: Mapping[str, Node]
) -> tuple[list[str], tuple[Label, ...] | None]:
    """Return the values that hold numbers, and the labels of one that is a mapping of labels to numbers."""
    numbers, labels = [], None
    for value in values:
        node = makers.get(value.name)
        if node is not None and node.kind == _ZIP_MAP:
            labels = node.attribute("classlabels_strings", ()) or node.attribute("classlabels_int64s", ())
            numbers.append(node.inputs[0])
        elif value.kind and not value.kind.startswith(("float", "bfloat")):
            raise InputError(
                "its output {name} is of type {kind}; expected numbers",
                name=quoted(value.name),
                kind=value.kind,
            )
        else:
            numbers.append(value.name)
    return numbers, labels


def _pair(name: str, makers: Mapping[str, Node], constants: Mapping[str, NDArray[Any]]) -> str | None:
    """Return p where a value is 1 - p and p, side by side."""
    node = makers.get(name)
    while node is not None and node.kind == "Identity":
        node = makers.get(node.inputs[0])
    if (
        node is None
        or node.kind != "Concat"
        or len(node.inputs) != 2
        or node.attribute("axis", 0) not in (1, -1)
    ):
        return None
    rest, p = node.inputs
    subtract = makers.get(rest)
    if subtract is None or subtract.kind != "Sub" or subtract.inputs[1:] != (p,):
        return None
    one = constants.get(subtract.inputs[0])
    return p if one is not None and constant_of(one) == 1.0 else None


@dataclass(frozen=True, eq=False)
class _Choice:
    """The node that chooses among outputs, and the labels, if there are any."""

    node: Node
    labels: tuple[Label, ...] | None


def _choice(name: str, makers: Mapping[str, Node], constants: Mapping[str, NDArray[Any]]) -> _Choice | None:
    """Return how an output chooses a class, or None where it does not."""
    labels: tuple[Label, ...] | None = None
    node = makers.get(name)
    while node is not None:
        of_units = node.kind == "ArgMax" and node.attribute("axis", 0) in (1, -1)
        if of_units or (node.kind in _CHOICES and labels is not None):
            return _Choice(node, labels)
        if node.kind == _BINARIZER and node.attributes.get("threshold", 0.0) == 0.5:
            return _Choice(node, None)
        looks_up = node.kind in _LOOK_UPS and len(node.inputs) == 2 and node.inputs[0] in constants
        if looks_up and labels is None:
            table = constants[node.inputs[0]]
            if table.size != max(table.shape, default=0):
                return None
            labels = tuple(table.reshape(-1).tolist())
            node = makers.get(node.inputs[1])
        elif node.kind in _SHAPES:
            node = makers.get(node.inputs[0])
        else:
            return None
    return None

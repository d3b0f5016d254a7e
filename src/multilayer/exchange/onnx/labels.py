"""The outputs of a classifier: the numbers of the network, and beside them the label of each sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.exchange.onnx.graph import Graph, Node
from multilayer.network.labels import Label

__all__ = ["Ends", "ends_of"]

_SHAPES = ("Cast", "Reshape", "Squeeze", "Identity", "Flatten")
_CHOICES = ("ArgMax", "Greater", "GreaterOrEqual")


@dataclass(frozen=True)
class Ends:
    """The value that is the network's output, and the labels of its classes, where the graph has them."""

    output: str
    classes: tuple[Label, ...] | None = None
    notes: tuple[str, ...] = ()


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
    numbers = [value for value in graph.outputs if value.name not in chosen]
    for value in numbers:
        if value.kind and not value.kind.startswith(("float", "bfloat")):
            raise InputError(
                f"its output {quoted(value.name)} is of type {value.kind}; expected numbers or a label"
            )
    if len(numbers) > 1:
        names = ", ".join(quoted(value.name) for value in numbers[:8])
        raise InputError(f"it has several outputs of numbers ({names}); expected one")
    labels = [choice.labels for choice in chosen.values() if choice.labels is not None]
    classes = labels[0] if labels else None
    if numbers:
        return Ends(numbers[0].name, classes)
    if not chosen:
        raise InputError("it has no output")
    node = next(iter(chosen.values())).node
    return Ends(
        node.inputs[0], classes, (fill("{node} left out: net.classify chooses the class", node=node),)
    )


@dataclass(frozen=True, eq=False)
class _Choice:
    """The node that chooses among outputs, and the labels, if there are any."""

    node: Node
    labels: tuple[Label, ...] | None


def _choice(name: str, makers: Mapping[str, Node], constants: Mapping[str, NDArray[Any]]) -> _Choice | None:
    """Return how an output chooses a class, or None where it does not."""
    labels: tuple[Label, ...] | None = None
    node = makers.get(name)
    while node is not None and not node.domain:
        if node.operator == "ArgMax" or (node.operator in _CHOICES and labels is not None):
            return _Choice(node, labels)
        if node.operator == "Gather" and node.inputs[0] in constants and labels is None:
            table = constants[node.inputs[0]]
            if table.ndim != 1:
                return None
            labels = tuple(table.tolist())
            node = makers.get(node.inputs[1])
        elif node.operator in _SHAPES:
            node = makers.get(node.inputs[0])
        else:
            return None
    return None

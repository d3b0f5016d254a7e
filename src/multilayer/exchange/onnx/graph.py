"""A graph of ONNX as plain values, checked: names are made once, and before they are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import one_line, quoted

__all__ = ["Graph", "Node", "Value", "constant_of", "inputs_that_fit"]

Array = NDArray[Any]

_LONGEST_NAME = 60


@dataclass(frozen=True, eq=False)
class Node:
    """An operator with its inputs and outputs by name; an input that is left out is ""."""

    operator: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """The operator, after its domain where that is not ONNX's own."""
        return f"{self.domain}.{self.operator}" if self.domain else self.operator

    def __str__(self) -> str:
        name = one_line(self.name or self.outputs[0], _LONGEST_NAME)
        return f"node {name} ({one_line(self.kind, _LONGEST_NAME)})"

    def attribute(self, name: str, default: Any) -> Any:
        """Return an attribute of the default's type.

        Raises
        ------
        InputError
            When it has another type.
        """
        found = self.attributes.get(name, default)
        if isinstance(default, float) and isinstance(found, int) and not isinstance(found, bool):
            return float(found)
        if default is not None and not isinstance(found, type(default)):
            raise InputError(
                "its attribute {name} is {found}; expected {default!r} or its like",
                name=name,
                found=one_line(repr(found), 40),
                default=default,
            )
        return found

    def axes(self, constants: Mapping[str, Array]) -> tuple[int, ...]:
        """Return the axes that it takes: of its second input where that is a constant, else of its attribute."""
        given = constants.get(self.inputs[1]) if len(self.inputs) > 1 else None
        axes: tuple[int, ...] = self.attribute("axes", ())
        return axes if given is None else tuple(given.reshape(-1).tolist())

    def refuse_others(self, *known: str) -> None:
        """Refuse attributes that are not known."""
        unknown = next((name for name in self.attributes if name not in known), None)
        if unknown is not None:
            raise InputError("its attribute {unknown} is not known here", unknown=quoted(unknown))


@dataclass(frozen=True)
class Value:
    """An input or output of the graph; sizes that are not fixed are None, and so is a shape that is not declared."""

    name: str
    kind: str
    """The type of its numbers: "float32", "int64", "string", or "" where it is not a tensor."""
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in an order in which they can run."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Array]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    opset: int
    metadata: Mapping[str, str] = field(default_factory=dict)
    producer: str = ""

    def __post_init__(self) -> None:
        known = {*self.constants, "", *(value.name for value in self.inputs)}
        for node in self.nodes:
            if node.kind != "Constant" and not any(node.inputs):
                raise InputError("{node}: it has no input", node=node)
            for name in node.inputs:
                if name not in known:
                    raise InputError(
                        "{node}: its input {name} is made by no node before it", node=node, name=quoted(name)
                    )
            for name in filter(None, node.outputs):
                if name in known:
                    raise InputError(
                        "{node}: its output {name} is there already", node=node, name=quoted(name)
                    )
                known.add(name)
        for value in self.outputs:
            if value.name not in known or not value.name:
                raise InputError("the output {name} is made by no node", name=quoted(value.name))

    def makers(self) -> dict[str, Node]:
        """Return the node that makes each value."""
        return {name: node for node in self.nodes for name in node.outputs if name}


@contextmanager
def inputs_that_fit() -> Iterator[None]:
    """Refuse what NumPy cannot compute of the inputs and attributes of a node."""
    try:
        yield
    except InputError:
        raise
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError) as error:
        raise InputError(
            "its inputs do not fit each other ({error})", error=one_line(str(error), 80)
        ) from None


def constant_of(array: Array) -> float | None:
    """Return the one number of a constant: of a scalar, or of an array whose numbers are all equal."""
    if array.dtype.kind not in "fiub" or not array.size:
        return None
    first = array.flat[0]
    return float(first) if array.size == 1 or bool(np.all(array == first)) else None

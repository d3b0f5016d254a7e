"""From the output of a graph back to its input: affine operators, and activations however they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import both, fill, quoted
from multilayer._base.translation import N_
from multilayer.activations import Activation
from multilayer.exchange.onnx import over_units, sparsemax
from multilayer.exchange.onnx.algebra import apply
from multilayer.exchange.onnx.forms import Form, NoForm, X, number
from multilayer.exchange.onnx.graph import Graph, Node, constant_of
from multilayer.exchange.onnx.recognition import recognized
from multilayer.exchange.onnx.steps import REASONS, STEPS

__all__ = ["Found", "Walk"]

_MOST_NODES = 40
"""Of one activation; the longest formula in use has 14."""
_ALONG_AXIS = ("Softmax", "LogSoftmax", "Hardmax")


@dataclass(frozen=True, eq=False)
class Found:
    """A part of the graph: the node at its end, and its activation, or the place of its one input that varies."""

    node: Node
    activation: Activation | None = None
    place: int = 0


@dataclass(eq=False)
class Walk:
    """The way through a graph."""

    graph: Graph
    constants: Mapping[str, NDArray[Any]]
    rank: int

    def parts(self, output: str) -> list[Found]:
        """Return the parts from the input to this output.

        Raises
        ------
        InputError
            For the first node that is none, by operator and name.
        """
        found: list[Found] = []
        start, value = self.graph.inputs[0].name, output
        while value != start:
            node = self._makers.get(value)
            if node is None:
                raise InputError(
                    "the output {output} does not depend on the input {start}",
                    output=quoted(output),
                    start=quoted(start),
                )
            activation, before = self._activation(value)
            if activation is not None:
                found.append(Found(node, activation))
                value = before
                continue
            place = self._place(node)
            found.append(Found(node, place=place))
            value = node.inputs[place]
        return found[::-1]

    @cached_property
    def _makers(self) -> dict[str, Node]:
        return self.graph.makers()

    @cached_property
    def _order(self) -> dict[str, int]:
        """Return where each value is made."""
        return {name: place for place, node in enumerate(self.graph.nodes) for name in node.outputs}

    def _place(self, node: Node) -> int:
        """Return the place of the one input of a node that is no constant."""
        if node.kind not in STEPS:
            reason = REASONS.get(node.kind, N_("a network of dense layers has no such operator"))
            raise InputError(f"{node}: {fill(reason)}")
        places = [place for place, name in enumerate(node.inputs) if name and name not in self.constants]
        if len(places) != 1:
            names = both(quoted(node.inputs[place]) for place in places)
            raise InputError(
                "{node}: it joins {names}; a network is one row of layers, without "
                "branches or residual connections",
                node=node,
                names=names,
            )
        return places[0]

    def _activation(self, value: str) -> tuple[Activation | None, str]:
        """Return the activation that ends in a value, and the value that it starts from: the longest formula first."""
        for before in self._starts(value):
            try:
                form = self._form(value, before, {})
            except NoForm:
                continue
            activation = recognized(form)
            if activation is not None:
                return activation, before
        return None, value

    def _starts(self, value: str) -> list[str]:
        """Return the values from which elementwise operators lead to this one, the farthest first."""
        seen: dict[str, None] = {}
        queue = [value]
        nodes = 0
        while queue and nodes < _MOST_NODES:
            node = self._makers.get(queue.pop(0))
            if node is None or node.domain:
                continue
            inner = sparsemax.start_of(node, self._makers, self.constants)
            inputs = [inner] if inner is not None else list(self._varying(over_units.numbers_of(node)))
            nodes += 1
            for name in inputs:
                if name not in seen:
                    seen[name] = None
                    queue.append(name)
        return sorted(seen, key=lambda name: self._order.get(name, -1))

    def _varying(self, inputs: Sequence[str]) -> Iterator[str]:
        for name in inputs:
            if name and name not in self.constants:
                yield name
            elif name and constant_of(self.constants[name]) is None:
                return

    def _form(self, value: str, start: str, known: dict[str, Form]) -> Form:
        """Return a value as a formula of another one."""
        if value == start:
            return X
        if value in self.constants:
            constant = constant_of(self.constants[value])
            if constant is None or not np.isfinite(constant):
                raise NoForm
            return number(constant)
        if value in known:
            return known[value]
        node = self._makers.get(value)
        # What was made before the start cannot depend on it.
        if node is None or node.domain or self._order[value] < self._order.get(start, -1):
            raise NoForm
        if len(known) >= _MOST_NODES:
            raise NoForm
        inner = sparsemax.start_of(node, self._makers, self.constants)
        if node.operator == "Expand":  # to the shape of the samples beside
            form = self._form(node.inputs[0], start, known)
        elif inner is None and node.operator in over_units.REDUCE:
            before = self._form(node.inputs[0], start, known)
            form = over_units.reduced(node, before, self.constants, self.rank)
        elif node.operator in over_units.RESTORE:
            before = self._form(node.inputs[0], start, known)
            form = over_units.restored(node, before, self.constants, self._makers)
        elif inner is not None:
            form = apply("SparsemaxThreshold", self._form(inner, start, known))
        else:
            names = [name for name in node.inputs if not self._bounds_nothing(node, name)]
            inputs = [None if not name else self._form(name, start, known) for name in names]
            while inputs and inputs[-1] is None:
                inputs.pop()
            operator = node.operator if len(names) == len(node.inputs) else "Identity"
            form = apply(operator, *inputs, **self._attributes(node))
        known[value] = form
        return form

    def _bounds_nothing(self, node: Node, name: str) -> bool:
        """Whether an input is the -inf that a maximum has beside another one, or inf of a minimum."""
        limits = {"Max": -np.inf, "Min": np.inf}
        if node.operator not in limits or len(node.inputs) != 2 or name not in self.constants:
            return False
        return constant_of(self.constants[name]) == limits[node.operator]

    def _attributes(self, node: Node) -> dict[str, Any]:
        """Return the attributes of an operator as the algebra has them, with the defaults of its version."""
        found = dict(node.attributes)
        found.pop("consumed_inputs", None)
        opset = self.graph.opset
        if node.operator in _ALONG_AXIS:
            axis = found.pop("axis", -1 if opset >= 13 else 1)
            if axis not in (-1, self.rank - 1) or found:
                raise NoForm
        elif node.operator == "Cast":
            found = {"to": node.attribute("to", 0)}
        elif node.operator == "Selu" and opset < 6:
            found = {"alpha": 1.6732, "gamma": 1.0507} | found
        elif node.operator == "ThresholdedRelu" and opset < 10:
            raise NoForm
        return found

"""Norms of rows that a graph spells out, as the one operator Normalizer: skl2onnx does so where numbers are float64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from multilayer._base.errors import located
from multilayer._base.text import fill
from multilayer.exchange.onnx.graph import Graph, Node

__all__ = ["with_normalizers"]

_ORDERS = {1: "L1", 2: "L2"}


def with_normalizers(graph: Graph, constants: Mapping[str, NDArray[Any]]) -> tuple[Graph, tuple[str, ...]]:
    """Return the graph with Normalizer in place of x / norm(x), and notes.

    Known are ReduceSum(Abs(x)), ReduceL1, Sqrt(ReduceSumSquare(x)) and ReduceL2 over the columns, and LpNormalization.
    """
    forms = _Forms(constants)
    nodes = []
    for node in graph.nodes:
        with located(str(node)):
            nodes.append(forms.taken(node))
    if not forms.found:
        return graph, ()
    used = {value.name for value in graph.outputs}
    kept = []
    for node in reversed(nodes):
        if forms.meanings.keys().isdisjoint(node.outputs) or not used.isdisjoint(node.outputs):
            kept.append(node)
            used.update(node.inputs)
    return replace(graph, nodes=tuple(reversed(kept))), tuple(dict.fromkeys(forms.notes))


class _Forms:
    """What values are of one another: |x|, the sum of squares of x, a norm of x."""

    def __init__(self, constants: Mapping[str, NDArray[Any]]) -> None:
        self.constants = constants
        self.meanings: dict[str, tuple[str, str]] = {}
        """What a value is, and of which one."""
        self.found = False
        self.notes: list[str] = []

    def taken(self, node: Node) -> Node:
        """Return a node, or the Normalizer that it is the end of."""
        first = node.inputs[0] if node.inputs else ""
        if node.kind == "LpNormalization" and node.attribute("axis", -1) in (1, -1):
            order = node.attribute("p", 2)
            return self._normalizer(node, _ORDERS[order]) if order in _ORDERS else node
        if node.kind == "Div" and len(node.inputs) == 2:
            norm, of = self.meanings.get(node.inputs[1], ("", ""))
            if norm in _ORDERS.values() and of == first:
                self.notes.append(
                    fill("{node}: a row of zeros stays, where the graph divides 0 by 0", node=node)
                )
                return self._normalizer(node, norm)
        meaning = self._meaning(node, first)
        if meaning is not None:
            self.meanings[node.outputs[0]] = meaning
        return node

    def _meaning(self, node: Node, first: str) -> tuple[str, str] | None:
        before, of = self.meanings.get(first, ("", ""))
        if node.kind == "Abs":
            return "abs", first
        if node.kind == "Sqrt" and before == "squares":
            return "L2", of
        if not node.kind.startswith("Reduce") or not self._takes_columns(node):
            return None
        if node.kind == "ReduceSum" and before == "abs":
            return "L1", of
        plain = {"ReduceL1": "L1", "ReduceL2": "L2", "ReduceSumSquare": "squares"}.get(node.kind)
        return None if plain is None else (plain, first)

    def _takes_columns(self, node: Node) -> bool:
        """Whether it reduces the columns of each row to one number, and keeps their axis."""
        return node.axes(self.constants) in ((1,), (-1,)) and node.attribute("keepdims", 1) == 1

    def _normalizer(self, node: Node, norm: str) -> Node:
        self.found = True
        return Node("Normalizer", "ai.onnx.ml", node.name, node.inputs[:1], node.outputs, {"norm": norm})

"""The columns of a graph on their way to a network: from the inputs on, `column_steps` change features.

Where the first operator stands that is none of them, the network begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from multilayer._base.errors import InputError, located
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.exchange.features import Feature, Number, Text
from multilayer.exchange.onnx.column_steps import CHOOSE, COLUMN_STEPS, FOR_TABLES, ONE_HOT
from multilayer.exchange.onnx.columns import MOST_FEATURES, Features, Given, array_of, check_count
from multilayer.exchange.onnx.graph import Graph, Node, Value, inputs_that_fit
from multilayer.exchange.onnx.steps import REASONS

__all__ = ["Prepared", "inputs_of", "prepared"]

_MOST_COLUMNS = 10_000


@dataclass(frozen=True, eq=False)
class Prepared:
    """What the columns have become where the network begins."""

    features: tuple[Feature, ...]
    start: str
    """The value that the network takes."""
    nodes: tuple[Node, ...]
    """The nodes behind it, and those of constants."""
    refuses_others: frozenset[str]
    """Columns whose encoder fails on a category that it has not."""


def inputs_of(graph: Graph) -> dict[str, tuple[Value, tuple[str, ...]]]:
    """Return the inputs of a graph by name, each with the names of its columns: its own, or "X1", "X2" for "X"."""
    found = {}
    for value in graph.inputs:
        count = _columns_of(value)
        if 0 < count <= _MOST_COLUMNS:
            numbered = tuple(f"{value.name}{place}" for place in range(1, count + 1))
            found[value.name] = value, (value.name,) if count == 1 else numbered
    names = [name for _, columns in found.values() for name in columns]
    return found if len(set(names)) == len(names) else {}


def _columns_of(value: Value) -> int:
    """Return how many columns an input has; 0 where it is no table."""
    if value.shape is None or len(value.shape) > 2:
        return 0
    return value.shape[1] or 0 if len(value.shape) == 2 else 1


def prepared(graph: Graph, constants: Mapping[str, NDArray[Any]]) -> Prepared | None:
    """Return what a graph does to its columns before the network; None where a network alone holds all of it.

    Raises
    ------
    InputError
        For a category that nothing encodes, and for an operator that is given what it cannot take.
    """
    if len(graph.inputs) == 1 and not any(_is_for_tables(node, constants) for node in graph.nodes):
        return None
    inputs = inputs_of(graph)
    known = {name: _of_input(*one) for name, one in inputs.items()}
    left, refuses, budget = [], set(), MOST_FEATURES
    for node in graph.nodes:
        varying = [name for name in node.inputs if name and name not in constants]
        rule = COLUMN_STEPS.get(node.kind)
        if rule is None or not varying or not all(name in known for name in varying):
            left.append(node)
            continue
        with located(str(node)):
            with inputs_that_fit():
                made = known[node.outputs[0]] = rule(Given(node, known, constants))
            budget -= made.size
            check_count(MOST_FEATURES - budget)
        if node.kind == ONE_HOT and not node.attribute("zeros", 1):
            refuses |= {one.column for one in known[node.inputs[0]].flat}
    ends = dict.fromkeys(name for node in left for name in node.inputs if name in known)
    if len(known) < len(graph.inputs) or not ends:
        return None
    if len(ends) > 1:
        raise InputError(_first_of_no_table(left, known))
    start = next(iter(ends))
    features = tuple(known[start].reshape(-1).tolist())
    plain = [name for _, names in inputs.values() for name in names]
    if known[start].ndim != 1 or (len(inputs) == 1 and _needs_no_table(features, plain)):
        return None
    return Prepared(features, start, tuple(left), frozenset(refuses))


def _first_of_no_table(nodes: Iterable[Node], known: Mapping[str, Features]) -> str:
    """Return why columns are not joined before the network: the first operator that takes some, and is not known."""
    node = next(one for one in nodes if any(name in known for name in one.inputs))
    other = N_("it takes columns by themselves, and a model of a table has no such step")
    return f"{node}: {fill(REASONS.get(node.kind, other))}"


def _is_for_tables(node: Node, constants: Mapping[str, NDArray[Any]]) -> bool:
    """Whether an operator does what no layer does: it chooses among columns, fills gaps or encodes categories."""
    if node.kind in CHOOSE:
        return bool(node.inputs) and node.inputs[0] not in constants
    return node.kind in FOR_TABLES


def _needs_no_table(features: tuple[Feature, ...], columns: list[str]) -> bool:
    """Whether features are the columns, scaled at most: a network has that in its first weights."""
    return [one.column for one in features] == columns and all(
        isinstance(one, Number) and one.missing is None for one in features
    )


def _of_input(value: Value, names: tuple[str, ...]) -> Features:
    kind = Text if value.kind == "string" else Number
    return array_of([kind(name) for name in names], (len(names),))

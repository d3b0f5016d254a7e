"""The sheet: x, and W, b, a, z of every layer, classes and targets: the part of them that is looked at, as text."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer._base.table import number_text
from multilayer._base.text import one_line
from multilayer.activations import names as activation_names
from multilayer.io import Meaning, meaning_of
from multilayer.network import MLP, Dense, LayerRecord
from multilayer.web.cells import Block, Window, block
from multilayer.web.session import State

__all__ = ["ROWS", "Digits", "Look", "Sheet", "sheet_of"]

ROWS = 10
"""Rows that are shown at a time."""
_ALL, _SOME = 16, 8
"""Units of each layer that are shown: all of them up to so many, or so many of each."""
_CELLS = 2400
"""Cells of all tables together, about: so many layers are shown."""


Digits = Annotated[int, msgspec.Meta(ge=1, le=17)] | None
"""Significant digits of numbers; None for all."""


class Look(msgspec.Struct, forbid_unknown_fields=True):
    """What is looked at: from which row, layer, and unit of each layer on (0 for the inputs), counted from 0."""

    row: int = 0
    layer: int = 0
    units: dict[int, int] = {}
    digits: Digits = 6


class Parameter(msgspec.Struct):
    """A parameter of an activation: its name, its value, the limits in words."""

    name: str
    text: str
    limits: str


class Layer(msgspec.Struct):
    """What is said of a layer that is shown."""

    number: int
    inputs: int
    units: int
    activation: str
    formula: str
    parameters: list[Parameter]
    largest: str
    """The largest |w|."""


class Sheet(msgspec.Struct):
    """The part of the network that is looked at."""

    revision: int
    look: Look
    """As it was possible."""
    rows: int
    """How many rows are shown at most, and units."""
    units: int
    count: int
    """How many rows there are."""
    widths: tuple[int, ...]
    layers: list[Layer]
    names: list[str]
    """Of all blocks that are shown, in order."""
    blocks: list[Block]
    """Those that are not as they were before."""
    activations: tuple[str, ...]
    meaning: str
    target: str | None


def sheet_of(state: State, look: Look, revision: int = 0) -> Sheet:
    """Return what is looked at; what is beyond the network or the rows is moved into them."""
    net = state.network
    look = _possible(state, look)
    shown = range(look.layer, look.layer + _depth(net, look.layer))
    trace = net.trace(state.rows.X[look.row : look.row + ROWS])
    if look.layer:
        blocks = [_of_rows(f"z({look.layer})", trace[look.layer].x, look.layer, state, look)]
    else:
        blocks = [_of_rows("x", trace[0].x, 0, state, look, net.input_names or state.rows.names)]
    for n in shown:
        blocks += _layer_blocks(n, trace[n], state, look)
    if len(net.layers) - 1 in shown:
        blocks += _answers(state, trace[-1].z, look)
    return Sheet(
        revision,
        look,
        ROWS,
        _units(net),
        len(state.rows.X),
        net.widths,
        [_layer(n, net.layers[n], look.digits) for n in shown],
        [each.name for each in blocks],
        blocks,
        _activation_names(net),
        meaning_of(net).value,
        state.rows.target,
    )


def _possible(state: State, look: Look) -> Look:
    net = state.network

    def within(first: int, size: int, window: int) -> int:
        return max(0, min(first, size - window))

    return Look(
        within(look.row, len(state.rows.X), ROWS),
        within(look.layer, len(net.layers), 1),
        {n: within(look.units.get(n, 0), width, _units(net)) for n, width in enumerate(net.widths)},
        look.digits,
    )


def _units(net: MLP) -> int:
    """Return how many units of each layer are shown at most."""
    return _ALL if max(net.widths) <= _ALL else _SOME


def _depth(net: MLP, first: int) -> int:
    """Return how many layers from this one on have tables that are not too many cells together."""
    cells = depth = 0
    shown = [min(width, _units(net)) for width in net.widths[first:]]
    for inputs, units in pairwise(shown):
        cells += units * (inputs + 1 + 2 * ROWS)
        if depth and cells > _CELLS:
            break
        depth += 1
    return depth


def _layer(n: int, layer: Dense, digits: int | None) -> Layer:
    h = layer.activation
    parameters = [
        Parameter(name, _value(h, name, digits), str(_limits(h, name))) for name in h.parameter_names()
    ]
    largest = np.abs(layer.W).max()
    return Layer(
        n + 1,
        layer.inputs,
        layer.units,
        h.facts.name,
        h.facts.formula,
        parameters,
        number_text(largest, digits),
    )


def _value(activation: Any, name: str, digits: int | None) -> str:
    value = getattr(activation, name)
    values = value if isinstance(value, tuple) else (value,)
    return " ".join(number_text(each, digits) for each in values)


def _limits(activation: Any, name: str) -> Any:
    return type(activation).__dataclass_fields__[name].metadata["limits"]


def _activation_names(net: MLP) -> tuple[str, ...]:
    """Return the names of the catalogue, and those of the network's own activations."""
    return tuple(dict.fromkeys((*activation_names(), *(layer.activation.facts.name for layer in net.layers))))


def _layer_blocks(n: int, record: LayerRecord, state: State, look: Look) -> list[Block]:
    net, layer, digits = state.network, record.layer, look.digits
    names = net.output_names if n == len(net.layers) - 1 else None
    columns = look.units[n + 1]
    size = _units(net)
    weights = Window(look.units[n], columns, size, size)
    return [
        block(f"W({n + 1})", layer.W, digits, window=weights),
        block(f"b({n + 1})", layer.b, digits, window=Window(0, columns, 1, size)),
        _of_rows(f"a({n + 1})", record.a, n + 1, state, look),
        _of_rows(f"z({n + 1})", record.z, n + 1, state, look, names),
    ]


def _of_rows(
    name: str,
    part: NDArray[Any],
    level: int,
    state: State,
    look: Look,
    columns: tuple[str, ...] | None = None,
) -> Block:
    """Return the block of an array that has only the rows that are looked at."""
    window = Window(0, look.units[level], ROWS, _units(state.network))
    found = block(name, part, look.digits, columns=columns, window=window)
    found.shape = (len(state.rows.X), part.shape[1])
    found.first = (look.row + 1, found.first[1])
    found.rows = tuple(str(look.row + i) for i in range(1, len(part) + 1))
    return found


def _answers(state: State, y: NDArray[Any], look: Look) -> list[Block]:
    """Return the class of each row, where there are classes, and its target, where there are targets."""
    net, targets = state.network, state.rows.y
    first, count = look.row, len(state.rows.X)
    found = []
    if meaning_of(net) is not Meaning.QUANTITIES:
        labels = [[_class_text(net, row) for row in y]]
        found.append(Block("class", (count,), (1, first + 1), ("",), ("",) * len(y), labels))
    if targets is not None and targets.ndim == 1:
        texts = [[_target_text(target, look.digits) for target in targets[first : first + ROWS]]]
        found.append(Block("target", (count,), (1, first + 1), ("",), ("",) * len(y), texts))
    elif targets is not None:
        part = targets[first : first + ROWS]
        found.append(_of_rows("target", part, len(net.layers), state, look, net.output_names))
    return found


def _class_text(net: MLP, y: NDArray[Any]) -> str:
    if np.isnan(y).any():
        return "–"
    found = net.classify_outputs(y)
    if meaning_of(net) is Meaning.EACH:
        return f"y_{found + 1}"
    return one_line(str(found), 40)


def _target_text(target: Any, digits: int | None) -> str:
    numeric = isinstance(target, np.number)
    return number_text(target, digits) if numeric else one_line(str(target), 40)

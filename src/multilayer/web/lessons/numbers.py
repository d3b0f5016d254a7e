"""The number of a cell by its name: of the network and its rows, of the gradient, and of what one update makes of W."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, cast

from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer.training import gradients, train
from multilayer.web.recipe import loss_for
from multilayer.web.session import State

__all__ = ["value_of"]

_NAME = re.compile(r"(?P<array>[a-zA-Z ]+)(\((?P<layer>\d+)\))?\[(?P<first>\d+)(,(?P<second>\d+))?\]")

Layers = list[NDArray[Any]]


def value_of(state: State, cell: str) -> float:
    """Return the number of a cell such as `z(1)[2,3]` or `new W(2)[1,1]`, counted from 1.

    Gradients are those of the mean loss over all rows; `new W` and `new b` are what one step of the recipe's optimizer
    makes of them, with all rows in one batch; `collapsed W` is that of the network without its identity layers.

    Raises
    ------
    InputError
        When there is no such cell.
    """
    parts = _NAME.fullmatch(cell)
    if parts is None or parts["array"] not in _ARRAYS:
        raise InputError("there is no cell {cell}", cell=quoted(cell))
    places = [int(each) - 1 for each in (parts["first"], parts["second"]) if each is not None]
    found = _ARRAYS[parts["array"]](state)
    layer = int(parts["layer"] or 1) - 1
    array = found[layer] if 0 <= layer < len(found) else None
    if (
        array is None
        or array.ndim != len(places)
        or not all(0 <= place < size for place, size in zip(places, array.shape, strict=True))
    ):
        raise InputError("there is no cell {cell}", cell=quoted(cell))
    return float(array[tuple(places)])


def _traced(name: str) -> Callable[[State], Layers]:
    return lambda state: [getattr(each, name) for each in state.network.trace(state.rows.X)]


def _parameters(name: str) -> Callable[[State], Layers]:
    return lambda state: [getattr(each, name) for each in state.network.layers]


def _gradients(name: str) -> Callable[[State], Layers]:
    def found(state: State) -> Layers:
        loss = loss_for(state.network, state.rows.y, state.recipe.loss)  # refuses rows without targets
        made = gradients(state.network, state.rows.X, cast("NDArray[Any]", state.rows.y), loss=loss)
        return [getattr(each, name) for each in made]

    return found


def _updated(name: str) -> Callable[[State], Layers]:
    def found(state: State) -> Layers:
        X, y = state.rows.X, state.rows.y
        config = state.recipe.config(state.network, y)
        one_step = train(state.network, X, y, config=config, epochs=1, batch_size=len(X), shuffle=False)
        network = one_step.run().network
        return [getattr(each, name) for each in network.layers]

    return found


def _collapsed(name: str) -> Callable[[State], Layers]:
    return lambda state: [getattr(each, name) for each in state.network.collapse().layers]


_ARRAYS: Mapping[str, Callable[[State], Layers]] = {
    "x": lambda state: [state.rows.X],
    "y": lambda state: [state.network(state.rows.X)],
    **{name: _traced(name) for name in ("a", "z")},
    **{name: _parameters(name) for name in ("W", "b")},
    **{name: _gradients(name) for name in ("da", "dW", "db", "dx")},
    **{f"new {name}": _updated(name) for name in ("W", "b")},
    **{f"collapsed {name}": _collapsed(name) for name in ("W", "b")},
}

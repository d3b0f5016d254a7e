"""A state being changed: its arrays one by one, copied where they are written to; `finished()` is the new state."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer.activations import Activation
from multilayer.network import MLP, Dense
from multilayer.web.session import State
from multilayer.web.typed import typed

__all__ = ["MAX_PARAMETERS", "Draft", "number_of"]

MAX_PARAMETERS = 10**6
"""Weights and biases of a network that is edited."""

_CELL = re.compile(r"(W|b|x|target)(?:\(([0-9]{1,6})\))?\[([0-9]{1,9})(?:,([0-9]{1,9}))?\]").fullmatch

Array = NDArray[Any]


class Draft:
    """The arrays of a state. A change of one replaces it in its list; all are checked together at the end."""

    def __init__(self, state: State) -> None:
        net, rows = state.network, state.rows
        self._state = state
        self.W: list[Array] = [layer.W for layer in net.layers]
        self.b: list[Array] = [layer.b for layer in net.layers]
        self.activations: list[Activation] = [layer.activation for layer in net.layers]
        self.X = _read_only(rows.X)
        self.y = None if rows.y is None else _read_only(rows.y)
        self.input_names = net.input_names
        self.column_names = rows.names

    @property
    def widths(self) -> list[int]:
        return [len(self.W[0]), *(W.shape[1] for W in self.W)]

    def set_number(self, cell: str, text: str, called: str) -> None:
        """Write a number, as it was typed, into the cell of that name; `called` is its name in messages."""
        found = _CELL(cell)
        letter, layer, row, column = found.groups() if found else ("", None, None, None)
        at = tuple(int(each) - 1 for each in (row, column) if each is not None)
        n = None if layer is None else int(layer) - 1
        lists = {"W": self.W, "b": self.b}
        if letter in lists and n is not None and 0 <= n < len(self.W):
            array = lists[letter][n] = _writable(lists[letter][n], at, called)
            array[at] = self._number(text, called)
        elif letter == "x" and n is None:
            floats = self.X if self.X.dtype.kind == "f" else self.X.astype(np.float64)
            self.X = _writable(floats, at, called)
            self.X[at] = self._number(text, called)
        elif letter == "target" and n is None and self.y is not None:
            y = _writable(self.y, at, called)
            self.y = _with_target(y, at, text, called, self._state.network.classes)
        else:
            raise _no_number(called)

    def _number(self, text: str, called: str) -> float:
        kind = self._state.network.dtype
        number = number_of(text, called)
        largest = float(np.finfo(kind).max)
        if abs(number) > largest:
            raise InputError(
                "{where}: {found} is beyond the numbers of {dtype}; expected at most {largest:g} either way",
                where=called,
                found=quoted(text),
                dtype=kind,
                largest=largest,
            )
        return number

    def finished(self) -> State:
        """Return the new state; layers that have not changed are the old ones.

        Raises
        ------
        InputError
            When the network has too many parameters, or no longer fits its classes or the targets.
        """
        old, rows = self._state.network, self._state.rows
        self.check_size(sum(array.size for array in (*self.W, *self.b)))
        outputs = self.widths[-1]
        if outputs != old.widths[-1] and old.classes is not None:
            raise InputError(
                "the outputs stand for the classes {classes}, so their number stays",
                classes=quoted(", ".join(map(str, old.classes))),
            )
        if outputs != old.widths[-1] and rows.y is not None and rows.y.ndim == 2:
            raise InputError(
                "the rows have targets for {count} outputs, so their number stays", count=rows.y.shape[1]
            )
        kept = {(id(layer.W), id(layer.b), layer.activation): layer for layer in old.layers}
        layers = [
            kept.get((id(W), id(b), h)) or Dense(W, b, h)
            for W, b, h in zip(self.W, self.b, self.activations, strict=True)
        ]
        net = MLP(layers, classes=old.classes, inputs=self.input_names)
        new = dataclasses.replace(rows, X=self.X, y=self.y, names=self.column_names)
        return dataclasses.replace(self._state, network=net, rows=new)

    @staticmethod
    def check_size(count: int) -> None:
        """Refuse so many parameters."""
        if count > MAX_PARAMETERS:
            raise InputError(
                "the network would have {count:,} parameters; the studio edits networks of at most {most:,}",
                count=count,
                most=MAX_PARAMETERS,
            )


def number_of(text: str, where: str) -> float:
    """Return the one number that a text spells; `where` says in messages what it was typed for.

    >>> number_of("1/3", "b(1)[2]"), number_of("0,25", "b(1)[2]"), number_of("\u22122e-3", "b(1)[2]")
    (0.3333333333333333, 0.25, -0.002)

    Raises
    ------
    InputError
        For anything else, `nan` and what is beyond all float64 numbers among it.
    """
    try:
        values = [number.value for number in typed(text).numbers]
    except InputError:
        values = []
    if len(values) != 1 or not math.isfinite(values[0]):
        raise InputError(
            "{where}: expected one finite number, such as 0.25, 1/3 or -2e-3; got {found}",
            where=where,
            found=quoted(text),
        )
    return values[0]


def _read_only(array: Array) -> Array:
    view = array.view()
    view.flags.writeable = False
    return view


def _writable(array: Array, at: tuple[int, ...], called: str) -> Array:
    """Return an array that can be written to at this place."""
    if len(at) != array.ndim or not all(0 <= i < size for i, size in zip(at, array.shape, strict=True)):
        raise _no_number(called)
    return array if array.flags.writeable else array.copy()


def _no_number(called: str) -> InputError:
    return InputError("there is no number {cell} to change", cell=quoted(called))


def _with_target(
    y: Array, at: tuple[int, ...], text: str, called: str, classes: tuple[Any, ...] | None
) -> Array:
    """Return the targets with one of them as it was typed: a number, or one of the labels that there are."""
    labels = classes or (() if y.dtype.kind in "biuf" else tuple(dict.fromkeys(y.ravel().tolist())))
    if not labels:
        number = number_of(text, called)
        if y.dtype.kind != "f":
            y = y.astype(np.int64 if number.is_integer() else np.float64)
        y[at] = number
        return y
    found = next((label for label in labels if str(label) == text.strip()), None)
    if found is None:
        raise InputError(
            "{where}: expected one of the labels {labels}; got {found}",
            where=called,
            labels=quoted(", ".join(map(str, labels))),
            found=quoted(text),
        )
    if y.dtype.kind == "U":  # it has room for its longest text alone
        y = y.astype(np.result_type(y.dtype, np.array(str(found)).dtype))
    y[at] = found
    return y

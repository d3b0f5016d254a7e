"""The outputs over a plane of two inputs, as a picture needs them."""

from __future__ import annotations

import math
from typing import Annotated, Any

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer._base.text import fill
from multilayer.activations.elementwise import AlongAxis
from multilayer.network import MLP
from multilayer.training.samples import targets
from multilayer.web.recipe import loss_for
from multilayer.web.session import State

__all__ = ["WORK", "Plane", "PlaneRequest", "Surface"]

WORK = 1e8
"""Products of a weight and a number that one picture may take."""
_MOST_POINTS = 500
_MARGIN = 0.15
"""Of the plane around the rows, as a fraction of what they span."""
_STEPS = 32767
_SHARES = 100
_MOST_CLASSES = _STEPS // _SHARES - 1

Size = Annotated[int, Meta(ge=2, le=200)]


class PlaneRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Two inputs, counted from 0; the others are held at those of a row, or at their means."""

    first: int = 0
    second: int = 1
    row: int | None = None
    size: Size = 100


class Point(msgspec.Struct):
    """A row on the plane, and its target: the number of a class, or a number; None without."""

    x: float
    y: float
    target: float | None


class Plane(msgspec.Struct):
    """What is drawn: between which numbers, with which points, and what an output means."""

    left: float
    right: float
    bottom: float
    top: float
    size: int
    """Points per side: fewer than asked for where the network is large."""
    kind: str
    """"half": above or below a half; "classes": the largest; "number": a quantity between `low` and `high`."""
    low: float
    high: float
    names: list[str]
    """Of the classes."""
    meaning: str
    """What the colours and the lines are, in a sentence."""
    points: list[Point]
    rows: int


class Surface:
    """What a network answers over the plane of a state's rows."""

    def __init__(self, state: State, request: PlaneRequest) -> None:
        self._state, X, net = state, state.rows.X, state.network
        self._columns = i, j = _columns(net, request)
        self._size = size = _size(net, request.size)
        self._across, self._up = _span(X[:, i]), _span(X[:, j])
        self._kind, self._low, self._high, self._targets = _meaning(state)
        held = X.mean(axis=0) if request.row is None else X[min(max(request.row, 0), len(X) - 1)]
        self._x = np.tile(np.asarray(held, net.dtype), (size * size, 1))
        self._x[:, j] = np.repeat(np.linspace(*self._up, size), size)
        self._x[:, i] = np.tile(np.linspace(*self._across, size), size)

    def plane(self) -> Plane:
        """Return the plane, with the rows on it."""
        X, values, (i, j) = self._state.rows.X, self._targets, self._columns
        shown = np.unique(np.linspace(0, len(X) - 1, _MOST_POINTS).round().astype(int))
        points = [
            Point(float(X[r, i]), float(X[r, j]), None if values is None else float(values[r])) for r in shown
        ]
        return Plane(
            *self._across,
            *self._up,
            self._size,
            self._kind,
            self._low,
            self._high,
            self._names(),
            self._sentence(),
            points,
            rows=len(X),
        )

    def _names(self) -> list[str]:
        net = self._state.network
        if self._kind == "number":
            return []
        if net.classes:
            return [str(name) for name in net.classes]
        if self._kind == "half":
            return ["0", "1"]
        return [fill("class {number}", number=k) for k in range(net.widths[-1])]

    def _sentence(self) -> str:
        if self._kind == "half":
            return fill("The line is where the output is 0.5.")
        if self._kind == "classes":
            return fill("The lines are where the largest output changes.")
        ends = {"low": number_text(self._low, 3), "high": number_text(self._high, 3)}
        return fill("Orange is {low} or less, blue {high} or more; the line is half way.", **ends)

    def codes(self, network: MLP) -> bytes:
        """Return what a network answers as int16, in rows of points from the bottom.

        Of several outputs 100 k + s, where output k, counted from 0, is the largest, and s is its size in hundredths,
        99 at most. Of one output how far it lies from the middle of its range, where -32767 is the low end and 32767
        the high one; the sign is exact.
        """
        with np.errstate(all="ignore"):
            values = np.nan_to_num(network(self._x))
            if self._kind == "classes":
                shares = (_SHARES * values.max(axis=1).clip(0.0, 0.99)).astype(np.int16)
                codes = _SHARES * values.argmax(axis=1).clip(max=_MOST_CLASSES) + shares
            else:
                middle, half = (self._low + self._high) / 2.0, (self._high - self._low) / 2.0 or 1.0
                levels = _STEPS * ((values[:, 0] - middle) / half).clip(-1.0, 1.0)
                codes = np.where(levels > 0.0, np.ceil(levels), np.floor(levels))
        return bytes(codes.astype("<i2"))


def _columns(net: MLP, request: PlaneRequest) -> tuple[int, int]:
    """Return the two inputs; of a single one, it twice."""
    inputs = net.widths[0]
    for column in (request.first, request.second):
        if not 0 <= column < max(inputs, 2):
            raise InputError(
                "there is no input {number}; the network has {inputs}", number=column + 1, inputs=inputs
            )
    return min(request.first, inputs - 1), min(request.second, inputs - 1)


def _span(column: NDArray[Any]) -> tuple[float, float]:
    low, high = float(column.min()), float(column.max())
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _size(network: MLP, asked: int) -> int:
    weights = sum(layer.W.size for layer in network.layers)
    return max(2, min(asked, int(math.sqrt(WORK / weights))))


def _meaning(state: State) -> tuple[str, float, float, NDArray[Any] | None]:
    """Return what an output means, its least and largest value, and the targets of the rows."""
    net, y = state.network, state.rows.y
    last = net.layers[-1].activation
    values = None if y is None else targets(net, loss_for(net, y), y)
    if net.widths[-1] > 1 and (isinstance(last, AlongAxis) or values is None or values.ndim == 1):
        return "classes", 0.0, 1.0, values if values is None or values.ndim == 1 else values.argmax(axis=1)
    ends = last.facts.range
    if (ends.low, ends.high) == (0.0, 1.0):
        return "half", 0.0, 1.0, None if values is None else values.reshape(len(values), -1)[:, 0]
    known = np.zeros(1) if values is None else values.reshape(len(values), -1)[:, 0]
    return "number", float(known.min()), float(known.max()), None if values is None else known

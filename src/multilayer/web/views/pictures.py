"""Pictures of training: the outputs over a plane of two inputs, histograms of z and of gradients, the weights."""

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
from multilayer.training import gradients
from multilayer.training.samples import targets
from multilayer.web.cells import Block, Window, block
from multilayer.web.endpoint import Endpoint
from multilayer.web.recipe import loss_for
from multilayer.web.runner import runner_of
from multilayer.web.session import Session, State

__all__ = ["ENDPOINTS", "grid_of"]

_WORK = 1e8
"""Products of a weight and a number that one picture may take."""
_MOST_POINTS = 500
_SAMPLES = 256
_BINS = 24
_MARGIN = 0.15
"""Of the plane around the rows, as a fraction of what they span."""

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
    outputs: int
    kind: str
    """"half": above or below a half; "classes": the largest; "number": a quantity between `low` and `high`."""
    low: float
    high: float
    classes: int
    points: list[Point]
    rows: int


def plane(session: Session, request: PlaneRequest) -> Plane:
    """Return the plane of two inputs, with the rows on it."""
    state = session.state
    X, net = state.rows.X, state.network
    (left, right), (bottom, top) = (_span(X[:, column]) for column in _columns(state, request))
    kind, low, high, values = _meaning(state)
    shown = np.unique(np.linspace(0, len(X) - 1, _MOST_POINTS).round().astype(int))
    i, j = _columns(state, request)
    points = [
        Point(float(X[r, i]), float(X[r, j]), None if values is None else float(values[r])) for r in shown
    ]
    classes = 2 if kind == "half" else net.widths[-1]
    return Plane(
        left,
        right,
        bottom,
        top,
        _size(net, request.size),
        net.widths[-1],
        kind,
        low,
        high,
        classes,
        points,
        len(X),
    )


def grid(session: Session, request: PlaneRequest) -> bytes:
    """Return the outputs over the plane as float32: rows of points from the bottom, the outputs of a point together."""
    return grid_of(runner_of(session).network, session.state, request)


def grid_of(network: MLP, state: State, request: PlaneRequest) -> bytes:
    """Return the outputs of a network over the plane of a state's rows."""
    X, (i, j) = state.rows.X, _columns(state, request)
    size = _size(network, request.size)
    (left, right), (bottom, top) = _span(X[:, i]), _span(X[:, j])
    held = X.mean(axis=0) if request.row is None else X[min(max(request.row, 0), len(X) - 1)]
    x = np.tile(np.asarray(held, network.dtype), (size * size, 1))
    x[:, j] = np.repeat(np.linspace(bottom, top, size), size)
    x[:, i] = np.tile(np.linspace(left, right, size), size)
    with np.errstate(all="ignore"):
        return np.asarray(network(x), np.float32).tobytes()


def _columns(state: State, request: PlaneRequest) -> tuple[int, int]:
    """Return the two inputs; of a single one, it twice."""
    inputs = state.network.widths[0]
    for column in (request.first, request.second):
        if not 0 <= column < max(inputs, 2):
            raise InputError(
                fill("there is no input {number}; the network has {inputs}", number=column + 1, inputs=inputs)
            )
    return min(request.first, inputs - 1), min(request.second, inputs - 1)


def _span(column: NDArray[Any]) -> tuple[float, float]:
    low, high = float(column.min()), float(column.max())
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _size(network: MLP, asked: int) -> int:
    weights = sum(layer.W.size for layer in network.layers)
    return max(2, min(asked, int(math.sqrt(_WORK / weights))))


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


class Bars(msgspec.Struct):
    """A histogram: counts between two ends, and what the numbers are like."""

    low: str
    high: str
    counts: list[int]
    mean: str
    std: str


class LayerBars(msgspec.Struct):
    """Histograms of a layer: of z, and of log10 |dW|; None where there are no targets, or every gradient is 0."""

    layer: int
    z: Bars
    gradient: Bars | None
    root_mean_square: str
    """Of dW; "" without targets."""


class HistogramRequest(msgspec.Struct, forbid_unknown_fields=True):
    """How many significant digits."""

    digits: int | None = 4


def hist(session: Session, request: HistogramRequest) -> list[LayerBars]:
    """Return histograms of every layer, of the network at this moment, on at most 256 rows."""
    state, net = session.state, runner_of(session).network
    weights = sum(layer.W.size for layer in net.layers)
    rows = slice(max(1, min(_SAMPLES, int(_WORK / (3 * weights)))))
    X, y = state.rows.X[rows], state.rows.y
    with np.errstate(all="ignore"):
        if y is None:
            return [_layer(n, each.z, None, request.digits) for n, each in enumerate(net.trace(X), 1)]
        found = gradients(net, X, y[rows], loss_for(net, y, state.recipe.loss))
        pairs = zip(found.trace, found, strict=True)
        return [_layer(n, each.z, grad.dW, request.digits) for n, (each, grad) in enumerate(pairs, 1)]


def _layer(number: int, z: NDArray[Any], dW: NDArray[Any] | None, digits: int | None) -> LayerBars:
    if dW is None:
        return LayerBars(number, _bars(z, digits), None, "")
    sizes = np.abs(dW[(dW != 0.0) & np.isfinite(dW)])
    logs = _bars(np.log10(sizes), digits) if sizes.size else None
    return LayerBars(number, _bars(z, digits), logs, number_text(np.sqrt(np.mean(dW * dW)), digits))


def _bars(numbers: NDArray[Any], digits: int | None) -> Bars:
    finite = numbers[np.isfinite(numbers)].astype(np.float64)
    if not finite.size:
        return Bars("nan", "nan", [0] * _BINS, "nan", "nan")
    low, high = float(finite.min()), float(finite.max())
    ends = (low, high) if np.linspace(low, high, _BINS + 1)[1] > low else (low - 0.5, high + 0.5)
    counts = np.histogram(finite, _BINS, ends)[0].tolist()
    texts = (number_text(value, digits) for value in (*ends, finite.mean(), finite.std()))
    lower, upper, mean, std = texts
    return Bars(lower, upper, counts, mean, std)


class WeightsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """How many significant digits, and the part of each matrix."""

    digits: int | None = 6
    window: Window = msgspec.field(default_factory=lambda: Window(rows=12, columns=12))


def weights(session: Session, request: WeightsRequest) -> list[Block]:
    """Return W and b of every layer, of the network at this moment."""
    found = []
    along = Window(0, request.window.column, 1, request.window.columns)
    for n, layer in enumerate(runner_of(session).network.layers, 1):
        found.append(block(f"W({n})", layer.W, request.digits, window=request.window))
        found.append(block(f"b({n})", layer.b, request.digits, window=along))
    return found


ENDPOINTS = (
    Endpoint("plane", PlaneRequest, plane),
    Endpoint("grid", PlaneRequest, grid),
    Endpoint("hist", HistogramRequest, hist),
    Endpoint("weights", WeightsRequest, weights),
)

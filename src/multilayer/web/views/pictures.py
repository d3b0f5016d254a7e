"""Pictures of training: the plane of two inputs, histograms of z and of gradients, the weights."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer._base.table import number_text
from multilayer.training import gradients
from multilayer.web.cells import Block, Window, block
from multilayer.web.endpoint import Endpoint
from multilayer.web.plane import WORK, Plane, PlaneRequest, Surface
from multilayer.web.recipe import loss_for
from multilayer.web.runner import runner_of
from multilayer.web.session import Session

__all__ = ["ENDPOINTS"]

_SAMPLES = 256
_BINS = 24


def plane(session: Session, request: PlaneRequest) -> Plane:
    """Return the plane of two inputs, with the rows on it."""
    return Surface(session.state, request).plane()


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
    rows = slice(max(1, min(_SAMPLES, int(WORK / (3 * weights)))))
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
    Endpoint("hist", HistogramRequest, hist),
    Endpoint("weights", WeightsRequest, weights),
)

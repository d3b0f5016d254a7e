"""Integrated gradients: how much each column adds to the prediction of a row, exactly, by the network's derivative."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer.network import MLP
from multilayer.network.trace import forward
from multilayer.tables.calibration import Calibration

if TYPE_CHECKING:
    from multilayer.tables.columns import Columns
    from multilayer.tables.model import Model

__all__ = ["Attributions", "Function", "attributions", "integrated_gradients"]

Array = NDArray[np.float64]

_TOLERANCE = 5e-4
"""Of the error of completeness, for probabilities and for quantities in units of their spread in training."""
_POINTS = 8
_MOST_SEGMENTS = 256
_BLOCK = 1024
"""Rows that a gradient is taken of at a time."""


@dataclass(frozen=True, eq=False)
class Function:
    """The number that is explained, as a function of encoded inputs: a class's probability, or the quantity.

    The quantity is the mean of the networks before it is held within the range of training, which has no derivative.
    """

    networks: tuple[MLP, ...]
    calibration: Calibration | None
    offset: float
    scale: float
    classes: int

    @classmethod
    def of(cls, model: Model) -> Function:
        """Return the function of a model, in float64."""
        target = model.target
        networks = tuple(network.astype("float64") for network in model.networks)
        return cls(networks, model.calibration, target.offset, target.scale, len(target.classes))

    def value(self, x: Array, chosen: NDArray[np.intp]) -> Array:
        """Return the number of each row; `chosen` is the class of each row."""
        return self.with_gradient(x, chosen)[0]

    def with_gradient(self, x: Array, chosen: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return the number of each row, (rows,), and its derivative with respect to the inputs, (rows, inputs)."""
        value, gradient = np.zeros(len(x)), np.zeros(x.shape)
        for network in self.networks:
            records = list(forward(network.layers, x))
            one, da = self._head(records[-1].a, chosen)
            value += one
            for before, record in _pairs(records):
                dz = da @ record.layer.W.T
                if before is None:
                    gradient += dz
                else:
                    da = before.layer.activation.vjp(before.a, before.z, dz)
        count = len(self.networks)
        return value / count, gradient / count

    def _head(self, a: Array, chosen: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return the number, and its derivative with respect to the last weighted sums."""
        if not self.classes:
            return a[:, 0] * self.scale + self.offset, np.full(a.shape, self.scale)
        calibration = self.calibration
        temperature = 1.0 if calibration is None else calibration.temperature
        share = 1.0 if calibration is None else calibration.rows / (calibration.rows + 1)
        powers = np.exp((a - a.max(axis=1, keepdims=True)) / temperature)
        p = powers / powers.sum(axis=1, keepdims=True)
        rows = np.arange(len(a))
        own = p[rows, chosen]
        da = -own[:, np.newaxis] * p
        da[rows, chosen] += own
        return share * own + (1 - share) / self.classes, share / temperature * da


def _pairs(records: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Return each record with the one before it, from the last to the first, which has none."""
    return list(zip([None, *records[:-1]], records, strict=True))[::-1]


def integrated_gradients(
    function: Function, x: Array, base: Array, chosen: NDArray[np.intp], tolerance: float
) -> tuple[Array, Array]:
    """Return (x - base) times the mean derivative on the straight line from base to x, and the error of its sum.

    The mean is taken by Gauss and Legendre with 8 points in each of 1, 2, 4, ... segments of the line, for each row
    until its sum is f(x) - f(base) to the tolerance, or 256 segments.

    Parameters
    ----------
    x : array, shape (rows, inputs)
    base : array, shape (inputs,)
    chosen : array of int, shape (rows,)
        The class that is explained.
    tolerance : float

    References
    ----------
    Sundararajan, M., Taly, A., Yan, Q.: Axiomatic attribution for deep networks. ICML 2017.
    """
    wanted = function.value(x, chosen) - function.value(np.broadcast_to(base, x.shape), chosen)
    found, error = np.zeros(x.shape), np.full(len(x), np.inf)
    left, segments = np.arange(len(x)), 1
    while left.size and segments <= _MOST_SEGMENTS:
        mean = _mean_gradient(function, x[left], base, chosen[left], segments)
        new = mean * (x[left] - base)
        off = np.abs(new.sum(axis=1) - wanted[left])
        better = off <= error[left]
        found[left[better]], error[left[better]] = new[better], off[better]
        left = left[error[left] > tolerance]
        segments *= 2
    return found, error


def _mean_gradient(
    function: Function, x: Array, base: Array, chosen: NDArray[np.intp], segments: int
) -> Array:
    nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
    places = ((np.arange(segments)[:, np.newaxis] + (nodes + 1) / 2) / segments).ravel()
    shares = np.tile(weights / 2 / segments, segments)
    total, step = np.zeros(x.shape), max(1, _BLOCK // len(x))
    for start in range(0, len(places), step):
        some = places[start : start + step, np.newaxis, np.newaxis]
        on_line = (base + some * (x - base)).reshape(-1, x.shape[1])
        gradient = function.with_gradient(on_line, np.tile(chosen, len(some)))[1]
        total += np.tensordot(shares[start : start + step], gradient.reshape(len(some), *x.shape), 1)
    return total


@dataclass(frozen=True, eq=False)
class Attributions:
    """What each column adds to the prediction of each row: base + sum over columns = prediction, to the error.

    The prediction is the probability of the row's most probable class, or its quantity before it is held within the
    range of training. Base is the same of the mean encoded row.
    """

    columns: tuple[str, ...]
    rows: tuple[int, ...]
    """From 1, in the table."""
    classes: tuple[Any, ...]
    """The class that is explained of each row; empty for a quantity."""
    base: Array
    prediction: Array
    values: Array
    """Of shape (rows, columns)."""
    error: Array
    """abs(base + sum - prediction)."""


def attributions(model: Model, columns: Columns, rows: NDArray[np.intp]) -> Attributions:
    """Return the integrated gradients of some rows, through the encoder's inputs summed to columns."""
    function, target = Function.of(model), model.target
    every = model.encoder(columns)
    base = every.mean(axis=0, dtype=np.float64)
    x = every[rows].astype(np.float64)
    chosen = np.zeros(len(rows), np.intp)
    if target.classes:
        chosen = np.asarray(model(columns.take(rows)).argmax(axis=1), np.intp)
    unit = 1.0 if target.classes else target.scale
    values, error = integrated_gradients(function, x, base, chosen, _TOLERANCE * unit)
    names = tuple(dict.fromkeys(model.encoder.sources))
    belongs = np.array([[source == name for name in names] for source in model.encoder.sources], np.float64)
    return Attributions(
        names,
        tuple((rows + 1).tolist()),
        tuple(target.classes[number] for number in chosen) if target.classes else (),
        function.value(np.broadcast_to(base, x.shape), chosen),
        function.value(x, chosen),
        values @ belongs,
        error,
    )

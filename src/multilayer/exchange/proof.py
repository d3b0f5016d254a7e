"""How far two programs are from each other on the same samples, in units of the last place, and how far they may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.activations import CELU, ELU, SELU, Activation, AlongAxis
from multilayer.exchange.imported import Runner
from multilayer.network import MLP

__all__ = ["Proof", "compared_numbers", "prove", "samples_for", "tolerance"]

_PER_SUM = 4.0
"""How many eps times sum |w x| each weighted sum may be off: other programs add in another order."""
_PER_VALUE = 8.0
"""How many eps each activation may be off, of its value and of an argument up to 1."""
_PER_EXPONENTIAL = 2.0
"""How many eps exp(a) <= 1 may be off before 1 is taken from it: not all programs have expm1."""
_EXPONENTIALS: dict[type[Activation], Callable[[Any], float]] = {
    ELU: lambda h: h.alpha,
    CELU: lambda h: h.alpha,
    SELU: lambda h: -float(h(np.float64(-np.inf))),
}
"""Activations that are a multiple of exp(a) - 1 below 0, with that multiple."""
_ROWS = 64


@dataclass(frozen=True)
class Proof:
    """The largest difference between two programs.

    Attributes
    ----------
    by : str
        The other program.
    rows : int
        How many samples were compared.
    ulp : float
        The largest difference, in units of the last place of our output.
    ratio : float
        The largest difference over its tolerance: above 1 it is no rounding.
    row, output : int
        Where that ratio is, from 1.
    overflows : int
        In how many outputs the other program gives nan or an infinity, where ours is finite. It is no
        difference of weights: a graph that says log(sigmoid(a)) overflows for a < -88, in some programs far before.
    file : str
        The file that it was compared with; "" where `convert` does not say.
    bound : float or None
        The tolerance as a part of each value; None where it is `tolerance`.

    Examples
    --------
    >>> print(Proof("ONNX Runtime", rows=64, ulp=0.0, ratio=0.0, row=1, output=1))
    ONNX Runtime: the same bits for 64 samples
    """

    by: str
    rows: int
    ulp: float
    ratio: float
    row: int
    output: int
    overflows: int = 0
    file: str = ""
    bound: float | None = None

    @property
    def holds(self) -> bool:
        """Whether every difference is within its tolerance."""
        return self.ratio <= 1.0

    def __str__(self) -> str:
        if self.overflows:
            return fill(
                "{by}: at most {ulp} ulp apart for {rows} samples ({ratio:.2g} of the tolerance), beside {count} "
                "outputs where it overflows and the network does not",
                by=self.by,
                ulp=_counted(self.ulp),
                rows=self.rows,
                ratio=self.ratio,
                count=self.overflows,
            )
        if self.ulp == 0.0:
            return fill("{by}: the same bits for {rows} samples", by=self.by, rows=self.rows)
        if self.bound is not None:
            return fill(
                "{by}: at most {ulp} ulp apart for {rows} samples; {ratio:.2g} of the tolerance, which is {bound:.1e} "
                "of the value",
                by=self.by,
                rows=self.rows,
                ulp=_counted(self.ulp),
                ratio=self.ratio,
                bound=self.bound,
            )
        return fill(
            "{by}: at most {ulp} ulp apart for {rows} samples; {ratio:.2g} of the tolerance, which is 4 eps "
            "sum |w x| a layer",
            by=self.by,
            rows=self.rows,
            ulp=_counted(self.ulp),
            ratio=self.ratio,
        )

    def check(self, times: float = 1.0) -> None:
        """Refuse a difference that is no rounding: above so many times the tolerance.

        Raises
        ------
        InputError
            With the sample and the output where it is largest.
        """
        if not self.ratio <= times:
            raise InputError(
                "{by} gives other numbers: {ulp} ulp apart, {ratio:.3g} times the tolerance in output {output} "
                "of sample {row}; nothing was written (a larger --tolerance accepts it)",
                by=self.by,
                ulp=_counted(self.ulp),
                ratio=self.ratio,
                output=self.output,
                row=self.row,
            )


def _counted(ulp: float) -> str:
    """Return how many units of the last place, as a reader takes it in: 0.958, 1,750, 2.3e+09."""
    return f"{ulp:,.0f}" if 999.5 <= ulp < 1e6 else f"{ulp:.3g}"


def prove(network: MLP, run: Runner, by: str, x: NDArray[Any]) -> Proof:
    """Return how far the outputs of another program are from ours."""
    x = np.asarray(x, network.dtype)
    y, other = network(x), np.asarray(run(x))
    if other.shape != y.shape:
        raise InputError(
            "{by} gives outputs of shape {shape} for {samples} samples; expected {expected}",
            by=by,
            shape=other.shape,
            samples=len(x),
            expected=y.shape,
        )
    return compared_numbers(y, other, tolerance(network, x), by)


def compared_numbers(
    y: NDArray[Any], other: NDArray[Any], allowed: NDArray[np.float64], by: str, dtype: Any = None
) -> Proof:
    """Return how far numbers of another program are from ours, beside how far they may be.

    They are counted in units of the last place of `dtype`, that of y unless given.
    """
    ulps = np.spacing(np.abs(y).astype(dtype or y.dtype)).astype(np.float64)
    ours, theirs = y.astype(np.float64), other.astype(np.float64)
    with np.errstate(all="ignore"):
        over = np.isfinite(y) & ~np.isfinite(other)
        same = (y == other) | (np.isnan(y) & np.isnan(other))
        if 2 * np.count_nonzero(over) <= over.size:
            same |= over
        apart = np.where(same, 0.0, np.abs(ours - theirs))
        ulp = np.where(same, 0.0, apart / ulps)
        ratio = np.where(same, 0.0, apart / allowed)
    ulp, ratio = (_bounded(array) for array in (ulp, ratio))
    row, output = np.unravel_index(int(ratio.argmax()), ratio.shape)
    return Proof(
        by,
        len(y),
        float(ulp.max()),
        float(ratio[row, output]),
        int(row) + 1,
        int(output) + 1,
        int(over.sum()),
    )


def tolerance(network: MLP, x: NDArray[Any], error: NDArray[np.float64] | float = 0.0) -> NDArray[np.float64]:
    """Return how far each output of two correct programs may be apart, of shape (samples, outputs).

    Samples may be off by `error`, of their shape; 0 where both take the same.

    In a layer the weighted sum may be off by 4 eps sum |w x|, and by what the error of its inputs makes of it; an
    activation passes that on as far as it changes within, and adds 8 eps of its value and of its argument up to 1.
    Where it is alpha (exp(a) - 1) it adds 2 alpha eps, too: so much is lost near a = 0 without expm1.
    """
    eps = float(np.finfo(network.dtype).eps)
    error = np.broadcast_to(error, x.shape)
    with np.errstate(all="ignore"):
        for record, layer in zip(network.trace(x), network.layers, strict=True):
            W = np.abs(layer.W.astype(np.float64))
            size = np.abs(record.x.astype(np.float64)) @ W + np.abs(layer.b.astype(np.float64))
            sums = error @ W + _PER_SUM * eps * size
            a = record.a.astype(np.float64)
            z = layer.activation(a)
            error = _spread(layer.activation, a, z, sums)
            error += _PER_VALUE * eps * (np.abs(z) + np.minimum(np.abs(a), 1.0))
            if type(layer.activation) in _EXPONENTIALS:
                multiple = abs(_EXPONENTIALS[type(layer.activation)](layer.activation))
                error += np.where(a < 0.0, _PER_EXPONENTIAL * eps * multiple, 0.0)
    return _bounded(error)


def _bounded(error: NDArray[Any]) -> NDArray[np.float64]:
    """Return the error with infinity where it is not known."""
    return np.asarray(np.where(np.isnan(error), np.inf, error))


def _spread(activation: Any, a: NDArray[Any], z: NDArray[Any], error: NDArray[Any]) -> NDArray[Any]:
    """Return how far h changes where a changes by up to `error`."""
    if not isinstance(activation, AlongAxis):
        beside: list[NDArray[Any]] = [np.abs(activation(a + sign * error) - z) for sign in (1.0, -1.0)]
        return np.asarray(np.maximum(beside[0], beside[1]))
    # No row of a Jacobian among them has more than 2 as its sum; hardmax jumps, at the largest of a row.
    smooth = np.broadcast_to(2.0 * error.max(axis=-1, keepdims=True), z.shape)
    sign = np.where(np.arange(z.shape[-1]) == a.argmax(axis=-1)[:, np.newaxis], -1.0, 1.0)
    jump = np.abs(activation(a + sign * error) - z)
    return np.asarray(np.maximum(smooth, jump))


def samples_for(network: MLP) -> NDArray[Any]:
    """Return samples that reach the middle and the tails of activations: normal, of six scales, and zeros."""
    rng = np.random.default_rng(0)
    scale = np.array([0.0, 1e-3, 0.1, 1.0, 1.0, 3.0, 10.0, 100.0])[np.arange(_ROWS) % 8, np.newaxis]
    return np.asarray(rng.standard_normal((_ROWS, network.widths[0])) * scale, network.dtype)

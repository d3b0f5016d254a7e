"""A network in whole numbers: int8 weights, int16 activations, int32 sums, powers of two as scales.

A number of exponent e stands for q 2^e. Each input has an exponent, and so has each unit's column of weights; the
weighted sums of a layer are brought to one exponent by shifts, and an activation is a table of 257 values with straight
lines between them. Exponents come from the largest numbers on samples; beyond those, numbers are clipped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer import activations
from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.activations import Activation
from multilayer.network.dense import Dense, samples_of
from multilayer.network.mlp import MLP
from multilayer.network.trace import LayerRecord

__all__ = ["FixedLayer", "FixedPoint", "fixed_point"]

Whole = NDArray[np.int64]

LARGEST16 = 2**15 - 1
LARGEST32 = 2**31 - 1
SEGMENTS = 256
"""Of a table, each 256 wide: together the range of int16."""

_LOGITS = (activations.softmax, activations.log_softmax)
"""As last activations, left out: the class is that of the largest weighted sum."""
_EXACT = (activations.identity, activations.relu)
"""Activations of whole numbers, without a table."""


@dataclass(frozen=True)
class FixedLayer:
    """A layer in whole numbers: a = (x W + b) >> shifts, z = table(a)."""

    W: Whole
    b: Whole
    shifts: Whole
    activation: Activation
    table: Whole | None
    """257 values; without a table the activation is the identity or relu."""
    a_exponent: int
    z_exponent: int

    def __call__(self, x: Whole) -> Whole:
        """Return z of x, as the C code computes it."""
        sums = x @ self.W + self.b
        half = np.where(self.shifts > 0, 1 << np.maximum(self.shifts - 1, 0), 0)
        a = _clipped((sums + half) >> self.shifts)
        if self.table is None:
            z: Whole = np.maximum(a, 0) if self.activation == activations.relu else a
            return z
        i, d = (a + 2**15) >> 8, (a + 2**15) & 255
        found: Whole = self.table[i] + (((self.table[i + 1] - self.table[i]) * d + 128) >> 8)
        return found

    @property
    def largest_sum(self) -> int:
        """A bound of every sum and part of one, rounding included, whatever the inputs."""
        parts = np.abs(self.W).sum(axis=0) * 2**15 + np.abs(self.b) + (1 << np.maximum(self.shifts - 1, 0))
        return int(parts.max())


@dataclass(frozen=True, eq=False)
class FixedPoint:
    """A network in whole numbers, and what that costs on the samples it was made from.

    Attributes
    ----------
    input_exponents : tuple of int
    layers : tuple of FixedLayer
    rms_error : float
        Of the outputs, the weighted sums where the last activation is left out, over their standard deviation.
    largest_error : float
    changed : float
        The fraction of samples whose class is another one; nan for a single output that is no decision.
    """

    network: MLP
    input_exponents: tuple[int, ...]
    layers: tuple[FixedLayer, ...]
    rms_error: float = math.nan
    largest_error: float = math.nan
    changed: float = math.nan

    def quantize(self, x: ArrayLike) -> Whole:
        """Return inputs as whole numbers, rounded to even and clipped; nan is 0."""
        with np.errstate(over="ignore"):
            rows = np.asarray(x).astype(np.float32) * np.exp2(-np.array(self.input_exponents, np.float32))
        return _clipped(np.nan_to_num(np.rint(rows), nan=0.0))

    def whole(self, x: Whole) -> Whole:
        """Return the outputs of quantized inputs as whole numbers of `output_exponent`."""
        for layer in self.layers:
            x = layer(x)
        return x

    def __call__(self, x: ArrayLike) -> NDArray[np.float64]:
        """Return the outputs as numbers."""
        return np.ldexp(self.whole(self.quantize(x)).astype(np.float64), self.output_exponent)

    @property
    def output_exponent(self) -> int:
        return self.layers[-1].z_exponent

    @property
    def leaves_out(self) -> Activation | None:
        """The last activation, where outputs are the weighted sums before it."""
        last = self.network.layers[-1].activation
        return last if last in _LOGITS else None

    @cached_property
    def tables(self) -> tuple[Whole, ...]:
        """The tables, each once."""
        found: dict[bytes, Whole] = {}
        for layer in self.layers:
            if layer.table is not None:
                found.setdefault(layer.table.tobytes(), layer.table)
        return tuple(found.values())

    @property
    def flash(self) -> int:
        """Bytes of constants: weights, biases, shifts and tables. Code is not counted."""
        return sum(layer.W.size + 5 * layer.b.size for layer in self.layers) + sum(
            2 * table.size for table in self.tables
        )

    @property
    def ram(self) -> int:
        """Bytes of the two areas between layers."""
        return 4 * max(layer.b.size for layer in self.layers)

    def report(self) -> str:
        """Return what it costs, in lines."""
        sums = max(layer.largest_sum for layer in self.layers)
        return "\n".join(
            [
                fill("flash {flash:,} bytes of constants, RAM {ram:,} bytes", flash=self.flash, ram=self.ram),
                fill("sums stay below {sums:.2f} of what int32 holds", sums=sums / LARGEST32),
                fill(
                    "error on the samples: {rms:.3%} (rms, of the outputs' spread), at most {most:.3g}",
                    rms=self.rms_error,
                    most=self.largest_error,
                ),
                *(
                    [fill("{changed:.2%} of the samples have another class", changed=self.changed)]
                    if not math.isnan(self.changed)
                    else []
                ),
            ]
        )


def fixed_point(network: MLP, samples: Any) -> FixedPoint:
    """Return a network in whole numbers, with exponents and errors from samples.

    Raises
    ------
    InputError
        For samples that do not fit or are not finite, for an activation that is not elementwise (but softmax and
        log_softmax at the end) or has parameters for each unit, and where a sum could pass 2^31.
    """
    x = samples_of(samples, network.widths[0], network.input_names).reshape(-1, network.widths[0])
    if not len(x) or not np.isfinite(x).all():
        raise InputError("samples must be rows of finite numbers; they show how large numbers become")
    for number, layer in enumerate(network.layers, 1):
        _check(number, layer, number == len(network.layers))
    exponents = [_exponent(float(np.abs(column).max()), LARGEST16) for column in x.T]
    made: list[FixedLayer] = []
    scales = np.exp2(np.array(exponents, float))  # of the inputs of the next layer
    for number, record in enumerate(network.trace(x), 1):
        fixed = _layer(number, record, scales)
        if fixed.largest_sum > LARGEST32:
            raise InputError(
                "layer {number}: with int8 weights and int16 inputs a sum could reach "
                "{largest_sum:.3g}, more than int32 holds; give the layer fewer inputs, "
                "or smaller weights by weight decay",
                number=number,
                largest_sum=fixed.largest_sum,
            )
        made.append(fixed)
        scales = np.full(record.layer.units, 2.0**fixed.z_exponent)
    return _measured(FixedPoint(network, tuple(exponents), tuple(made)), x)


def _clipped(values: NDArray[Any]) -> Whole:
    """Return whole numbers brought into the range of int16."""
    clipped: Whole = np.clip(values, -LARGEST16 - 1, LARGEST16).astype(np.int64)
    return clipped


def _exponent(largest: float, limit: int) -> int:
    """Return the smallest exponent with which numbers up to `largest` are at most `limit`."""
    return -15 if largest == 0.0 else max(-126, math.ceil(math.log2(largest / limit)))


def _check(number: int, layer: Dense, last: bool) -> None:
    h = layer.activation
    if not (np.isfinite(layer.W).all() and np.isfinite(layer.b).all()):
        raise InputError("layer {number}: W or b holds nan or infinity", number=number)
    if isinstance(h, activations.Elementwise):
        if any(value.ndim for value in h.parameters):
            raise InputError(
                "layer {number}: {name} has a parameter for each unit, and fixed point "
                "has one table for a layer; give it one slope for all units",
                number=number,
                name=h.facts.name,
            )
    elif not (last and h in _LOGITS):
        raise InputError(
            "layer {number}: {name} mixes the units of a row, which fixed point does not "
            "do; softmax and log_softmax at the end are left out, as the largest sum is "
            "the class",
            number=number,
            name=h.facts.name,
        )


def _layer(number: int, record: LayerRecord, scales: NDArray[np.float64]) -> FixedLayer:
    layer, h = record.layer, record.layer.activation
    largest_a, largest_z = (float(np.abs(values).max()) for values in (record.a, record.z))
    if not math.isfinite(largest_a + (0.0 if h in _LOGITS else largest_z)):
        raise InputError(
            "layer {number}: outputs on the samples are not finite; look at net.trace(samples)", number=number
        )
    weights = layer.W.astype(np.float64) * scales[:, np.newaxis]
    exponents = np.array([_exponent(float(np.abs(column).max()), 127) for column in weights.T])
    W = np.rint(np.ldexp(weights, -exponents)).astype(np.int64)
    b = np.rint(np.clip(np.ldexp(layer.b.astype(np.float64), -exponents), -(2.0**62), 2.0**62)).astype(
        np.int64
    )
    a_exponent = max(_exponent(largest_a, LARGEST16), int(exponents.max()))
    shifts = np.minimum(a_exponent - exponents, 31)
    if h in _EXACT or h in _LOGITS:
        return FixedLayer(W, b, shifts, h, None, a_exponent, a_exponent)
    places = np.arange(-(2**15), 2**15 + 1, 2**16 // SEGMENTS) * 2.0**a_exponent
    z_exponent = _exponent(largest_z, LARGEST16)
    table = _clipped(np.rint(np.ldexp(np.asarray(h(places), np.float64), -z_exponent)))
    return FixedLayer(W, b, shifts, h, table, a_exponent, z_exponent)


def _measured(made: FixedPoint, x: NDArray[Any]) -> FixedPoint:
    network = made.network
    last = network.trace(x)[-1]
    exact = (last.a if made.leaves_out else last.z).astype(np.float64)
    found = made(x)
    spread = float(exact.std()) or 1.0
    changed = math.nan
    if network.layers[-1].units > 1 and (made.leaves_out or network.classes):
        changed = float((exact.argmax(axis=-1) != found.argmax(axis=-1)).mean())
    elif network.classes:
        limit = float(network.layers[-1].activation(np.zeros(1))[0])
        changed = float(((exact > limit) != (found > limit)).mean())
    error = found - exact
    rms = float(np.sqrt(np.mean(error**2))) / spread
    return FixedPoint(network, made.input_exponents, made.layers, rms, float(np.abs(error).max()), changed)

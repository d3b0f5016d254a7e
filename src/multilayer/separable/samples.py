"""Samples and labels, checked; and exact coordinates, in which fast floating point and integers agree."""

from __future__ import annotations

import itertools
import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.arrays import plain_array
from multilayer._base.errors import InputError
from multilayer._base.text import fill

__all__ = ["Floats", "Frame", "Integers", "labelled"]

Floats = NDArray[np.float64]
Integers = NDArray[np.object_]  # Python integers: as many bits as needed
_SHOWN = 5


def labelled(X: ArrayLike, y: ArrayLike) -> tuple[Floats, tuple[Hashable, ...], NDArray[np.intp]]:
    """Return samples (n, d) as float64 without loss, the classes in order, and the class number of each sample."""
    samples = _samples(plain_array("X", X))
    labels = plain_array("y", y)
    if labels.shape != (len(samples),):
        hint = fill("; flatten it with y.ravel()") if labels.size == len(samples) else ""
        raise InputError(
            "y: expected one label for each of the {samples} rows of X, shape "
            "({samples},); found shape {shape}{hint}",
            samples=len(samples),
            shape=labels.shape,
            hint=hint,
        )
    if labels.dtype.kind in "fc" and (missing := np.flatnonzero(np.isnan(labels))).size:
        raise InputError(
            "y: {rows} nan; expected a class label; remove or label such samples", rows=_rows(missing)
        )
    try:
        classes, numbers = np.unique(labels, return_inverse=True)
    except TypeError:
        raise InputError(
            "y: labels of kinds that cannot be ordered; use all numbers or all strings"
        ) from None
    return samples, tuple(classes.tolist()), numbers


def _samples(array: NDArray[Any]) -> Floats:
    if array.ndim != 2 or not array.size:
        hint = fill("; for one column use X.reshape(-1, 1)") if array.ndim == 1 and array.size else ""
        raise InputError(
            "X: expected shape (samples, columns) with at least one of each; found shape {shape}{hint}",
            shape=array.shape,
            hint=hint,
        )
    if array.dtype.kind not in "biufO" or (array.dtype.kind == "O" and _holds_text(array)):
        raise InputError(
            "X: expected real numbers; found {dtype}; convert the columns to numbers first", dtype=array.dtype
        )
    try:
        samples = array.astype(np.float64)
    except (TypeError, ValueError):
        raise InputError("X: expected real numbers; found other objects; convert the columns first") from None
    except OverflowError:
        raise InputError("X: a number is beyond the range of float64; scale its column down") from None
    if (bad := np.flatnonzero(~np.isfinite(samples).all(axis=1))).size:
        raise InputError(
            "X: {rows} nan or inf; expected finite numbers; remove or fill such rows", rows=_rows(bad)
        )
    # The answer is exact for these numbers, so none may change on the way to float64.
    for row, (given, held) in enumerate(zip(array.tolist(), samples.tolist(), strict=True)):
        if given != held:
            raise InputError(
                "X: row {row} has a number that float64 cannot hold exactly; round X to float64 first",
                row=row,
            )
    return samples


def _holds_text(array: NDArray[Any]) -> bool:
    return any(isinstance(value, str | bytes) for value in array.flat)


def _rows(indices: NDArray[np.intp]) -> str:
    listed = ", ".join(map(str, indices[:_SHOWN].tolist())) + (", ..." if len(indices) > _SHOWN else "")
    return f"row{'s' if len(indices) > 1 else ''} {listed} {'have' if len(indices) > 1 else 'has'}"


@dataclass(frozen=True, eq=False)
class Frame:
    """The samples of X (n, d), each column moved and scaled, with a last coordinate that is always 1.

    A float64 is an integer times a power of two, so in units of 2^fine[j] column j holds integers. Moving
    the origin to `centre`, an entry of each column, keeps them integers. The same coordinates divided by
    2^bits[j] lie within [-1, 1]: `near` holds these, rounded to float64, for the linear program and bounds.

    A plane is a vector U of d + 1 integers; its score of sample i is `integers([i]) @ U`. A positive factor
    changes no sign, so denominators are never needed.
    """

    X: Floats
    centre: Floats
    fine: tuple[int, ...]
    bits: tuple[int, ...]
    near: Floats

    @classmethod
    def of(cls, X: Floats) -> Frame:
        """Return the frame of finite float64 samples X (n, d), n >= 1."""
        low, high = X.min(axis=0), X.max(axis=0)
        middle = low / 2 + high / 2  # in halves: the sum of two large numbers would overflow
        centre = X[np.abs(X / 2 - middle / 2).argmin(axis=0), np.arange(X.shape[1])]
        # Scaled by a power of two first, so that the difference cannot overflow. What this flushes to zero is
        # below 2^-1074 of its column's largest value, and the spread of a column that is not constant is at
        # least 2^-54 of it: `near` is right to one rounding plus 2^-1000.
        size = np.frexp(np.abs(X).max(axis=0))[1]
        moved = np.ldexp(X, -size) - np.ldexp(centre, -size)
        spread = np.frexp(np.abs(moved).max(axis=0))[1]
        near = np.column_stack([np.ldexp(moved, -spread), np.ones(len(X))])
        mantissa, exponent = _parts(X)
        trailing = np.frexp((mantissa & -mantissa).astype(np.float64))[1] - 1
        fine = np.where(mantissa == 0, 1024, exponent + trailing).min(axis=0)
        bits = np.maximum(size + spread - fine, 0)
        return cls(X, centre, tuple(fine.tolist()), (*bits.tolist(), 0), near)

    def integers(self, rows: Iterable[int] | slice) -> Integers:
        """Return the exact coordinates (rows, d + 1) of some samples."""
        chosen = self.X[rows if isinstance(rows, slice) else list(rows)]
        exact = np.ones((len(chosen), len(self.bits)), dtype=object)
        exact[:, :-1] = self._in_units(chosen) - self._in_units(self.centre[None, :])
        return exact

    def plane(self, U: Iterable[int]) -> list[Fraction]:
        """Return the d weights and the bias of the plane U, for the samples in X."""
        *weights, offset = U
        w = [Fraction(u) / Fraction(2) ** unit for u, unit in zip(weights, self.fine, strict=True)]
        moved = sum((a * Fraction(c) for a, c in zip(w, self.centre.tolist(), strict=True)), Fraction(0))
        return [*w, Fraction(offset) - moved]

    def of_planes(self, planes: Iterable[Iterable[Fraction]]) -> Integers:
        """Return the integers U (k, d + 1) of k planes: the inverse of `plane`, up to one positive factor."""
        rows = []
        for *w, b in planes:
            moved = sum((a * Fraction(c) for a, c in zip(w, self.centre.tolist(), strict=True)), b)
            rows.append([*(a * Fraction(2) ** unit for a, unit in zip(w, self.fine, strict=True)), moved])
        return _without_denominators(rows)

    def of_scaled(self, u: Floats) -> Integers:
        """Return the integers (k, d + 1) of planes u (k, d + 1) in the coordinates `near`."""
        return _without_denominators(
            [[Fraction(a) / 2**bits for a, bits in zip(row, self.bits, strict=True)] for row in u.tolist()]
        )

    def scaled(self, U: Integers) -> Floats:
        """Return the inverse of `of_scaled`, to two roundings, times a power of two: the largest is about 1."""
        top = max(
            (abs(u).bit_length() + b for row in U for u, b in zip(row, self.bits, strict=True) if u),
            default=0,
        )
        return np.array([[_ldexp(u, b - top) for u, b in zip(row, self.bits, strict=True)] for row in U])

    def _in_units(self, values: Floats) -> Integers:
        mantissa, exponent = _parts(values)
        shift = np.where(mantissa == 0, 0, exponent - np.array(self.fine, dtype=np.int64))
        left = mantissa.astype(object) << np.maximum(shift, 0).astype(object)
        return left >> np.maximum(-shift, 0).astype(object)  # type: ignore[no-any-return]


def _parts(values: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return integers m, e with values = m 2^e exactly."""
    fraction, exponent = np.frexp(values)
    return np.ldexp(fraction, 53).astype(np.int64), exponent.astype(np.int64) - 53


def _ldexp(value: int, shift: int) -> float:
    """Return value 2^shift for an integer of any length, to within two roundings; below 2^-1074 it is 0."""
    excess = max(0, abs(value).bit_length() - 64)
    return math.ldexp(float(value >> excess), excess + shift)


def _without_denominators(rows: list[list[Fraction]]) -> Integers:
    common = math.lcm(*(value.denominator for row in rows for value in row))
    whole = [[value.numerator * (common // value.denominator) for value in row] for row in rows]
    divisor = math.gcd(*itertools.chain(*whole)) or 1
    return np.array([[number // divisor for number in row] for row in whole], dtype=object)

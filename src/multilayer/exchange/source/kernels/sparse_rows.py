"""sparsemax and hardmax, which have zeros (native/activations/along_axis.hpp). A row is replaced in place."""

from __future__ import annotations

from typing import NamedTuple

from multilayer.exchange.source.kernels.lanes import (
    Number,
    add_numbers,
    add_to_lane,
    distance,
    fill,
    has_limit,
    lanes_total,
    largest,
)
from multilayer.exchange.source.kernels.language import NAN, f64, fma, i32, row, to_f64, to_real, zeros8
from multilayer.exchange.source.kernels.pairs import Pair, add_pairs, rounded


class Support(NamedTuple):
    """The threshold of the entries above another one, and how many these are."""

    tau: Number
    size: f64


def support_above(x: row, units: i32, most: f64, tau: Number) -> Support:
    hi = zeros8()
    lo = zeros8()
    size = 0.0
    i = 0
    while i < units:
        d = distance(to_f64(x[i]), 1.0, most)
        over = add_pairs(d, Pair(-tau.hi, -tau.lo))
        if over.hi + over.lo > 0.0:
            add_to_lane(hi, lo, i & 7, d.hi, d.lo)
            size = size + 1.0
        i = i + 1
    s = add_numbers(lanes_total(hi, lo), Number(-1.0, 0.0))
    q = s.hi / size
    return Support(Number(q, (fma(-q, size, s.hi) + s.lo) / size), size)


def sparsemax(x: row, units: i32) -> None:
    """Replace x by max(x - tau, 0) with sum 1 (Michelot 1986): entries not above tau leave, until none does."""
    most = largest(x, units, 1.0)
    if not has_limit(most):
        fill(x, units, NAN)
        return
    before = -1.0
    support = support_above(x, units, most, Number(-1.0, 0.0))
    while support.size != before:
        before = support.size
        support = support_above(x, units, most, support.tau)
    i = 0
    while i < units:
        d = distance(to_f64(x[i]), 1.0, most)
        share = rounded(add_pairs(d, Pair(-support.tau.hi, -support.tau.lo)))
        x[i] = to_real(share if share > 0.0 else 0.0)
        i = i + 1


def hardmax(x: row, units: i32) -> None:
    best = 0
    i = 0
    while i < units:
        if x[i] != x[i]:
            fill(x, units, NAN)
            return
        if x[i] > x[best]:
            best = i
        i = i + 1
    i = 0
    while i < units:
        x[i] = 1.0 if i == best else 0.0
        i = i + 1

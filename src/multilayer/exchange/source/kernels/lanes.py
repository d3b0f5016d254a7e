"""What functions of a row need: its largest element, distances from it, and sums in the order of the core.

Element i goes to lane i modulo 8 of whole eights, and the lanes are added as a tree.
"""

from __future__ import annotations

from typing import NamedTuple

from multilayer.exchange.source.kernels.language import INFINITY, f64, i32, numbers64, real, row, to_f64
from multilayer.exchange.source.kernels.pairs import Pair, two_sum


class Number(NamedTuple):
    """The sum hi + lo, rounded less carefully than a Pair."""

    hi: f64
    lo: f64


def add_numbers(x: Number, y: Number) -> Number:
    s = x.hi + y.hi
    t = s - x.hi
    lost = ((x.hi - (s - t)) + (y.hi - t)) + (x.lo + y.lo)
    hi = s + lost
    return Number(hi, lost - (hi - s))


def add_to_lane(hi: numbers64, lo: numbers64, lane: i32, x: f64, x_lo: f64) -> None:
    s = two_sum(hi[lane], x)
    hi[lane] = s.hi
    lo[lane] = lo[lane] + s.lo + x_lo


def lane_total(hi: numbers64, lo: numbers64, i: i32) -> Number:
    s = add_numbers(Number(hi[i], 0.0), Number(lo[i], 0.0))
    return Number(hi[i] if lo[i] == 0.0 else s.hi, 0.0 if lo[i] == 0.0 else s.lo)


def lanes_total(hi: numbers64, lo: numbers64) -> Number:
    a = add_numbers(lane_total(hi, lo, 0), lane_total(hi, lo, 4))
    b = add_numbers(lane_total(hi, lo, 2), lane_total(hi, lo, 6))
    c = add_numbers(lane_total(hi, lo, 1), lane_total(hi, lo, 5))
    d = add_numbers(lane_total(hi, lo, 3), lane_total(hi, lo, 7))
    return add_numbers(add_numbers(a, b), add_numbers(c, d))


def largest(x: row, units: i32, sign: f64) -> f64:
    """Return the largest of sign x; nan if there is one."""
    most = -INFINITY
    i = 0
    while i < units:
        a = sign * to_f64(x[i])
        larger = a if a > most else most
        most = a if a != a else larger
        i = i + 1
    return most


def fill(x: row, units: i32, value: real) -> None:
    i = 0
    while i < units:
        x[i] = value
        i = i + 1


def has_limit(most: f64) -> bool:
    return most - most == 0.0


def distance(x: f64, sign: f64, most: f64) -> Pair:
    """Return sign x - most; an infinite one drops nothing."""
    d = two_sum(sign * x, -most)
    return Pair(d.hi, d.lo if d.hi > -INFINITY else 0.0)

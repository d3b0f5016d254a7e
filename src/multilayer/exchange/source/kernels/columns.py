"""Values of columns as inputs of a network (multilayer.tables.transforms, native/encoding): one number each."""

from __future__ import annotations

from multilayer.exchange.source.kernels.language import (
    NAN,
    absolute,
    f32,
    f64,
    i32,
    narrow,
    sqrt,
    table64,
    to_f64,
)

FARTHEST = 1e9
NINTH = float.fromhex("0x1.c71c72p-4")
"""1/9 as float32."""


def clipped_smoothly(z: f32) -> f32:
    """Return z / sqrt(1 + (z / 3)^2); 0 for nan."""
    below = FARTHEST if z > FARTHEST else z
    held = -FARTHEST if below < -FARTHEST else below
    clipped = held / sqrt(held * held * NINTH + 1.0)
    return clipped if clipped == clipped else 0.0


def scaled(x: f64, center: f64, scale: f64) -> f32:
    return clipped_smoothly(narrow((x - center) * scale))


def linear(x: f64, center: f64, scale: f64, missing: f64) -> f32:
    return narrow((x - center) * scale if x == x else missing)


def part_of_bin(x: f64, middle: f64, first: f64, last: f64, low: f64, inverse: f64) -> f32:
    """Return how far x is into a bin, from 0 to 1."""
    given = x if x == x else middle
    above = first if given < first else given
    held = last if above > last else above
    share = (held - low) * inverse
    positive = share if share > 0.0 else 0.0
    return narrow(positive if positive < 1.0 else 1.0)


def quantile(x: f64, points: table64, z: table64, slopes: table64, last: i32, middle: f64) -> f32:
    """Return z at x, piecewise linear between the points, constant outside."""
    given = x if x == x else middle
    above = points[0] if given < points[0] else given
    held = points[last] if above > points[last] else above
    i = 0
    while i + 1 < last and points[i + 1] <= held:
        i = i + 1
    return narrow(z[i] + (held - points[i]) * slopes[i])


def place(code: i32) -> f64:
    """Return the place of a category as a number; nan where it is missing or unknown."""
    return to_f64(code) if code >= 0 else NAN


def chosen(is_it: bool, on: f64, off: f64) -> f32:
    return narrow(on if is_it else off)


# Parts of dates (multilayer.tables.transforms.dates)

MICROSECONDS = 86_400_000_000.0
"""Of a day."""


def whole_days(days: f64, microseconds: f64) -> f64:
    """Return days with their fraction; the product is exact, as 86,400,000,000 has 13 factors of 2."""
    return (days * MICROSECONDS + microseconds) / MICROSECONDS


def entry(numbers: table64, place: i32) -> f64:
    return numbers[place] if place >= 0 else NAN


def is_code(code: i32, other: i32) -> f64:
    """Return 1 where a code is another one, else 0; nan where it is missing."""
    is_other = 1.0 if code == other else 0.0
    return is_other if code >= 0 else NAN


def hours(minute: i32) -> f64:
    return to_f64(minute) / 60.0 if minute >= 0 else NAN


# Norms of rows (multilayer.tables.row_norm): a total, number by number; nan stays.


def with_absolute(total: f64, x: f64) -> f64:
    return total + absolute(x)


def with_square(total: f64, x: f64) -> f64:
    return total + x * x


def larger(total: f64, x: f64) -> f64:
    return x if x > total or x != x else total


def larger_absolute(total: f64, x: f64) -> f64:
    return larger(total, absolute(x))


def root(total: f64) -> f64:
    return sqrt(total)


def over(x: f64, norm: f64, least: f64) -> f32:
    """Return x over a norm; x where that is too small."""
    return narrow(x if absolute(norm) <= least else x / norm)

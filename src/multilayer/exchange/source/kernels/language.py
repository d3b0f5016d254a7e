"""The language that kernels are written in: plain Python functions of typed numbers, which are printed, never run.

`printer` reads their syntax and prints them as C, Python and JavaScript, in which each operation rounds to the type
of its operands. To Python alone the types below are all the same.

- f32, f64: numbers of IEEE 754; an operation is rounded once to its type. A number that is written out takes the type
  of the other operand.
- i32: a small integer. Shifts keep the sign, `&` is of two's complement.
- table32, table64: constant numbers, from `coefficients`; numbers64: an array of a function; row: a layer's outputs.
- real: f32 or f64, the type of the network.

A function may hold assignments, `if`, `while`, `return`, calls of others, conditional expressions, and results of
several numbers as a NamedTuple. Names of its module are constants.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = [
    "INFINITY",
    "NAN",
    "absolute",
    "bits32",
    "copysign",
    "f32",
    "f64",
    "fma",
    "high_bits",
    "i32",
    "narrow",
    "numbers64",
    "real",
    "rough_reciprocal",
    "row",
    "signbit",
    "sqrt",
    "table32",
    "table64",
    "to_f32",
    "to_f64",
    "to_int",
    "to_real",
    "two_to_the",
    "zeros8",
]

f32 = float
f64 = float
real = float
i32 = int
table32 = Sequence[float]
table64 = Sequence[float]
numbers64 = list[float]
row = list[float]

INFINITY = math.inf
NAN = math.nan


def fma(x: float, y: float, z: float) -> float:
    """Return x y + z, rounded once."""
    raise NotImplementedError


def absolute(x: float) -> float:
    """Return |x|."""
    raise NotImplementedError


def copysign(x: float, y: float) -> float:
    """The magnitude of x with the sign of y."""
    raise NotImplementedError


def sqrt(x: float) -> float:
    """The square root, rounded once."""
    raise NotImplementedError


def signbit(x: float) -> bool:
    """Whether the sign is minus; it is for -0."""
    raise NotImplementedError


def to_f32(x: float) -> float:
    """The nearest f32."""
    raise NotImplementedError


def narrow(x: float) -> float:
    """The nearest f32, also where compilers compute several side by side."""
    raise NotImplementedError


def to_f64(x: float) -> float:
    """The same number."""
    raise NotImplementedError


def to_real(x: float) -> float:
    """The nearest number of the network's type."""
    raise NotImplementedError


def to_int(x: float) -> int:
    """A whole number as i32."""
    raise NotImplementedError


def two_to_the(k: int) -> float:
    """2^k as f64, for k from -1022 to 1023."""
    raise NotImplementedError


def bits32(x: float) -> int:
    """The bits of an f32 that is not negative."""
    raise NotImplementedError


def high_bits(x: float) -> int:
    """The higher 32 bits of an f64 that is not negative."""
    raise NotImplementedError


def rough_reciprocal(y: float) -> float:
    """1 / y within 6 %, for a normal f64: the f64 whose bits are 0x7fde5f73aabb2400 less those of y."""
    raise NotImplementedError


def zeros8() -> list[float]:
    """Eight f64 zeros."""
    raise NotImplementedError

"""Exact solution of a linear system of integers by p-adic lifting (Dixon 1982)."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from multilayer.separable.frame import Integers

__all__ = ["solve"]

_PRIME = (
    67108859  # the largest below 2^26: sums of products of two residues fit in 63 bits for up to 2000 terms
)
_MOST_COLUMNS = 2000


def solve(B: Integers, c: Integers) -> list[Fraction] | None:
    """The one solution x of B x = c, for integers B (m, s) and c (m,), m >= s; checked exactly.

    None where there is no solution, or more than one, or where the matrix is singular modulo the prime.
    One elimination modulo a prime gives all digits of the solution, base that prime: the time goes with s^3
    small operations and s^2 for each digit, where elimination in exact numbers does s^3 on long ones.
    """
    m, s = B.shape
    if s > m or s > _MOST_COLUMNS or (found := _inverse((B % _PRIME).astype(np.int64))) is None:
        return None
    rows, inverse = found
    largest = max(max(abs(number).bit_length() for number in array.ravel()) for array in (B, c))
    # Cramer's rule and Hadamard's inequality bound numerator and denominator; twice, for their quotient.
    digits = 2 * (s * (largest + s.bit_length()) + 32) // _PRIME.bit_length() + 2
    square, rest = B[rows], c[rows]
    if largest + s.bit_length() + _PRIME.bit_length() < 62:
        square, rest = square.astype(np.int64), rest.astype(np.int64)
    x, modulus = np.array([0] * s, dtype=object), 1
    attempt = 4
    for count in itertools.count(1):
        digit = inverse @ (rest % _PRIME).astype(np.int64) % _PRIME
        rest = (rest - square @ digit.astype(square.dtype)) // _PRIME
        x += modulus * digit.astype(object)
        modulus *= _PRIME
        if count in (attempt, digits):
            attempt *= 2
            solution = _fractions(x, modulus)
            if solution is not None and not (B @ solution[0] - c * solution[1]).any():
                return [Fraction(int(number), solution[1]) for number in solution[0]]
        if count == digits:
            break
    return None


def _inverse(B: NDArray[np.int64]) -> tuple[list[int], NDArray[np.int64]] | None:
    """Rows of B that are independent modulo the prime, and the inverse of the square they make."""
    m, s = B.shape
    work = np.concatenate([B, np.eye(m, dtype=np.int64)], axis=1)
    rows: list[int] = []
    for column in range(s):
        free = work[:, column] != 0
        free[rows] = False
        if not free.any():
            return None
        row = int(free.argmax())
        work[row] = work[row] * pow(int(work[row, column]), -1, _PRIME) % _PRIME
        factors = work[:, column].copy()
        factors[row] = 0
        touched = np.flatnonzero(factors)
        work[touched] = (work[touched] - factors[touched, None] * work[row]) % _PRIME
        rows.append(row)
    return rows, work[rows][:, [s + row for row in rows]]


def _fractions(x: Integers, modulus: int) -> tuple[Integers, int] | None:
    """Numerators and common denominator, each small, that equal x modulo the modulus, if there are any."""
    denominator = 1
    bound = math.isqrt(modulus) >> 10  # by chance, 2^-20 of all residues have a fraction this small
    for residue in x.tolist():
        value = residue * denominator % modulus
        if min(value, modulus - value) > bound:
            factor = _denominator(value, modulus, bound)
            denominator *= factor
            if not 0 < denominator <= bound:
                return None
    numerators = x * denominator % modulus
    numerators = np.where(numerators > modulus // 2, numerators - modulus, numerators)
    return (numerators, denominator) if max(abs(n) for n in numerators) <= bound else None


def _denominator(value: int, modulus: int, bound: int) -> int:
    """Denominator q of the p / q, |p| <= bound, that equals value modulo the modulus (Wang 1981)."""
    before, now = modulus, value
    q_before, q = 0, 1
    while now > bound:
        quotient = before // now
        before, now = now, before - quotient * now
        q_before, q = q, q_before - quotient * q
    return abs(q)

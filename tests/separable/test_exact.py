"""Systems of integers are solved exactly, or not at all."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multilayer.separable.exact import solve


def _system(seed, m, s, bits):
    rng = np.random.default_rng(seed)
    digits = rng.integers(-(2**30), 2**30, (bits // 30 + 1, m, s)).astype(object)
    B = sum(d << (30 * i) for i, d in enumerate(digits))
    x = [
        Fraction(int(a), int(b))
        for a, b in zip(rng.integers(-99, 99, s), rng.integers(1, 99, s), strict=True)
    ]
    common = int(np.lcm.reduce([v.denominator for v in x]))
    B = B * common
    return B, np.array([int(v) for v in B @ np.array(x, dtype=object)], dtype=object), x


@pytest.mark.parametrize("bits", [1, 60, 2000])
@given(seed=st.integers(0, 2**32), size=st.integers(1, 9), more=st.integers(0, 3))
@settings(max_examples=20, deadline=None)
def test_solution_is_exact(bits, seed, size, more):
    B, c, x = _system(seed, size + more, size, bits)
    assert solve(B, c) == x


def test_answer_of_many_digits():
    B, _, _ = _system(7, 30, 30, 60)
    c = np.array([0] * 29 + [1], dtype=object)
    assert (B @ np.array(solve(B, c), dtype=object) == c).all()


@pytest.mark.parametrize(
    ("B", "c"),
    [([[1, 2], [2, 4]], [1, 2]), ([[1, 2]], [1]), ([[1], [1]], [1, 2]), ([[0]], [1])],
    ids=["many solutions", "too few rows", "no solution", "nothing"],
)
def test_no_single_solution(B, c):
    assert solve(np.array(B, dtype=object), np.array(c, dtype=object)) is None

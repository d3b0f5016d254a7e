"""The building blocks: exact where they say so, and their tables of coefficients recomputed."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer.backend import elementary

NUMBER = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


@given(NUMBER, NUMBER)
def test_two_sum_and_two_product_are_exact(x, y):
    with mpmath.workprec(2000):
        total, lost = elementary.two_sum(x, y)
        assert mpmath.mpf(float(total)) + float(lost) == mpmath.mpf(x) + y
        product, lost = elementary.two_product(x, y)
        assert mpmath.mpf(float(product)) + float(lost) == mpmath.mpf(x) * y


@given(st.floats(1e-300, 1e300), st.floats(-1e300, 1e300))
def test_product_and_quotient_keep_twice_the_digits(parameter, x):
    x = np.array([x])
    with mpmath.workprec(2000):
        for function, exact in (
            (elementary.product_with, mpmath.mpf(parameter) * float(x[0])),
            (elementary.quotient_by, mpmath.mpf(float(x[0])) / parameter),
        ):
            with np.errstate(all="ignore"):
                high, low = function(np.float64(parameter), x)
            found = mpmath.mpf(float(high[0])) + float(low[0])
            if 1e-100 < abs(exact) < 900:
                assert abs(found - exact) <= abs(exact) * mpmath.mpf(2) ** -100
            elif abs(exact) >= 900:
                assert abs(found) >= 450
                assert (found > 0) == (exact > 0)


def test_scaled_exp_reaches_below_the_smallest_number():
    high, low = np.array([-1300.0, -745.3, -601.0, -20.0]), np.array([1e-14, -3e-14, 0.0, 1e-16])
    e, scale = elementary.scaled_exp(high, low)
    with mpmath.workprec(200):
        for upper, lower, found, factor in zip(high, low, e, scale, strict=True):
            exact = mpmath.exp(mpmath.mpf(upper) + lower)
            assert abs(mpmath.mpf(found) * factor / exact - 1) < 3e-16


def test_the_shift_of_scaled_exp_costs_no_digit():
    with mpmath.workprec(200):
        factor = mpmath.mpf(elementary._EXP_OF_MINUS_SHIFT)
        assert abs(factor / mpmath.exp(-elementary._SHIFT) - 1) < 4e-20


@pytest.mark.parametrize("size", [1, 7, 1000, 100_000])
def test_sum_of_fractions(size):
    rng = np.random.default_rng(size)
    x = np.exp(-rng.uniform(0, 40, size))
    high, low = elementary.sum_of_fractions(x)
    with mpmath.workprec(300):
        exact = mpmath.fsum(mpmath.mpf(float(v)) for v in x)
        assert abs(mpmath.mpf(float(high[0])) + float(low[0]) - exact) < exact * 1e-24


def test_tail_of_the_normal_distribution():
    t = np.concatenate([np.linspace(0, 40, 301), [1e-9, 0.75]])
    found = elementary.normal_tail(t)
    with mpmath.workprec(200):
        exact = [
            mpmath.erfc(mpmath.mpf(v) / mpmath.sqrt(2)) / 2 * mpmath.exp(mpmath.mpf(v) ** 2 / 2) for v in t
        ]
    assert max(abs(f / e - 1) for f, e in zip(found, exact, strict=True)) < 5e-16


def test_tail_coefficients_are_the_interpolating_polynomial():
    count = len(elementary._TAIL)
    with mpmath.workprec(400):
        nodes = [mpmath.cos(mpmath.pi * (2 * j + 1) / (2 * count)) for j in range(count)]
        values = []
        for v in nodes:
            t = mpmath.mpf(45) / 4 / (mpmath.mpf(5) / 4 - v) - 5
            values.append((t + 0.75) * mpmath.exp(t * t / 2) * mpmath.erfc(t / mpmath.sqrt(2)) / 2)
        powers = mpmath.matrix([[v**k for k in range(count)] for v in nodes])
        coefficients = mpmath.lu_solve(powers, mpmath.matrix(values))
        assert [float(c) for c in coefficients] == list(elementary._TAIL)


def test_centre_of_the_normal_distribution():
    x = np.concatenate([np.linspace(-0.75, 0.75, 101)])
    found = 0.5 + x * elementary.normal_centre(x)
    with mpmath.workprec(200):
        exact = [mpmath.ncdf(mpmath.mpf(v)) for v in x]
    assert max(abs(f / e - 1) for f, e in zip(found, exact, strict=True)) < 4e-16

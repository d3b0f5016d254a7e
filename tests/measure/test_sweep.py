"""Where something holds, to the last float; where a function is largest; how many floats there are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer.measure.sweep import extremum, floats, fraction_of_floats, regions

KINDS = (np.float32, np.float64)


@pytest.mark.parametrize("kind", KINDS)
def test_every_binade_of_both_signs_is_there(kind):
    points = floats((), kind)
    limits = np.finfo(kind)
    assert np.all(np.diff(points[1:-1].astype(np.longdouble)) > 0)
    assert (points[0], points[-1]) == (-np.inf, np.inf)
    finite = points[np.isfinite(points) & (points > 0)]
    assert set(np.frexp(finite)[1]) == set(range(limits.minexp - limits.nmant + 1, limits.maxexp + 1))
    assert limits.max in points
    assert limits.smallest_subnormal in points
    np.testing.assert_array_equal(points, -points[::-1])


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_an_interval_is_found_to_the_last_float(one, other):
    low, high = sorted((one + 0.0, other + 0.0))
    points = np.union1d(floats(), [low, high])
    assert regions(lambda a: (a >= low) & (a <= high), points) == ((low, high),)


@given(st.floats(-1024, 1024, width=32), st.floats(2**-10, 1024, width=32))
def test_the_ends_of_two_intervals_in_float32(low, distance):
    low, high = np.float32(low), np.float32(low + distance)
    found = regions(lambda a: (a < low) | (a > high), np.union1d(floats((), np.float32), [low, high]))
    inner = (np.nextafter(low, np.float32(-np.inf)), np.nextafter(high, np.float32(np.inf)))
    assert found == ((-math.inf, float(inner[0])), (float(inner[1]), math.inf))


def test_single_floats_can_be_left_out():
    assert regions(lambda a: a == 0, floats()) == ((0.0, 0.0),)
    assert regions(lambda a: a == 0, floats(), minimum=2) == ()


@pytest.mark.parametrize("kind", KINDS)
def test_half_of_all_floats_are_below_zero(kind):
    limits = np.finfo(kind)
    everything = 2 * (2 ** (limits.bits - 1) - 2**limits.nmant) - 1
    assert fraction_of_floats(((-math.inf, math.inf),), kind) == 1.0
    assert fraction_of_floats(((0.0, 0.0),), kind) == 1 / everything
    assert fraction_of_floats(((-math.inf, 0.0),), kind) == pytest.approx(0.5, abs=1e-6)


@np.errstate(over="ignore")
@given(st.floats(-20, 20), st.floats(0.5, 50))
def test_the_largest_value(at, width):
    value, found = extremum(lambda a: np.exp(-(((a - at) / width) ** 2)), floats())
    assert value == pytest.approx(1.0, abs=1e-15)
    assert found == pytest.approx(at, abs=1e-6 * width)


def test_a_largest_value_at_the_end_and_of_equals_the_nearest_to_zero():
    assert extremum(lambda a: a, floats()[1:-1]) == (np.finfo(float).max, np.finfo(float).max)
    assert extremum(lambda a: np.minimum(a, 3.0), floats((3.0,))) == (3.0, 3.0)

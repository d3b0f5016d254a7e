"""Means under a normal distribution against mpmath: other formulas, another rule, thirty digits."""

import math

import mpmath
import numpy as np
import pytest

from multilayer.activations import Elementwise, catalogue
from multilayer.measure.sweep import mass, mean
from tests.reference.activations import REFERENCES
from tests.reference.arithmetic import slow

ELEMENTWISE = [act for act in catalogue if isinstance(act, Elementwise)]


def exact_mean(activation, deviation, power):
    reference = REFERENCES[activation.facts.name].value
    parameters = [mpmath.mpf(float(p)) for p in activation.parameters]

    def integrand(z):
        return reference(slow, deviation * z, *parameters) ** power * mpmath.npdf(z)

    with mpmath.workdps(20):
        kinks = [mpmath.mpf(kink) / deviation for kink in activation.facts.kinks]
        points = sorted({mpmath.mpf(p) for p in (-30, -12, -6, -3, -1, 0, 1, 3, 6, 12, 30)} | set(kinks))
        return float(mpmath.quad(integrand, points, maxdegree=5))


@pytest.mark.slow
@pytest.mark.parametrize("deviation", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda act: act.facts.name)
def test_mean_and_mean_square_of_every_activation(activation, deviation):
    kinks = activation.facts.kinks
    first, second = exact_mean(activation, deviation, 1), exact_mean(activation, deviation, 2)
    found = mean(lambda a: np.square(activation(a)), deviation, kinks)
    assert found == pytest.approx(second, rel=1e-11)
    assert mean(activation, deviation, kinks) == pytest.approx(
        first, rel=1e-11, abs=1e-12 * math.sqrt(second)
    )


@pytest.mark.parametrize("deviation", [1e-6, 1e-2, 1.0, 30.0, 1e4])
def test_moments_at_every_scale(deviation):
    assert mean(np.square, deviation) == pytest.approx(deviation**2, rel=1e-14)
    assert mean(lambda a: a**4, deviation) == pytest.approx(3 * deviation**4, rel=1e-14)
    # A jump far inside or far outside of the bulk is met exactly, for the panels are split there.
    for kink in (0.0, 0.7 * deviation, -3.0 * deviation):
        share = mean(lambda a, kink=kink: a > kink, deviation, (kink,))
        assert share == pytest.approx(float(mpmath.ncdf(-kink / deviation)), rel=1e-13)


def test_no_spread_is_the_value_itself():
    assert mean(np.exp, 0.0) == 1.0


@pytest.mark.parametrize(
    "interval", [(-math.inf, math.inf), (-math.inf, -2.0), (1.5, math.inf), (8.0, 9.0), (-1, 3)]
)
def test_mass(interval):
    low, high = interval
    with mpmath.workdps(40):
        exact = mpmath.ncdf(high) - mpmath.ncdf(low)
    assert mass((interval,)) == pytest.approx(float(exact), rel=1e-13)

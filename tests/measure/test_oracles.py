"""Measured figures against analysis and against mpmath's and SciPy's own searches."""

import math

import mpmath
import numpy as np
import pytest
from scipy import integrate, optimize

from multilayer.activations import Custom, Elementwise, Surrogate, catalogue, get, measure
from multilayer.measure import NoFigure
from tests.measure.efforts import DEEP
from tests.reference.activations import REFERENCES
from tests.reference.arithmetic import slow

ELEMENTWISE = [act for act in catalogue if isinstance(act, Elementwise)]


def slope(name):
    """h' in mpmath, with the parameters of the catalogue."""
    parameters = [mpmath.mpf(float(p)) for p in get(name).parameters]
    return lambda a: REFERENCES[name].derivative(slow, mpmath.mpf(a), *parameters)


def root(name, level, near):
    with mpmath.workdps(30):
        return float(mpmath.findroot(lambda a: abs(slope(name)(a)) - level, near))


INF = math.inf
LOG99 = math.log(99.0)
# The edge for squareplus: (1 + x / sqrt(x^2 + 4)) / 2 = 0.01.
SQUAREPLUS = -2 * 0.98 / math.sqrt(1 - 0.98**2)
SATURATED = {
    "sigmoid": [(-INF, -math.log((1 + math.sqrt(0.99)) / (1 - math.sqrt(0.99)))), None],
    "tanh": [(-INF, -math.atanh(math.sqrt(0.99))), None],
    "softsign": [(-INF, -9.0), None],
    "hard_tanh": [(-INF, -1.0), None],
    "hard_sigmoid": [(-INF, -3.0), None],
    "relu": [(-INF, 0.0)],
    "relu6": [(-INF, 0.0), (6.0, INF)],
    "thresholded_relu": [(-INF, 1.0)],
    "leaky_relu": [],
    "identity": [],
    "elu": [(-INF, math.log(0.01))],
    "softplus": [(-INF, -LOG99)],
    "log_sigmoid": [(LOG99, INF)],
    "squareplus": [(-INF, SQUAREPLUS)],
    "hard_shrink": [(-0.5, 0.5)],
    "soft_shrink": [(-0.5, 0.5)],
    "tanh_shrink": [(-math.atanh(0.1), math.atanh(0.1))],
    "hard_swish": [(-INF, -3.0), (-1.5 - 0.045, -1.5 + 0.045)],
}


@pytest.mark.parametrize("name", SATURATED)
def test_saturated_regions_by_analysis(name):
    found = measure(name, only=["saturation"]).saturation.regions
    expected = [tuple(-end for end in SATURATED[name][0][::-1]) if r is None else r for r in SATURATED[name]]
    np.testing.assert_allclose(np.reshape(found, (-1, 2)), np.reshape(expected, (-1, 2)), rtol=1e-13)


@pytest.mark.parametrize("name", ["gelu", "gelu_tanh", "silu", "mish", "gaussian", "celu", "selu"])
def test_saturated_regions_by_root_finding(name):
    found = measure(name, only=["saturation"]).saturation
    ends = [end for region in found.regions for end in region if math.isfinite(end)]
    assert ends
    for end in ends:
        assert end == pytest.approx(root(name, found.threshold, end), rel=1e-11)


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda act: act.facts.name)
def test_saturation_by_its_definition(activation):
    found = measure(activation, only=["saturation", "lipschitz"])
    if not found.saturation:
        assert activation.facts.name in ("step", "exponential")
        return
    a = np.concatenate([np.linspace(-40, 40, 4001), np.random.default_rng(0).standard_normal(1000)])
    inside = np.zeros(a.shape, bool)
    for low, high in found.saturation.regions:
        inside |= (low <= a) & (a <= high)
    np.testing.assert_array_equal(inside, np.abs(activation.derivative(a)) < found.saturation.threshold)


def sup(name, near):
    """The largest |h'|, where mpmath finds the derivative of h' to be 0."""
    with mpmath.workdps(30):
        at = mpmath.findroot(lambda a: mpmath.diff(slope(name), a), near)
        return float(abs(slope(name)(at))), float(at)


SUP = {
    "gelu": sup("gelu", 1.4),
    "gelu_tanh": sup("gelu_tanh", 1.4),
    "silu": sup("silu", 2.4),
    "mish": sup("mish", 1.5),
    "gaussian": (math.sqrt(2 / math.e), math.sqrt(0.5)),
    "sigmoid": (0.25, 0.0),
    "tanh": (1.0, 0.0),
    "softsign": (1.0, 0.0),
}


@pytest.mark.parametrize("name", SUP)
def test_lipschitz_constants_by_maximization(name):
    found = measure(name, only=["lipschitz"]).lipschitz
    value, at = SUP[name]
    assert found.constant == pytest.approx(value, rel=4e-16)
    ((low, high),) = found.attained
    assert low == high
    assert abs(low) == pytest.approx(abs(at), abs=1e-6)


def test_lipschitz_constants_of_the_literature():
    constants = {
        name: measure(name, only=["lipschitz"]).lipschitz.constant for name in ("gelu", "silu", "mish")
    }
    assert {name: round(value, 4) for name, value in constants.items()} == {
        "gelu": 1.1289,
        "silu": 1.0998,
        "mish": 1.0885,
    }
    assert measure("selu", only=["lipschitz"]).lipschitz.constant == pytest.approx(
        1.0507009873554805 * 1.6732632423543772
    )


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "hard_tanh", "soft_shrink"])
def test_a_slope_that_is_attained_on_a_stretch(name):
    found = measure(name, only=["lipschitz"]).lipschitz
    assert found.constant == 1.0
    assert all(high - low > 1.0 for low, high in found.attained)


@pytest.mark.parametrize(("name", "jump"), [("step", 0.0), ("thresholded_relu", 1.0), ("hard_shrink", 0.5)])
def test_a_jump_has_no_lipschitz_constant(name, jump):
    found = measure(name, only=["lipschitz"]).lipschitz
    assert math.isinf(found.constant)
    assert jump in found.jumps


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda act: act.facts.name)
def test_no_chord_is_steeper_than_the_lipschitz_constant(activation):
    constant = measure(activation, only=["lipschitz"]).lipschitz.constant
    a = np.sort(np.random.default_rng(1).normal(0.0, 3.0, 2000))
    with np.errstate(all="ignore"):
        steepest = np.max(np.abs(np.diff(activation(a))) / np.diff(a))
    assert steepest <= constant * (1 + 1e-6)
    if math.isfinite(constant):
        assert steepest >= 0.97 * constant


@pytest.mark.parametrize("name", ["sigmoid", "hard_sigmoid", "gaussian", "log_sigmoid"])
def test_the_fixed_point_of_the_variance_map_by_scipy(name):
    activation = get(name)

    def mapped(q):
        points = sorted(kink / math.sqrt(q) for kink in activation.facts.kinks) or None
        integrand = lambda z: float(activation(math.sqrt(q) * z)) ** 2 * math.exp(-z * z / 2)  # noqa: E731
        return integrate.quad(integrand, -12, 12, points=points, epsabs=1e-12)[0] / math.sqrt(2 * math.pi)

    found = measure(name, only=["signal"]).signal
    (point,) = found.fixed_points
    s2 = found.weight_variance
    assert s2 == pytest.approx(1.0 if "sigmoid" in name and name != "log_sigmoid" else 1.0 / mapped(1.0))
    expected = optimize.brentq(lambda q: s2 * mapped(q) - q, 1e-3, 1e3, xtol=1e-12)
    assert point.variance == pytest.approx(expected, rel=1e-8)
    rate = (mapped(expected * 1.001) - mapped(expected * 0.999)) / (0.002 * expected)
    assert point.slope == pytest.approx(s2 * rate, rel=1e-4)
    assert point.stability == "attracts"


def test_a_map_with_two_fixed_points():
    # With weights that keep 1, V(q) = exp(2 q - 2): the other crossing is the other branch of Lambert's W.
    stable, unstable = measure("exponential", only=["signal"]).signal.fixed_points
    assert stable.variance == pytest.approx(float(-mpmath.lambertw(-2 * mpmath.e**-2)) / 2, rel=1e-5)
    assert unstable.variance == pytest.approx(1.0, rel=1e-5)
    assert (stable.stability, unstable.stability) == ("attracts", "repels")
    assert unstable.slope == pytest.approx(2.0, rel=1e-4)


@pytest.mark.parametrize("name", ["identity", "relu", "leaky_relu", "prelu"])
def test_piecewise_linear_through_zero_keeps_every_variance(name):
    found = measure(name, only=["signal"]).signal
    assert found.keeps_every
    np.testing.assert_allclose(found.mapped, found.q, rtol=2e-6)


@pytest.mark.parametrize("name", ["sigmoid", "elu", "selu", "softplus"])
def test_depth_agrees_with_the_theory_of_wide_networks(name):
    """At the fixed point a layer multiplies the mean square of a gradient by a known number."""
    found = measure(name, only=["signal", "depth"], effort=DEEP)
    (per_layer,) = (point.gradient for point in found.signal.fixed_points if point.stability == "attracts")
    expected = 25 * math.log10(per_layer)
    assert found.depth.chosen.orders == pytest.approx(-expected, abs=0.6 + 0.05 * abs(expected))


@pytest.mark.parametrize("seeds", [4, 6, 9, 12, 20])
def test_the_interval_of_the_median_has_its_coverage(seeds):
    from multilayer.measure.gradients import _band

    skipped, coverage = _band(seeds)
    draws = np.sort(np.random.default_rng(seeds).standard_normal((20_000, seeds)), axis=1)
    found = np.mean((draws[:, skipped] <= 0) & (draws[:, -1 - skipped] >= 0))
    assert found == pytest.approx(coverage, abs=0.006)
    assert seeds < 6 or coverage >= 0.95


@pytest.mark.parametrize("activation", ELEMENTWISE, ids=lambda act: act.facts.name)
def test_ranges_are_what_the_facts_declare(activation):
    found = measure(activation, only=["range"]).range
    assert found.as_declared
    exact = {"gelu": -0.16997120747990369, "silu": -0.27846454276107379, "mish": -0.30884341301725043}
    if activation.facts.name in exact:
        assert found.low == pytest.approx(exact[activation.facts.name], rel=1e-12)


def test_a_range_that_is_not_declared_right_is_found_out():
    from multilayer.activations import Interval

    bowl = Custom(
        "bowl", lambda a: a * a - 1.0, lambda a: 2.0 * a, range=Interval(0.0, math.inf, (True, False))
    )
    found = measure(bowl, only=["range"]).range
    assert not found.as_declared
    assert (found.low, found.lowest_at) == (-1.0, 0.0)


def test_slopes_without_end_and_where():

    def attained(value, derivative, **facts):
        made = Custom("made", value, derivative, **facts)
        found = measure(made, only=["lipschitz", "saturation"])
        assert not found.saturation
        assert math.isinf(found.lipschitz.constant)
        return found.lipschitz.attained[0][0]

    def root(a):
        return np.sign(a) * np.sqrt(np.abs(a))

    assert measure("exponential", only=["lipschitz"]).lipschitz.attained == ((INF, INF),)
    assert attained(lambda a: np.exp(-a), lambda a: -np.exp(-a)) == INF * -1
    assert math.isinf(attained(lambda a: a**3, lambda a: 3 * a**2))
    # However slowly: the derivative of a log(1 + |a|) has reached 711 at the last float.
    slowly = attained(
        lambda a: a * np.log1p(np.abs(a)), lambda a: np.log1p(np.abs(a)) + np.abs(a) / (1 + np.abs(a))
    )
    assert math.isinf(slowly)
    assert attained(root, lambda a: 0.5 / np.sqrt(np.abs(a)), kinks=(0.0,)) == 0.0


def test_a_wave_is_saturated_again_and_again():

    found = measure(Custom("wave", np.sin, np.cos), only=["saturation", "lipschitz", "range"])
    near = [region for region in found.saturation.regions if abs(region[0]) < 30]
    np.testing.assert_allclose(np.mean(near, axis=1), np.pi * (np.arange(-10, 10) + 0.5), rtol=1e-12)
    np.testing.assert_allclose(np.diff(near), 2 * math.asin(0.01), rtol=1e-10)
    assert found.saturation.cells() == (f"{len(found.saturation.regions)} regions",)
    assert (found.lipschitz.constant, found.range.low, found.range.high) == (1.0, -1.0, 1.0)


def test_zero_derivatives():
    relu = measure("relu", only=["zero_derivative"]).zero_derivative
    assert relu.probability == 0.5
    assert relu.regions == ((-INF, 0.0),)
    sigmoid = measure("sigmoid", only=["zero_derivative"]).zero_derivative
    # Underflow: exp(-|a|) rounds to 0 from ln 2^1075 on.
    assert sigmoid.regions[1][0] == pytest.approx(1075 * math.log(2), rel=1e-4)
    assert measure("identity", only=["zero_derivative"]).zero_derivative.regions == ()
    hard = measure("hard_tanh", only=["zero_derivative"]).zero_derivative
    assert hard.probability == pytest.approx(math.erfc(math.sqrt(0.5)), rel=1e-14)
    # A zero that is crossed is no region: gelu has one at -0.75, and underflow far out.
    assert [high < -38 for _, high in measure("gelu", only=["zero_derivative"]).zero_derivative.regions] == [
        True
    ]


def test_accuracy_finds_an_error_that_is_there():

    found = measure("sigmoid", only=["accuracy"]).accuracy
    assert 0.4 < found.ulp <= 2.0
    plain = Custom("plain", lambda a: a * 1.0, np.ones_like)
    assert measure(plain, only=["accuracy"]).accuracy.ulp == 0.0
    assert isinstance(measure(Surrogate(get("step"), get("sigmoid")), only=["accuracy"]).accuracy, NoFigure)


def test_the_gradient_at_a_variance_of_nothing_is_the_limit():
    """relu6 is relu there: half of the slopes are 1, although the one at 0 itself is 0."""
    found = measure("relu6", only=["signal"]).signal
    (point,) = found.fixed_points
    assert point.variance == 0.0
    assert point.gradient == pytest.approx(0.5 * found.weight_variance, rel=1e-12)
    assert point.slope == pytest.approx(0.5 * found.weight_variance, rel=1e-9)

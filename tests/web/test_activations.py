"""The explorer of activations, without a browser: numbers are the catalogue's, shades are the measured ones."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import InputError, diagnose
from multilayer._base.table import number_text
from multilayer._base.text import percent
from multilayer.activations import AlongAxis, Custom, catalogue, curves_of
from multilayer.diagnosis.layers import sensitivity
from multilayer.initializers import He
from multilayer.measure.curve import Saturation
from multilayer.measure.property import Effort
from multilayer.network import MLP, Dense
from multilayer.web.endpoint import Nothing
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, Session, State
from multilayer.web.textbook import in_float32
from multilayer.web.views.activations import ActivationRequest, cards, curve
from multilayer.web.views.beginnings import BeginningsRequest, beginnings, starting_network

EACH = pytest.mark.parametrize("activation", catalogue, ids=lambda each: each.facts.name)


@pytest.fixture
def session():
    return Session(PRESETS["seed"].make())


@EACH
@pytest.mark.parametrize("at", ["0", "-0.5", "2.25", "-100", "1e-20"])
def test_the_numbers_at_a_are_the_activations(session, activation, at):
    cursor = curve(session, ActivationRequest(activation.facts.name, at=at, digits=None)).cursor
    found = {name: text for name, _, text in cursor}
    value, slope = curves_of(activation)
    assert found["h"] == str(value(np.float64(at)))
    assert found["dh"] == str(slope(np.float64(at)))
    assert found["float32"] == str(value(np.float32(at)))


@EACH
def test_shades_are_the_measured_regions(session, activation):
    found = curve(session, ActivationRequest(activation.facts.name, reach=8.0)).regions
    measured = None if isinstance(activation, AlongAxis) else Saturation.measure(activation, Effort())
    regions = getattr(measured, "regions", ())
    expected = [(number_text(low, 6), number_text(high, 6)) for low, high in regions if low < 8 and high > -8]
    assert [(each.low, each.high) for each in found] == expected


@EACH
def test_curves_are_drawn_through_their_values(session, activation):
    found = curve(session, ActivationRequest(activation.facts.name))
    for pieces, function in zip((found.value, found.slope), curves_of(activation), strict=True):
        points = np.array([point for piece in pieces for point in piece])
        assert len(points) > 100
        assert np.array_equal(function(points[:, 0]), points[:, 1])


def test_tails_are_drawn_as_powers_of_ten(session):
    found = curve(session, ActivationRequest("sigmoid", reach=120.0, logarithmic=True))
    (points,) = found.value
    a, y = np.array(points).T
    sigmoid = next(each for each in catalogue if each.facts.name == "sigmoid")
    np.testing.assert_array_equal(y, np.log10(sigmoid(a)))
    assert y[0] < -50
    relu = curve(session, ActivationRequest("relu", logarithmic=True))
    assert min(a for piece in relu.value for a, _ in piece) > 0  # of 0 there is no logarithm


@pytest.mark.parametrize("scale", [1.0, 20.0])
def test_the_saturated_share_is_the_diagnosis_own(scale):
    rng = np.random.default_rng(0)
    net = MLP(
        [Dense(scale * rng.standard_normal((3, 7)), np.zeros(7), "tanh"), Dense(np.ones((7, 1)), [0.0])]
    )
    X = rng.standard_normal((50, 3))
    session = Session(State(net, Rows(X, rng.standard_normal(50))))
    found = curve(session, ActivationRequest("tanh", layer=1)).overlay
    threshold = sensitivity(net.layers[0].activation).threshold
    saturated = np.abs(net.layers[0].activation.derivative(net.trace(X)[0].a)) < threshold
    assert found.saturated == percent(float(saturated.mean()))
    assert sum(found.counts) == 50 * 7
    stuck = [each for each in diagnose(net, X).findings if each.check == "saturated_units"]
    assert bool(stuck) == ((saturated.mean(axis=0) > 0.9).any() or saturated.mean() > 0.75)


def test_sums_beyond_the_curve_are_counted_at_its_ends():
    net = MLP([Dense([[1.0]], [0.0], "tanh")])
    X = np.array([[-1e300], [-9.0], [0.1], [6.0], [7.0]])
    found = curve(Session(State(net, Rows(X, None))), ActivationRequest("tanh", reach=6.0, layer=1)).overlay
    assert (found.edges[0], found.edges[-1]) == (-6.0, 6.0)
    counts = dict(enumerate(found.counts))
    assert {place: count for place, count in counts.items() if count} == {
        0: 2,
        len(counts) // 2: 1,
        len(counts) - 1: 2,
    }


def test_parameters_outside_their_limits_are_refused_with_the_limit(session):
    with pytest.raises(InputError, match="above 0"):
        curve(session, ActivationRequest("elu", {"alpha": -1.0}))
    with pytest.raises(InputError, match="no parameter"):
        curve(session, ActivationRequest("relu", {"slope": 1.0}))
    with pytest.raises(InputError, match="there is no layer 3"):
        curve(session, ActivationRequest("relu", layer=3))
    with pytest.raises(InputError, match="expected a number"):
        curve(session, ActivationRequest("relu", at="abc"))


def test_sliders_stay_within_the_limits(session):
    for card in cards(session, Nothing()):
        for each in card.parameters:
            assert each.low <= each.value <= each.high
            middle = {each.name: (each.low + each.high) / 2}
            if card.name != "hard_tanh":  # where one end must stay below the other
                curve(session, ActivationRequest(card.name, middle))


def test_a_networks_own_activation_is_listed():
    cube = Custom("cube", lambda a: a**3, lambda a: 3 * a**2)
    net = MLP([Dense([[1.0]], [0.0], cube)])
    session = Session(State(net, Rows(np.array([[2.0]]))))
    assert cards(session, Nothing())[-1].name == "cube"
    assert ("h", "h(a)", "8") in curve(session, ActivationRequest("cube", at="2")).cursor


def test_the_textbook_loses_what_the_catalogue_keeps():
    by_name = {each.facts.name: each for each in catalogue}
    for name in ("sigmoid", "tanh", "softplus", "log_sigmoid", "silu", "mish", "gelu"):
        lost = [
            a for a in np.float32([-100, -20, -9, 100]) if in_float32(by_name[name], a) != by_name[name](a)
        ]
        assert lost, name
        assert np.isclose(in_float32(by_name[name], np.float32(0.5)), by_name[name](0.5), rtol=1e-6)
    assert in_float32(by_name["relu"], np.float32(1)) is None


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu"])
def test_beginnings_are_numpys_of_the_same_seed(session, name):
    activation = next(each for each in catalogue if each.facts.name == name)
    found = {each.name: each.layers for each in beginnings(session, BeginningsRequest(name, 3)).ways}
    layers, X, _ = starting_network(activation, He("normal"), 3)
    for layer, shown in zip(layers, found["he"], strict=True):
        X = activation(X @ layer.W + layer.b)
        assert float(shown.std) == pytest.approx(X.std(), rel=1e-2)
        if name == "sigmoid":
            assert shown.at_ends == percent(float(((X < 0.02) | (X > 0.98)).mean()))
        assert sum(shown.counts) == X.size
    assert (found["he"][0].at_ends is None) == (name == "relu")

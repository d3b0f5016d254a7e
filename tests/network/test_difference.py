"""Changing a weight, and seeing what that changes."""

import math

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, initialize
from tests import seed

NET = seed.network()


def changed_weight():
    W = NET.layers[0].W.copy()
    W[1, 2] = 2.5
    return NET.with_layer(1, W=W)


def test_with_layer_changes_what_is_given_and_nothing_else():
    net = changed_weight()
    assert net.layers[0].W[1, 2] == 2.5
    assert net.layers[1] == NET.layers[1]
    assert net.layers[0].activation == NET.layers[0].activation
    assert NET.layers[0].W[1, 2] == -0.4
    assert NET.with_layer(2) == NET
    assert NET.with_layer(2, activation="softmax").layers[1].activation.facts.name == "softmax"
    np.testing.assert_array_equal(NET.with_layer(1, b=[1, 2, 3, 4]).layers[0].b, [1.0, 2.0, 3.0, 4.0])


def test_the_type_of_the_network_and_its_names_stay():
    net = initialize((2, 3, 2), rng=0, classes=["a", "b"], inputs=["u", "v"], dtype=np.float32)
    other = net.with_layer(2, W=np.ones((3, 2)))
    assert other.dtype == np.float32
    assert (other.classes, other.input_names) == (net.classes, net.input_names)


@pytest.mark.parametrize(
    ("number", "options", "message"),
    [
        (0, {}, "there is no layer 0; this network has layers 1 to 2"),
        (3, {}, "there is no layer 3"),
        (1, {"W": [[1.0, 2.0]]}, "b has shape .4,. but W has 2 columns"),
        (1, {"W": np.ones((2, 5)), "b": np.ones(5)}, "layer 2: W has shape .4, 3. but layer 1 has 5 units"),
        (1, {"W": [[1.0], [1.0, 2.0]]}, "W has rows of different lengths"),
    ],
)
def test_what_does_not_fit(number, options, message):
    with pytest.raises(InputError, match=message):
        NET.with_layer(number, **options)


def test_a_difference_has_the_numbers_of_both():
    after, before = changed_weight().trace(seed.X), NET.trace(seed.X)
    difference = after - before
    assert len(difference) == 2
    for change, new, old in zip(difference, after, before, strict=True):
        np.testing.assert_array_equal(change.W, new.layer.W - old.layer.W)
        np.testing.assert_array_equal(change.a, new.a - old.a)
        np.testing.assert_array_equal(change.z, new.z - old.z)
    assert np.count_nonzero(difference[0].W) == 1
    assert not difference[1].W.any()
    assert len(difference[0:2]) == 2


def test_a_difference_prints_what_changed():
    net = MLP(NET.layers, inputs=["u", "v"], classes=["a", "b", "c"])
    W = net.layers[0].W.copy()
    W[1, 2] = 2.5
    text = repr(net.with_layer(1, W=W).trace(seed.X) - net.trace(seed.X))
    assert "w_23(1) = -0.4 -> 2.5" in text
    assert "change of a(1)  (5, 4)" in text
    assert "change of y = z(2)  (5, 3)" in text
    assert text.splitlines()[-1] == "not changed: x, b(1), W(2), b(2)"
    html = (net.with_layer(1, W=W).trace(seed.X) - net.trace(seed.X))._repr_html_()
    assert "w_23(1) = -0.4 -&gt; 2.5" in html
    assert (
        repr(net.trace(seed.X) - net.trace(seed.X))
        == "not changed: x, W(1), b(1), a(1), z(1), W(2), b(2), a(2), y = z(2)"
    )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_in_both_is_no_change(value):
    net = MLP([Dense([[1.0], [1.0]])])
    x = [value, 1.0]
    same = net.trace(x) - net.trace(x)
    assert not same[0].x.any()
    assert not same[0].a.any()
    assert repr(same).startswith("not changed: x")


def test_only_traces_of_one_shape_are_compared():
    with pytest.raises(InputError, match=r"x has shape \(4, 2\) and \(5, 2\)"):
        NET.trace(seed.X[:4]) - NET.trace(seed.X)
    with pytest.raises(InputError, match=r"one trace has 1 layers and the other 2|has shape"):
        MLP(NET.layers[:1]).trace(seed.X) - NET.trace(seed.X)
    with pytest.raises(InputError, match="a trace is compared with another trace; got int"):
        NET.trace(seed.X) - 1


def test_networks_and_differences_in_notebooks():
    assert NET._repr_html_() == NET.summary()._repr_html_()

"""Layers joined by the identity are one layer."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import MLP, Dense, InputError
from multilayer.activations import relu, sigmoid
from multilayer.network import equality


def integer_network(shape, entropy=0):
    rng = np.random.default_rng(entropy)
    return MLP(Dense(rng.integers(-9, 9, (n, m)), rng.integers(-9, 9, m)) for n, m in pairwise(shape))


@given(st.lists(st.integers(1, 6), min_size=2, max_size=6), st.integers(0, 2**32))
def test_a_linear_network_of_integers_collapses_exactly(shape, entropy):
    net = integer_network(shape, entropy)
    one = net.collapse()
    assert one.widths == (shape[0], shape[-1])
    assert equality(net, one)
    x = np.random.default_rng(entropy).integers(-9, 9, (4, shape[0]))
    np.testing.assert_array_equal(net(x), one(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_collapsed_weights_are_the_product_rounded_once(dtype):
    rng = np.random.default_rng(3)
    W1, W2 = rng.normal(size=(3, 5)).astype(dtype), rng.normal(size=(5, 2)).astype(dtype)
    one = MLP([Dense(W1), Dense(W2)]).collapse().layers[0]
    for i, j in np.ndindex(one.W.shape):
        exact = sum(Fraction(float(W1[i, k])) * Fraction(float(W2[k, j])) for k in range(5))
        spacing = Fraction(float(np.spacing(abs(one.W[i, j]))))
        assert abs(Fraction(float(one.W[i, j])) - exact) <= spacing * Fraction(501, 1000)


def test_only_layers_joined_by_the_identity_are_joined():
    rng = np.random.default_rng(4)
    shapes = [(2, 3), (3, 4), (4, 5), (5, 6), (6, 2)]
    hidden = [None, relu, None, None, sigmoid]
    net = MLP(
        Dense(rng.normal(size=s), rng.normal(size=s[1]), h or "identity")
        for s, h in zip(shapes, hidden, strict=True)
    )
    one = net.collapse()
    assert one.widths == (2, 4, 2)
    assert [layer.activation for layer in one.layers] == [relu, sigmoid]
    x = rng.normal(size=(20, 2))
    np.testing.assert_allclose(one(x), net(x), rtol=1e-12)


def test_names_survive_and_a_nonlinear_network_stays():
    net = MLP([Dense([[1.0, 2.0]], None, relu)], classes=["a", "b"], inputs=["x"])
    assert net.collapse() == net


def test_equality_measures_how_far_a_wrong_collapse_is_off():
    net = integer_network((2, 3, 1))
    layer = net.collapse().layers[0]
    wrong = MLP([Dense(layer.W + 0.5, layer.b)])
    found = equality(net, wrong)
    assert not found
    assert (found.numbers, found.exact, found.largest_difference) == (3, 1, 0.5)
    assert "differ by at most 0.5" in str(found)
    with pytest.raises(InputError, match="does not have the layers"):
        equality(net, net)

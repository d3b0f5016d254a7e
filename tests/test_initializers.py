"""Starting weights: their spread, their choice, and scikit-learn's own numbers."""

import math

import numpy as np
import pytest

from multilayer import InputError, initialize, initializers
from multilayer.activations import (
    LeakyReLU,
    PReLU,
    catalogue,
    gelu,
    identity,
    relu,
    selu,
    sigmoid,
    softmax,
    tanh,
)
from multilayer.initializers import (
    Glorot,
    He,
    LeCun,
    Orthogonal,
    ScikitLearn,
    VariancePreserving,
    for_activation,
)


@pytest.mark.parametrize(
    ("initializer", "activation", "variance"),
    [
        (Glorot("uniform"), tanh, 2 / (300 + 200)),
        (Glorot("normal"), tanh, 2 / (300 + 200)),
        (He("uniform"), relu, 2 / 300),
        (He("normal"), relu, 2 / 300),
        (LeCun("uniform"), selu, 1 / 300),
        (LeCun("normal"), selu, 1 / 300),
        (VariancePreserving(), relu, 2 / 300),
        (VariancePreserving(), LeakyReLU(0.5), 2 / (1 + 0.25) / 300),
        (VariancePreserving("uniform"), selu, 1 / 300),
    ],
    ids=repr,
)
def test_variance(initializer, activation, variance):
    assert initializer.variance(300, 200, activation) == pytest.approx(variance, rel=1e-4)
    W, b = initializer(300, 200, activation, np.random.default_rng(0))
    assert W.shape == (300, 200)
    assert not b.any()
    assert W.var() == pytest.approx(variance, rel=0.02)
    assert abs(W.mean()) < 0.01 * math.sqrt(variance)
    if initializer.distribution == "uniform":
        assert np.abs(W).max() == pytest.approx(math.sqrt(3 * variance), rel=1e-3)


@pytest.mark.parametrize(("inputs", "units"), [(7, 3), (3, 7), (4, 4)])
def test_orthogonal(inputs, units):
    W, _ = Orthogonal(2.0)(inputs, units, identity, np.random.default_rng(0))
    product = W.T @ W if inputs >= units else W @ W.T
    np.testing.assert_allclose(product, 4 * np.eye(min(inputs, units)), atol=1e-12)


def test_choice():
    assert for_activation(sigmoid) == for_activation(softmax) == for_activation(identity) == Glorot("uniform")
    assert for_activation(relu) == for_activation(gelu) == for_activation(selu) == VariancePreserving()


@pytest.mark.parametrize("activation", catalogue, ids=lambda activation: activation.facts.name)
def test_signals_stay_alive_through_ten_layers(activation):
    widths = (64,) * 12
    net = initialize(widths, activation, rng=0, dtype=np.float64)
    z = net.trace(np.random.default_rng(1).normal(size=(200, 64)))[-1].x
    assert np.isfinite(z).all()
    if for_activation(activation) == VariancePreserving() and activation.facts.name != "exponential":
        assert 1e-2 < np.sqrt(np.mean(z**2)) < 1e2


@pytest.mark.parametrize("hidden", ["relu", "logistic"])
def test_the_numbers_of_scikit_learn(hidden):
    from sklearn import neural_network

    X, y = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20.0)
    theirs = neural_network.MLPRegressor(
        hidden_layer_sizes=(5, 4), activation=hidden, max_iter=1, random_state=3, learning_rate_init=1e-300
    )
    with pytest.warns(UserWarning, match="Maximum iterations"):
        theirs.fit(X, y)
    kind = sigmoid if hidden == "logistic" else relu
    ours = initialize(
        (3, 5, 4, 1), kind, initializer=ScikitLearn(kind), dtype=np.float64, rng=np.random.RandomState(3)
    )
    for layer, W, b in zip(ours.layers, theirs.coefs_, theirs.intercepts_, strict=True):
        np.testing.assert_array_equal(layer.W, W)
        np.testing.assert_array_equal(layer.b, b)


def test_same_seed_same_network():
    assert initialize((3, 4, 2), rng=5) == initialize((3, 4, 2), rng=np.random.default_rng(5))
    assert initialize((3, 4, 2), rng=5) != initialize((3, 4, 2), rng=6)
    assert initialize((3, 4, 2), ["tanh"], "softmax", initializer="orthogonal", rng=0).widths == (3, 4, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (((3,),), "at least two whole numbers"),
        (((3, 0, 1),), "above 0"),
        (((3, 2.5, 1),), "whole numbers"),
        (
            ((3, 4, 1), ["relu", "relu"]),
            "hidden names 2 activations; expected one, or one per hidden layer, 1",
        ),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(InputError, match=message):
        initialize(*arguments)
    with pytest.raises(InputError, match="did you mean 'he_normal'"):
        initializers.get("he_norml")
    with pytest.raises(InputError, match="rng must be"):
        initialize((2, 2), rng="seed")
    with pytest.raises(InputError, match="distribution"):
        Glorot("uniformly")


def test_units_with_parameters_of_their_own():
    slopes = (0.1, 0.2, 0.9)
    found = initialize((400, 3, 1), PReLU(slope=slopes), rng=0, dtype=float).layers[0].W
    mean_square = np.mean([0.5 + 0.5 * slope**2 for slope in slopes])
    assert found.var() == pytest.approx(1.0 / (400 * mean_square), rel=0.1)
    assert initialize((4, 3, 1), PReLU(slope=0.25), rng=0) == initialize(
        (4, 3, 1), PReLU(slope=(0.25,) * 3), rng=0
    ).with_layer(1, activation=PReLU(slope=0.25))

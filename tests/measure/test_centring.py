"""The controlled training: two networks that differ in nothing but where their outputs are centred."""

import numpy as np
import pytest

from multilayer import gradients
from multilayer.activations import Elementwise, catalogue, get
from multilayer.measure.centring import _centred, network_for, task
from multilayer.measure.sweep import mean

SHIFTED = [
    act for act in catalogue if isinstance(act, Elementwise) and abs(mean(act, 1.0, act.facts.kinks)) > 1e-12
]


@pytest.mark.parametrize("activation", SHIFTED, ids=lambda act: act.facts.name)
def test_both_networks_start_as_the_same_function(activation):
    X, _ = task()
    network = network_for(activation, 3)
    c = mean(activation, 1.0, activation.facts.kinks)
    centred = _centred(network, c)
    np.testing.assert_allclose(centred(X), network(X), rtol=1e-10, atol=1e-12)
    plain, shifted = network.trace(X), centred.trace(X)
    for n in (0, 1):
        np.testing.assert_allclose(shifted[n].a, plain[n].a, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(shifted[n].z, plain[n].z - c, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["sigmoid", "relu", "softplus"])
def test_their_gradients_differ_by_the_mean_alone(name):
    """dW of the centred network is dW - c db: the same push on every weight into a unit is what is taken away."""
    X, y = task()
    network = network_for(get(name), 0)
    c = mean(get(name), 1.0, get(name).facts.kinks)
    plain, shifted = (gradients(net, X, y, "squared") for net in (network, _centred(network, c)))
    for n in (0, 1, 2):
        np.testing.assert_allclose(shifted[n].da, plain[n].da, rtol=1e-9, atol=1e-14)
    for n in (1, 2):
        np.testing.assert_allclose(shifted[n].dW, plain[n].dW - c * plain[n].db, rtol=1e-8, atol=1e-12)


def test_the_targets_have_mean_0_and_variance_1():
    X, y = task()
    assert (X.shape, y.shape) == ((128, 8), (128, 1))
    assert y.mean() == pytest.approx(0.0, abs=1e-14)
    assert y.var() == pytest.approx(1.0, rel=1e-14)

"""Keras itself: its files are read with the right matrices, and ours are read by it."""

import os

import numpy as np
import pytest

from multilayer.exchange import read, write
from multilayer.exchange.keras import runtime
from multilayer.exchange.keras.activations import NAMES
from multilayer.exchange.proof import prove, samples_for
from tests.exchange.networks import random_network

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras

L = keras.layers

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


def saved(path, *layers):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), *layers])
    for one in model.layers:  # so that nothing is 0 or 1
        one.set_weights([np.random.default_rng(2).uniform(0.3, 1.5, w.shape) for w in one.get_weights()])
    model.save(path)
    return model


def test_names_and_counters_that_disagree(tmp_path):
    """Four matrices of one shape, whose names are those of other groups in the file."""
    names = ("hidden_one", "dense_3", "dense_1", "dense")
    model = saved(tmp_path / "n.keras", *(L.Dense(4, activation="tanh", name=name) for name in names))
    found = read(tmp_path / "n.keras")
    for layer, dense in zip(found.network.layers, model.layers, strict=True):
        np.testing.assert_array_equal(layer.W, dense.get_weights()[0])
        np.testing.assert_array_equal(layer.b, dense.get_weights()[1])
    assert prove(found.network, *found.program(), samples_for(found.network)).holds
    assert read(model).network == found.network
    write(model, tmp_path / "n.json")
    assert read(tmp_path / "n.json").network == found.network
    model.save_weights(tmp_path / "n.weights.h5")
    assert read(tmp_path / "n.weights.h5", hidden="tanh", output="tanh").network == found.network


@pytest.mark.parametrize("name", NAMES)
def test_activations(tmp_path, name):
    saved(tmp_path / "n.keras", L.Dense(5, activation=name), L.Dense(3, activation=name))
    found = read(tmp_path / "n.keras")
    assert found.network.layers[0].activation == NAMES[name]
    assert prove(found.network, *found.program(), samples_for(found.network)).ratio < 3.0


def test_every_layer(tmp_path):
    normalization = L.Normalization()
    normalization.adapt(np.random.default_rng(0).standard_normal((99, 4)) * 3)
    saved(
        tmp_path / "n.keras",
        normalization,
        L.Dense(8, activation="relu", use_bias=False),
        L.BatchNormalization(),
        L.Dropout(0.2),
        L.Dense(6),
        L.BatchNormalization(scale=False),
        L.LeakyReLU(),
        L.Dense(5),
        L.PReLU(),
        L.Rescaling(2.0, 1.0),
        L.Dense(5),
        L.ELU(0.5),
        L.Dense(5),
        L.ReLU(negative_slope=0.1),
        L.Flatten(),
        L.Dense(3),
        L.Softmax(),
    )
    found = read(tmp_path / "n.keras")
    assert found.network.widths == (4, 8, 6, 5, 5, 5, 3)
    assert prove(found.network, *found.program(), samples_for(found.network)).holds


def test_functional_and_inner_models(tmp_path):
    start = keras.Input((4,))
    inner = keras.Sequential([keras.Input((5,)), L.Dense(6, activation="silu"), L.Dense(2)])
    model = keras.Model(start, inner(L.Dense(5, activation="relu")(start)))
    model.save(tmp_path / "n.keras")
    found = read(tmp_path / "n.keras")
    assert found.network.widths == (4, 5, 6, 2)
    assert prove(found.network, *found.program(), samples_for(found.network)).holds


def test_lambda_residual_and_shared_layers(tmp_path):
    from multilayer import InputError

    start = keras.Input((4,))
    dense = L.Dense(4)
    for end, message in (
        (L.Lambda(lambda x: x * 2)(dense(start)), "Lambda"),
        (L.add([start, dense(start)]), "joins"),
        (dense(dense(start)), "several places"),
    ):
        keras.Model(start, end).save(tmp_path / "n.keras")
        with pytest.raises(InputError, match=message):
            read(tmp_path / "n.keras")


@pytest.mark.parametrize("name", NAMES)
def test_keras_runs_what_we_write(tmp_path, name):
    network = random_network((4, 6, 3), (NAMES[name], NAMES[name]), np.float32)
    write(network, tmp_path / "n.keras")
    assert prove(network, *runtime.program(tmp_path / "n.keras"), samples_for(network)).ratio < 3.0

"""What jax2onnx writes here and now, alone and for Keras: the weights bit for bit, and the numbers to rounding."""

import os

import jax
import numpy as np
import onnx
import pytest
from jax import numpy as jnp
from jax2onnx import to_onnx

from multilayer.activations import LeakyReLU, get
from multilayer.exchange import read
from multilayer.exchange.keras.activations import NAMES
from multilayer.exchange.proof import prove, samples_for

os.environ.setdefault("KERAS_BACKEND", "jax")
import keras

pytestmark = [pytest.mark.oracle, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

L = keras.layers
rng = np.random.default_rng(0)
ARRAYS = [rng.standard_normal(size).astype(np.float32) for size in ((4, 6), (6,), (6, 3), (3,))]
# jax2onnx puts operators of ONNX for some functions, which are looked up when the model is called.
# As in a module that imports them by name: jax2onnx writes their sums, not its own operator.
SOFTMAX, LOG_SOFTMAX = jax.nn.softmax, jax.nn.log_softmax
OF_JAX = {
    "relu": jax.nn.relu,
    "tanh": jnp.tanh,
    "sigmoid": jax.nn.sigmoid,
    "silu": jax.nn.silu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": jax.nn.gelu,
    "softplus": jax.nn.softplus,
    "elu": jax.nn.elu,
    "celu": lambda x: jax.nn.celu(x, 2.0),
    "selu": jax.nn.selu,
    "leaky_relu": jax.nn.leaky_relu,
    "relu6": jax.nn.relu6,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_swish": jax.nn.hard_swish,
    "hard_tanh": jax.nn.hard_tanh,
    "softsign": jax.nn.soft_sign,
    "log_sigmoid": jax.nn.log_sigmoid,
    "mish": jax.nn.mish,
    "squareplus": jax.nn.squareplus,
    "softmax": lambda x: jax.nn.softmax(x),  # noqa: PLW0108
    "log_softmax": lambda x: jax.nn.log_softmax(x),  # noqa: PLW0108
    "exponential": jnp.exp,
    "softmax of another module": SOFTMAX,
    "log_softmax of another module": LOG_SOFTMAX,
    "shares": lambda x: jnp.exp(x) / jnp.exp(x).sum(-1, keepdims=True),
    "logarithms": lambda x: x - jax.nn.logsumexp(x, -1, keepdims=True),
}
EXPECTED = {"celu": get("celu").__class__(2.0)}
EXPECTED |= {"softmax of another module": get("softmax"), "log_softmax of another module": get("log_softmax")}
EXPECTED |= {"shares": get("softmax"), "logarithms": get("log_softmax")}


@pytest.mark.parametrize("name", OF_JAX)
def test_functions_of_jax(tmp_path, name):
    W1, b1, W2, b2 = ARRAYS
    onnx.save(to_onnx(lambda x: OF_JAX[name](x @ W1 + b1) @ W2 + b2, [("B", 4)]), tmp_path / "n.onnx")
    found = read(tmp_path / "n.onnx")
    first, last = found.network.layers
    assert first.activation == (EXPECTED.get(name) or get(name))
    for ours, theirs in zip((first.W, first.b, last.W, last.b), ARRAYS, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert prove(found.network, *found.program(), samples_for(found.network)).holds


def exported(path, *layers):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), *layers])
    for one in model.layers:  # so that nothing is 0 or 1
        one.set_weights([np.random.default_rng(2).uniform(0.3, 1.5, w.shape) for w in one.get_weights()])
    model(np.zeros((2, 4), np.float32))
    model.export(path, format="onnx", verbose=False)
    return model


# What is written of them is inexact: log(sigmoid(a)), and the difference of two like numbers.
INEXACT = ("log_sigmoid", "squareplus")


@pytest.mark.parametrize("name", NAMES)
def test_activations_of_keras(tmp_path, name):
    model = exported(tmp_path / "n.onnx", L.Dense(5, activation=name), L.Dense(3, activation=name))
    found = read(tmp_path / "n.onnx")
    for layer, dense in zip(found.network.layers, model.layers, strict=True):
        assert layer.activation == NAMES[name]
        np.testing.assert_array_equal(layer.W, dense.get_weights()[0])
        np.testing.assert_array_equal(layer.b, dense.get_weights()[1])
    assert prove(found.network, *found.program(), samples_for(found.network)).holds or name in INEXACT


def test_layers_of_keras(tmp_path):
    exported(
        tmp_path / "n.onnx",
        L.Normalization(mean=[0.1, 0.2, 0.3, 0.4], variance=[1.0, 2.0, 3.0, 4.0]),
        L.Dense(6, use_bias=False),
        L.BatchNormalization(),
        L.ReLU(),
        L.Dropout(0.2),
        L.Dense(5),
        L.LeakyReLU(),
        L.Rescaling(2.0, 1.0),
        L.Dense(4),
        L.ReLU(negative_slope=0.1),
        L.Dense(3),
        L.Softmax(),
    )
    found = read(tmp_path / "n.onnx")
    assert found.network.widths == (4, 6, 5, 4, 3)
    assert found.network.layers[1].activation == LeakyReLU(0.3)
    assert prove(found.network, *found.program(), samples_for(found.network)).holds

"""JAX as a second oracle, in float64: value and gradient of what it has."""

import numpy as np
import pytest

from multilayer.activations import HardTanh, LeakyReLU, get

X = np.concatenate([np.linspace(-12.03, 12.04, 400), [-80.5, -30.3, 30.3, 80.5]])

pytestmark = pytest.mark.oracle


def _sparsemax(jax):
    def sparsemax(x):
        ordered = jax.numpy.sort(x)[::-1]
        total = jax.numpy.cumsum(ordered)
        rank = jax.numpy.arange(1, x.size + 1)
        size = jax.numpy.sum(1 + rank * ordered > total)
        return jax.numpy.maximum(x - (total[size - 1] - 1) / size, 0)

    return sparsemax


# Ours, and JAX's expression for it.
PAIRS = {
    "sigmoid": lambda jax: jax.nn.sigmoid,
    "tanh": lambda jax: jax.numpy.tanh,
    "relu": lambda jax: jax.nn.relu,
    "relu6": lambda jax: jax.nn.relu6,
    "leaky_relu": lambda jax: jax.nn.leaky_relu,
    "elu": lambda jax: jax.nn.elu,
    "celu": lambda jax: jax.nn.celu,
    "selu": lambda jax: jax.nn.selu,
    "gelu": lambda jax: lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": lambda jax: jax.nn.gelu,
    "silu": lambda jax: jax.nn.silu,
    "mish": lambda jax: jax.nn.mish,
    "softplus": lambda jax: jax.nn.softplus,
    "log_sigmoid": lambda jax: jax.nn.log_sigmoid,
    "squareplus": lambda jax: jax.nn.squareplus,
    "hard_sigmoid": lambda jax: jax.nn.hard_sigmoid,
    "hard_swish": lambda jax: jax.nn.hard_silu,
    "hard_tanh": lambda jax: jax.nn.hard_tanh,
    "softsign": lambda jax: jax.nn.soft_sign,
    "identity": lambda jax: jax.nn.identity,
    "exponential": lambda jax: jax.numpy.exp,
}
ROWS = {
    "softmax": lambda jax: jax.nn.softmax,
    "log_softmax": lambda jax: jax.nn.log_softmax,
    "softmin": lambda jax: lambda x: jax.nn.softmax(-x),
    "sparsemax": _sparsemax,
}


@pytest.fixture(scope="module")
def jax():
    import jax

    jax.config.update("jax_enable_x64", True)
    return jax


# What is near 1 is a relative error; the absolute one lets through the tails that JAX itself computes as
# 1 + erf or 1 + tanh, and its flushed subnormals.
@pytest.mark.parametrize("name", PAIRS)
def test_value_and_gradient(jax, name):
    theirs, ours = PAIRS[name](jax), get(name)
    np.testing.assert_allclose(ours(X), theirs(X), rtol=1e-14, atol=1e-14)
    slope = jax.jit(jax.vmap(jax.grad(theirs)))(X)
    np.testing.assert_allclose(ours.derivative(X), slope, rtol=2e-13, atol=5e-14)


@pytest.mark.parametrize("name", ROWS)
def test_rows_and_their_jacobians(jax, name):
    theirs, ours = ROWS[name](jax), get(name)
    x = np.random.default_rng(11).normal(scale=2, size=(6, 5))
    for row in x:
        np.testing.assert_allclose(ours(row), theirs(row), rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(ours.derivative(row), jax.jacobian(theirs)(row), rtol=1e-12, atol=1e-14)


def test_other_parameters(jax):
    np.testing.assert_allclose(LeakyReLU(0.2)(X), jax.nn.leaky_relu(X, 0.2), rtol=1e-15)
    np.testing.assert_allclose(HardTanh(-2.0, 3.0)(X), jax.numpy.clip(X, -2, 3))
    np.testing.assert_allclose(get("celu", alpha=2.5)(X), jax.nn.celu(X, 2.5), rtol=1e-14)
    np.testing.assert_allclose(get("squareplus", b=0.3)(X), jax.nn.squareplus(X, 0.3), rtol=1e-9)

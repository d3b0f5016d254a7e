"""JAX, compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from numpy.typing import NDArray

from benchmarks.cases import Layers

NAME, PACKAGE = "JAX", "jax"

jax.config.update("jax_enable_x64", True)

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "identity": jnp.copy,
    "step": lambda x: jnp.heaviside(x, 0),
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "prelu": lambda x: jax.nn.leaky_relu(x, 0.25),
    "relu6": jax.nn.relu6,
    "thresholded_relu": lambda x: jnp.where(x > 1, x, 0),
    "elu": jax.nn.elu,
    "celu": jax.nn.celu,
    "selu": jax.nn.selu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": jax.nn.gelu,
    "silu": jax.nn.silu,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "hard_swish": jax.nn.hard_swish,
    "hard_tanh": jax.nn.hard_tanh,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
    "mish": jax.nn.mish,
    "log_sigmoid": jax.nn.log_sigmoid,
    "squareplus": jax.nn.squareplus,
    "exponential": jnp.exp,
    "gaussian": lambda x: jnp.exp(-x * x),
    "tanh_shrink": lambda x: x - jnp.tanh(x),
    "soft_shrink": lambda x: jnp.where(x > 0.5, x - 0.5, jnp.where(x < -0.5, x + 0.5, 0)),
    "hard_shrink": lambda x: jnp.where(jnp.abs(x) > 0.5, x, 0),
}


def forward(layers: Layers, x: NDArray[Any]) -> Callable[[], Any]:
    """One compiled function for the whole network."""
    steps = [(jnp.asarray(W), jnp.asarray(b), h) for W, b, h in layers]

    @jax.jit
    def network(z: Any) -> Any:
        for W, b, h in steps:
            z = z @ W + b
            if h != "identity":
                z = FUNCTIONS[h](z)
        return z

    array = jnp.asarray(x)
    return lambda: network(array).block_until_ready()


def elementwise(name: str, x: NDArray[Any]) -> Callable[[], Any] | None:
    """One compiled function."""
    if name not in FUNCTIONS:
        return None
    function, array = jax.jit(FUNCTIONS[name]), jnp.asarray(x)
    return lambda: function(array).block_until_ready()

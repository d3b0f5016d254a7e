"""JAX, compiled."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from numpy.typing import NDArray

from benchmarks.cases import Layers, TrainingCase

NAME, PACKAGE = "JAX", "jax"

jax.config.update("jax_enable_x64", True)

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
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
    "softmax": jax.nn.softmax,
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


def training(case: TrainingCase) -> Callable[[], float]:
    """An epoch as one compiled scan over batches, the last one apart if it is smaller; state is donated."""
    X, y = (jnp.asarray(array) for array in case.data())
    whole = case.rows // case.batch

    def loss_of(parameters: Any, x: Any, targets: Any) -> Any:
        z = x
        for W, b in parameters[:-1]:
            z = jax.nn.relu(z @ W + b)
        W, b = parameters[-1]
        chosen = jnp.take_along_axis(jax.nn.log_softmax(z @ W + b), targets[:, None], axis=1)
        return -chosen.mean()

    def step(state: Any, rows: Any) -> tuple[Any, Any]:
        parameters, m, v, t = state
        t = t + 1
        loss, gradients = jax.value_and_grad(loss_of)(parameters, X[rows], y[rows])
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, gradients)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradients)
        time = t.astype(X.dtype)
        rate = case.rate * jnp.sqrt(1 - 0.999**time) / (1 - 0.9**time)
        parameters = jax.tree.map(lambda p, a, b: p - rate * a / (jnp.sqrt(b) + 1e-8), parameters, m, v)
        return (parameters, m, v, t), loss * len(rows)

    @functools.partial(jax.jit, donate_argnums=0)
    def epoch(state: Any, order: Any) -> tuple[Any, Any]:
        state, losses = jax.lax.scan(step, state, order[: whole * case.batch].reshape(whole, case.batch))
        total = losses.sum()
        if whole * case.batch < case.rows:
            state, last = step(state, order[whole * case.batch :])
            total = total + last
        return state, total / case.rows

    parameters = [(jnp.array(W), jnp.array(b)) for W, b in case.parameters()]
    zeros = [jax.tree.map(jnp.zeros_like, parameters) for _ in range(2)]
    state, number = (parameters, *zeros, jnp.zeros((), jnp.int32)), 0

    def run() -> float:
        nonlocal state, number
        state, loss = epoch(state, case.order(number))
        number += 1
        return float(loss)

    return run

"""Networks for the tests of formats: every activation, many shapes, both types; and hostile files."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from multilayer.activations import CELU, ELU, HardTanh, LeakyReLU, PReLU, SiLU, Softplus, catalogue
from multilayer.network import MLP, Dense

HIDDEN = (*catalogue, LeakyReLU(0.2), ELU(0.5), CELU(2.0), SiLU(1.702), Softplus(3.0), HardTanh(-2.0, 0.5))


def random_network(widths, activations, dtype, seed=0, **names):
    """Return a network with normal weights, scaled so that sums stay of order 1."""
    rng = np.random.default_rng(seed)
    layers = [
        Dense(
            (rng.standard_normal((inputs, units)) / np.sqrt(inputs)).astype(dtype),
            rng.standard_normal(units).astype(dtype),
            activation,
        )
        for (inputs, units), activation in zip(pairwise(widths), activations, strict=True)
    ]
    return MLP(layers, **names)


SLOPES = "a slope for each unit"
"""Stands for prelu, whose slopes depend on the width; all of them are numbers of float32."""


def slopes(units):
    """Prelu of so many units."""
    return PReLU(tuple((np.arange(units) % 64 / 64.0 - 0.5).tolist()))


WIDTHS = st.lists(st.integers(1, 300), min_size=2, max_size=7)
DTYPES = st.sampled_from([np.float32, np.float64])
SEEDS = st.integers(0, 99)


@st.composite
def networks(draw, activations=(*HIDDEN, SLOPES)):
    """Networks of up to 6 layers of up to 300 units, each with an activation of its own."""
    widths = draw(WIDTHS)
    chosen = [draw(st.sampled_from(activations)) for _ in widths[1:]]
    chosen = [slopes(units) if one is SLOPES else one for one, units in zip(chosen, widths[1:], strict=True)]
    return random_network(widths, chosen, draw(DTYPES), draw(SEEDS))


@st.composite
def chains(draw, activations):
    """Networks as scikit-learn has them: one activation of hidden layers, and the identity or softmax."""
    widths = draw(WIDTHS)
    hidden = draw(st.sampled_from(activations))
    output = draw(st.sampled_from(("identity", "softmax"))) if widths[-1] > 1 else "identity"
    return random_network(widths, [*[hidden] * (len(widths) - 2), output], draw(DTYPES), draw(SEEDS))

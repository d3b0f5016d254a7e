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


@st.composite
def networks(draw, activations=HIDDEN, widest=300):
    """Networks of up to 6 layers of up to `widest` units."""
    widths = draw(st.lists(st.integers(1, widest), min_size=2, max_size=7))
    chosen = [draw(st.sampled_from(activations)) for _ in widths[1:]]
    slopes = PReLU(tuple(np.linspace(-0.5, 0.5, widths[1]).tolist()))
    if draw(st.booleans()):
        chosen[0] = slopes
    return random_network(
        widths, chosen, draw(st.sampled_from([np.float32, np.float64])), draw(st.integers(0, 99))
    )

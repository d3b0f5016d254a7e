"""Networks for the tests of files: small ones by hand, and all kinds by Hypothesis."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from multilayer.activations import LeakyReLU, catalogue
from multilayer.network import MLP, Dense

NETWORK = MLP(
    [
        Dense([[0.5, -0.2, 1.0], [0.1, 0.7, 2.0]], [0.1, 0.2, 0.3], LeakyReLU(0.2)),
        Dense([[1], [2], [3]], [0], "sigmoid"),
    ],
    inputs=["x1", "x2"],
    classes=["no", "yes"],
)

# Numbers at which careless writing or reading loses a bit.
EDGES = {
    np.float32: [-0.0, 1e-45, 1.1754942e-38, 3.4028235e38, 7.038530691851209e-26, 0.1],
    np.float64: [-0.0, 5e-324, 2.225073858507201e-308, 1.7976931348623157e308, 0.1, 9007199254740993.0],
}


def finite(kind: type[np.floating[Any]]) -> st.SearchStrategy[float]:
    width = 8 * np.dtype(kind).itemsize
    return st.sampled_from([float(kind(edge)) for edge in EDGES[kind]]) | st.floats(
        width=width, allow_nan=False, allow_infinity=False
    )


@st.composite
def networks(draw: st.DrawFn) -> MLP:
    """Any network that can be saved."""
    kind = draw(st.sampled_from([np.float32, np.float64]))
    widths = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    layers = []
    for inputs, units in pairwise(widths):
        numbers = finite(kind)
        layers.append(
            Dense(
                draw(arrays.arrays(kind, (inputs, units), elements=numbers)),
                draw(arrays.arrays(kind, (units,), elements=numbers)),
                draw(st.sampled_from(catalogue) | st.builds(LeakyReLU, finite(np.float64))),
            )
        )
    labels = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    names = st.none() | st.lists(labels, min_size=widths[0], max_size=widths[0], unique=True)
    count = max(widths[-1], 2)
    other = st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
    alike = (str, lambda label: label)  # no two may look, nor be, the same
    classes = st.none() | st.lists(labels | other, min_size=count, max_size=count, unique_by=alike)
    return MLP(layers, inputs=draw(names), classes=draw(classes))

"""What the tests of the native core share: the kernels that this process has, and numbers to try them on."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from multilayer import activations
from multilayer.activations.elementwise import Elementwise

__all__ = ["AXIS", "EDGES", "ELEMENTWISE", "bits", "numbers"]

# Value and derivative of every elementwise activation, with its usual parameters; and every function of rows.
ELEMENTWISE: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {}
AXIS: dict[str, Callable[..., Any]] = {}
for _activation in activations.catalogue:
    if isinstance(_activation, Elementwise):
        ELEMENTWISE[_activation.facts.name] = (_activation.kernel, _activation.parameters)
        ELEMENTWISE[f"{_activation.facts.name}_derivative"] = (
            _activation.derivative_kernel,
            _activation.parameters,
        )
    else:
        AXIS[_activation.facts.name] = _activation

EDGES = [
    0.0,
    -0.0,
    np.inf,
    -np.inf,
    np.nan,
    1.0,
    -1.0,
    0.5,
    -0.5,
    6.0,
    -3.0,
    3.0,
    88.8,
    -104.0,
    710.0,
    -745.2,
    1e-310,
]


def numbers(n: int, kind: Any, seed: int = 0) -> np.ndarray:
    """Return n numbers of every size, the edges among them."""
    rng = np.random.default_rng(seed)
    sizes = itertools.cycle([0.1, 1.0, 10.0, 300.0])
    x = rng.normal(size=n) * np.fromiter(sizes, float, n)
    x[: len(EDGES)] = EDGES[:n]
    with np.errstate(all="ignore"):  # not every edge is a number in every type
        return rng.permutation(x).astype(kind)


def bits(x: Any) -> np.ndarray:
    """Return the bits, so that -0 differs from 0 and nan equals nan; all nans are one."""
    array = np.array(x)
    array[np.isnan(array)] = np.nan
    return array.view(f"u{array.dtype.itemsize}")

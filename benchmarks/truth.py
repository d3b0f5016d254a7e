"""Who may be timed: only what gives the right numbers, within what its own precision allows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import ElementwiseCase, ForwardCase
from multilayer.activations import get


def agrees(case: ForwardCase | ElementwiseCase, found: NDArray[Any]) -> bool:
    """Whether `found` is the result, against float64; generous, so that tails known to be poor still race."""
    expected = (
        _forward(case) if isinstance(case, ForwardCase) else get(case.activation)(case.x().astype(float))
    )
    if found.shape != expected.shape:
        return False
    scale = float(np.abs(expected).max())
    tolerance = 1e-4 if found.dtype == np.float32 else 1e-12
    return bool(np.abs(found - expected).max() <= tolerance * scale)


def _forward(case: ForwardCase) -> NDArray[np.float64]:
    z = case.x().astype(np.float64)
    for W, b, h in case.layers():
        z = get(h)(z @ W.astype(np.float64) + b)
    return z

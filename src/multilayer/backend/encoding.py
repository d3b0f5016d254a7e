"""Numbers of a table as inputs of a network: scaled and clipped smoothly, or in bins; native or in NumPy.

Both compute the same operations in the same order, so that the bits are the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multilayer.backend.choice import native

__all__ = ["scaled", "smooth_clip", "write_binned", "write_scaled"]

Numbers = NDArray[np.float64]
Inputs = NDArray[np.float32]

# In float32, as the last bits of z do not matter and its square root is twice as fast.
_CLIP = np.float32(1.0 / 9.0)
_ONE = np.float32(1.0)
_FARTHEST = np.float32(1e9)
"""Beyond it the clipped value is its limit to the last bit, and squares must not overflow."""


def smooth_clip(z: Inputs) -> Inputs:
    """Return z / sqrt(1 + (z / 3)^2), which is z near 0 and stays between -3 and 3; z is overwritten.

    >>> smooth_clip(np.array([0.0, 0.1, 3.0, -1e30], np.float32)).round(4).tolist()
    [0.0, 0.09989999979734421, 2.1212999820709229, -3.0]
    """
    np.minimum(z, _FARTHEST, out=z)
    np.maximum(z, -_FARTHEST, out=z)
    root = z * z
    root *= _CLIP
    root += _ONE
    np.sqrt(root, out=root)
    z /= root
    return z


def scaled(x: Numbers, center: float, scale: float) -> Inputs:
    """Return smooth_clip((x - center) scale), 0 where x is nan; a new array."""
    out = np.empty((len(x), 1), np.float32)
    write_scaled(x, center, scale, out)
    return out[:, 0]


def write_scaled(x: Numbers, center: float, scale: float, out: Inputs) -> None:
    """Write smooth_clip((x - center) scale), 0 where x is nan, into `out` of shape (rows, 1)."""
    core = native()
    if core is not None:
        core.encode_scaled(np.ascontiguousarray(x, np.float64), center, scale, out)
        return
    with np.errstate(over="ignore", invalid="ignore"):  # infinities are clipped
        z = (x - center) * scale  # in float64: a date is large beside its differences
        rounded = z.astype(np.float32)
    smooth_clip(rounded)
    rounded[np.isnan(rounded)] = 0.0
    out[:, 0] = rounded


def write_binned(x: Numbers, middle: float, edges: Numbers, out: Inputs) -> None:
    """Write clip((x - b_t) / (b_{t+1} - b_t), 0, 1) for the edges b into `out` of shape (rows, bins).

    `middle` is taken where x is nan.
    """
    core = native()
    if core is not None:
        core.encode_binned(np.ascontiguousarray(x, np.float64), middle, np.ascontiguousarray(edges), out)
        return
    filled = np.where(np.isnan(x), middle, x)
    np.clip(filled, edges[0], edges[-1], out=filled)
    for place, (low, high) in enumerate(zip(edges.tolist(), edges[1:].tolist(), strict=False)):
        share = filled - low
        with np.errstate(over="ignore"):  # far outside of a narrow bin
            share *= 1.0 / (high - low)
        np.maximum(share, 0.0, out=share)
        np.minimum(share, 1.0, out=share)
        out[:, place] = share

"""The weighted sum a = x W + b of one layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["affine"]


def affine(x: NDArray[Any], W: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
    """Return x W + b, for x of shape (inputs,) or (samples, inputs), all of one float type."""
    with np.errstate(all="ignore"):
        return np.asarray(x @ W + b)

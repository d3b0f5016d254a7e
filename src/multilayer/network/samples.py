"""The door for samples of a forward pass: whatever they come in, they leave as a plain array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.arrays import numbers, well_laid_out
from multilayer._base.errors import InputError

__all__ = ["samples_in", "samples_of"]


def samples_of(
    x: ArrayLike, width: int, names: Sequence[str] | None = None, whose: str = "network"
) -> NDArray[Any]:
    """Return one sample, of shape (inputs,), or several, of shape (samples, inputs), as a plain array.

    What x may be, and how the columns of a data frame are found: see `multilayer._base.arrays`.

    Raises
    ------
    InputError
        When x holds something else than real numbers, or has another shape.
    """
    array = numbers("x", x, names)
    if array.ndim not in (1, 2) or array.shape[-1] != width:
        raise InputError(f"x has shape {array.shape}; this {whose} takes ({width},), or (samples, {width})")
    return well_laid_out(np.asarray(array))


def samples_in(dtype: np.dtype[Any], array: NDArray[Any]) -> NDArray[Any]:
    """Return a plain array in the type of a network; what is beyond its range is infinite."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        return array.astype(dtype)

"""Dropout: the dropped units of a step are a function of a key and of their place alone.

A step draws one key per hidden layer; everything else is Threefry-2x32 of key and place. So the native core and NumPy
drop the same units, for any number of threads, and no mask has to be stored.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from multilayer._base.random import Random, words

__all__ = ["mask", "step_keys", "threefry"]

_TURNS = ((13, 15, 26, 6), (17, 29, 16, 24))

Words = NDArray[np.uint32]


def step_keys(rng: Random, steps: int, layers: int) -> NDArray[np.uint64]:
    """Return a key per step and hidden layer; without dropout the shape is (steps, 0), and nothing is drawn."""
    return words(rng, (steps, layers)) if layers else np.empty((steps, 0), np.uint64)


def mask(key: np.uint64, shape: tuple[int, ...], fraction: float) -> NDArray[np.float64]:
    """Return what dropout multiplies the outputs z of a layer by, of shape (samples, units).

    0 for about `fraction` of the units, and 1 / (1 - fraction) for the others (inverted dropout): the expected value
    stays, so predictions need no change. The first word of the counter (j, row) is for unit j, the second for the unit
    half a row further on.
    """
    rows, units = shape
    half = (units + 1) // 2
    with np.errstate(over="ignore"):
        low, high = threefry(key, np.arange(half, dtype=np.uint32), np.arange(rows, dtype=np.uint32)[:, None])
    kept = np.concatenate([low, high], axis=1)[:, :units] >= np.uint32(fraction * 2.0**32)
    scaled: NDArray[np.float64] = kept * np.float64(1.0 / (1.0 - fraction))
    return scaled


def threefry(key: np.uint64, x: Words, y: Words) -> tuple[Words, Words]:
    """Return two random words for every pair of words x, y.

    References
    ----------
    Salmon, J. K., Moraes, M. A., Dror, R. O., Shaw, D. E. (2011). Parallel random numbers: as easy as 1, 2, 3. SC'11.
    """
    first, second = np.uint32(key & np.uint64(0xFFFFFFFF)), np.uint32(key >> np.uint64(32))
    keys = (first, second, np.uint32(0x1BD11BDA) ^ first ^ second)
    x, y = np.broadcast_arrays(x + first, y + second)
    for group in range(5):
        for turn in _TURNS[group % 2]:
            x = x + y
            y = (y << np.uint32(turn) | y >> np.uint32(32 - turn)) ^ x
        x = x + keys[(group + 1) % 3]
        y = y + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x, y

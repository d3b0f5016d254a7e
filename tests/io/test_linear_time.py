"""A network of twice the layers or names takes twice the work to read, counted in calls of functions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from multilayer.io import load, save
from multilayer.network import MLP, Dense


def deep(size: int) -> MLP:
    return MLP([Dense([[1.0]], [0.0], "relu") for _ in range(size)])


def wide(size: int) -> MLP:
    names = [f"name {number}" for number in range(size)]
    return MLP([Dense(np.ones((size, size)), activation="softmax")], inputs=names, classes=names)


def calls(path: Path) -> int:
    """Return how many functions, of Python and of C, reading a file calls."""
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    load(path)  # what is cached is so now
    sys.setprofile(counted)
    try:
        load(path)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("make", [deep, wide])
@pytest.mark.parametrize("suffix", ["json", "safetensors"])
def test_reading_is_linear(make: Any, suffix: str, tmp_path: Path) -> None:
    counts = []
    for size in (100, 200, 400):
        path = tmp_path / f"{size}.{suffix}"
        save(make(size), path)
        counts.append(calls(path))
    assert counts[2] - counts[1] <= 2.1 * (counts[1] - counts[0]) + 100

"""Chooses, once, between the native core and the NumPy twin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.backend.twin_axis import TwinAxisFunction
from multilayer.backend.twin_ufunc import TwinUfunc

__all__ = ["BackendInfo", "along_axis", "elementwise", "from_python", "info"]

Formula = Callable[..., NDArray[np.float64]]


@dataclass(frozen=True)
class BackendInfo:
    """Which backend is at work: its name, the instruction-set level it uses, its number of threads."""

    backend: str
    level: str
    threads: int
    reason: str


def info() -> BackendInfo:
    """Tell which backend is at work, and why."""
    return BackendInfo("numpy", "numpy", 1, "this release has no native core yet")


def elementwise(name: str, formula: Formula, n_parameters: int = 0) -> Callable[..., Any]:
    """Return the ufunc called `name`: the native one if there is one, else `formula` as a twin."""
    return TwinUfunc(name, formula, n_parameters)


def along_axis(name: str, formula: Formula) -> Callable[..., Any]:
    """Return the function called `name` over the last axis: native if there is one, else `formula`."""
    return TwinAxisFunction(name, formula)


def from_python(name: str, formula: Formula) -> Callable[..., Any]:
    """Return a user's own `formula` as a ufunc: never the native one, whatever its name."""
    return TwinUfunc(name, formula)

"""Chooses, once, between the native core and the NumPy twin."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.backend.twin_axis import TwinAxisFunction
from multilayer.backend.twin_ufunc import TwinUfunc
from multilayer.errors import InputError

__all__ = ["BackendInfo", "along_axis", "elementwise", "from_python", "info", "kernel_name", "native"]

Formula = Callable[..., NDArray[np.float64]]


@dataclass(frozen=True)
class BackendInfo:
    """Which backend is at work: its name, the instruction-set level it uses, its number of threads."""

    backend: str
    level: str
    threads: int
    reason: str


def _choose() -> tuple[ModuleType | None, BackendInfo]:
    """Return the native core, ready for use, or None; and what was chosen and why."""
    wanted = os.environ.get("MULTILAYER_BACKEND", "")
    if wanted not in ("", "native", "numpy"):
        raise InputError(f"MULTILAYER_BACKEND must be native or numpy; got {wanted!r}")
    if wanted == "numpy":
        return None, _twin("MULTILAYER_BACKEND=numpy")
    try:
        import multilayer.backend._core as core
    except ModuleNotFoundError:
        return _without_core(wanted, "the native core was not built: no C++ compiler at install")
    except ImportError as error:
        return _without_core(wanted, f"the native core does not load: {error}")
    levels = core.levels()
    forced = os.environ.get("MULTILAYER_CPU", "")
    if forced and forced not in levels:
        raise InputError(f"MULTILAYER_CPU={forced}: this machine has {', '.join(levels) or 'no level'}")
    if not levels:
        return _without_core(wanted, "the native core needs a processor with AVX2 and FMA, or arm64")
    level = forced or levels[-1]
    core.use(level)
    reason = f"MULTILAYER_CPU={forced}" if forced else "the newest level of this machine"
    return core, BackendInfo("native", level, 1, reason)


def _twin(reason: str) -> BackendInfo:
    return BackendInfo("numpy", "numpy", 1, reason)


def _without_core(wanted: str, reason: str) -> tuple[None, BackendInfo]:
    if wanted == "native":
        raise InputError(f"MULTILAYER_BACKEND=native, but {reason}")
    return None, _twin(reason)


_native, _info = _choose()


def info() -> BackendInfo:
    """Tell which backend is at work, and why."""
    return _info if _native is None else dataclasses.replace(_info, threads=_native.threads())


def native() -> ModuleType | None:
    """Return the native core if it is at work, else None."""
    return _native


def kernel_name(function: Callable[..., Any] | None) -> str | None:
    """Return the name of the native kernel that `function` is, or None if it is something else."""
    name = getattr(function, "__name__", None)
    return name if name is not None and getattr(_native, name, None) is function else None


def elementwise(name: str, formula: Formula, n_parameters: int = 0) -> Callable[..., Any]:
    """Return the ufunc called `name`: the native one if there is one, else `formula` as a twin."""
    native: Callable[..., Any] | None = getattr(_native, name, None)
    return native or TwinUfunc(name, formula, n_parameters)


def along_axis(name: str, formula: Formula) -> Callable[..., Any]:
    """Return the function called `name` over the last axis: native if there is one, else `formula`."""
    native: Callable[..., Any] | None = getattr(_native, name, None)
    return native or TwinAxisFunction(name, formula)


def from_python(name: str, formula: Formula) -> Callable[..., Any]:
    """Return a user's own `formula` as a ufunc: never the native one, whatever its name."""
    return TwinUfunc(name, formula)

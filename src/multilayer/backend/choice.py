"""The choice between the native core and the NumPy reference, made once, at first use; and how many threads it uses.

A private pool of threads shares large calls of networks, of training and of activations; small calls run in the
calling thread. Results are bit-identical for any number of threads. The NumPy reference has no pool: the setting is
checked and has no effect.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import FallbackWarning, InputError
from multilayer._base.text import fill
from multilayer._base.translation import N_, translated
from multilayer.backend.reference import ReferenceAxisFunction, ReferenceUfunc

__all__ = [
    "MAXIMUM_THREADS",
    "BackendInfo",
    "along_axis",
    "backend_from_environment",
    "checked_threads",
    "elementwise",
    "from_python",
    "get_threads",
    "info",
    "kernel_name",
    "level_from_environment",
    "native",
    "native_or_warn",
    "set_threads",
    "threads",
    "threads_from_environment",
    "with_parameters",
]

MAXIMUM_THREADS = 1024


def backend_from_environment() -> str:
    """Return MULTILAYER_BACKEND: native, numpy, or nothing."""
    wanted = os.environ.get("MULTILAYER_BACKEND", "")
    if wanted not in ("", "native", "numpy"):
        raise InputError("MULTILAYER_BACKEND must be native or numpy; got {wanted!r}", wanted=wanted)
    return wanted


def level_from_environment(levels: list[str]) -> str:
    """Return MULTILAYER_CPU, one of `levels`, or nothing."""
    forced = os.environ.get("MULTILAYER_CPU", "")
    if forced and forced not in levels:
        raise InputError(
            "MULTILAYER_CPU={forced}: this machine has {levels}",
            forced=forced,
            levels=", ".join(levels) or fill("no level"),
        )
    return forced


def threads_from_environment() -> int:
    """Return MULTILAYER_NUM_THREADS, or 0 for the default: as many as there are processors, or OMP_NUM_THREADS."""
    text = os.environ.get("MULTILAYER_NUM_THREADS", "").strip()
    if not text:
        return 0
    return checked_threads(
        "MULTILAYER_NUM_THREADS", int(text) if text.isdecimal() and len(text) < 8 else text
    )


def checked_threads(where: str, n: object) -> int:
    """Return `n` as a number of threads."""
    try:
        number = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if isinstance(n, bool) or not 1 <= number <= MAXIMUM_THREADS:
        raise InputError(
            "{where} must be a number of threads, a whole number from 1 to {most}; got {n!r}",
            where=where,
            most=MAXIMUM_THREADS,
            n=n,
        )
    return number


Formula = Callable[..., NDArray[np.float64]]


@dataclass(frozen=True)
class BackendInfo:
    """The backend in use: its name, its ISA level and all that this machine runs, its threads, and the reason."""

    backend: str
    level: str
    levels: tuple[str, ...]
    threads: int
    reason: str
    """In English."""


@functools.cache
def _chosen() -> tuple[ModuleType | None, BackendInfo]:
    """Return the native core, ready for use, or None; and the choice with its reason."""
    wanted, threads = backend_from_environment(), threads_from_environment()
    if wanted == "numpy":
        return None, _numpy("MULTILAYER_BACKEND=numpy")
    try:
        import multilayer.backend._core as core
    except ModuleNotFoundError:
        return _without_core(wanted, N_("the native core was not built: no C++ compiler at install"))
    except ImportError as error:
        return _without_core(wanted, fill("the native core does not load: {error}", error=error))
    levels = core.levels()
    forced = level_from_environment(levels)
    if not levels:
        return _without_core(wanted, N_("the native core needs a processor with AVX2 and FMA, or arm64"))
    level = forced or levels[-1]
    core.use(level)
    core.set_threads(threads)
    reason = f"MULTILAYER_CPU={forced}" if forced else N_("the newest level of this machine")
    return core, BackendInfo("native", level, tuple(levels), 1, reason)


def _numpy(reason: str) -> BackendInfo:
    return BackendInfo("numpy", "numpy", (), 1, reason)


def _without_core(wanted: str, reason: str) -> tuple[None, BackendInfo]:
    if wanted == "native":
        raise InputError("MULTILAYER_BACKEND=native, but {reason}", reason=translated(reason))
    return None, _numpy(reason)


def info() -> BackendInfo:
    """Return the backend in use and the reason for it."""
    core, chosen = _chosen()
    return chosen if core is None else dataclasses.replace(chosen, threads=core.threads())


def native() -> ModuleType | None:
    """Return the native core if it is in use, else None."""
    return _chosen()[0]


_FALLBACK = N_(
    "networks run in the NumPy reference, without the native core ({reason}): training takes 10 to 20 times as long, "
    "predictions up to 400 times, and the last bits of a row may depend on its batch; "
    "set MULTILAYER_BACKEND=numpy to accept this"
)
_warned = False


def native_or_warn() -> ModuleType | None:
    """Return the native core, or None; the first time, warn of a fallback that was not asked for."""
    global _warned  # noqa: PLW0603  (once in a process)
    core, chosen = _chosen()
    if core is None and not _warned and backend_from_environment() != "numpy":
        _warned = True
        warnings.warn(fill(_FALLBACK, reason=translated(chosen.reason)), FallbackWarning, stacklevel=2)
    return core


def kernel_name(function: Callable[..., Any] | None) -> str | None:
    """Return the name of `function` if it is a native kernel, else None."""
    name = getattr(function, "__name__", None)
    return name if name is not None and getattr(native(), name, None) is function else None


def elementwise(name: str, formula: Formula, n_parameters: int = 0) -> Callable[..., Any]:
    """Return the ufunc called `name`: the native one if there is one, else `formula` in NumPy."""
    kernel: Callable[..., Any] | None = getattr(native(), name, None)
    return kernel or ReferenceUfunc(name, formula, n_parameters)


def with_parameters(ufunc: Callable[..., Any], parameters: Sequence[Any]) -> Callable[..., Any]:
    """Return `ufunc` as a function of x and the keywords of a ufunc."""
    if (core := native()) and kernel_name(ufunc):
        function: Callable[..., Any] = core.Function(ufunc, tuple(parameters))
        return function
    return lambda x, **keywords: ufunc(x, *parameters, **keywords)


def along_axis(name: str, formula: Formula) -> Callable[..., Any]:
    """Return the function called `name` over the last axis: native if there is one, else `formula`."""
    kernel: Callable[..., Any] | None = getattr(native(), name, None)
    return kernel or ReferenceAxisFunction(name, formula)


def from_python(name: str, formula: Formula) -> Callable[..., Any]:
    """Return a user-defined `formula` as a ufunc: never the native one, whatever its name."""
    return ReferenceUfunc(name, formula)


def set_threads(n: SupportsIndex | None) -> None:
    """Use `n` threads for a call of any Python thread, the calling one included; None returns to the default.

    Calls that are long enough are split between threads: an activation from 60 microseconds on, which is 30,000 to
    700,000 numbers. Results stay bit-identical.

    The default is the environment variable MULTILAYER_NUM_THREADS, else the number of processors that the process may
    use (its affinity mask, or fewer if its cgroup grants less time), but at most OMP_NUM_THREADS, which is read
    when the first call needs it, in a forked process again.

    Raises
    ------
    InputError
        When n is not a whole number from 1 to 1024.

    Examples
    --------
    >>> set_threads(2)
    >>> set_threads(None)
    """
    number = threads_from_environment() if n is None else checked_threads("n", n)
    core = native()
    if core is not None:
        core.set_threads(number)


def get_threads() -> int:
    """Return how many threads a large call from here uses, the calling one included; 1 for the NumPy reference.

    Examples
    --------
    >>> get_threads() >= 1
    True
    """
    return info().threads


@contextmanager
def threads(n: SupportsIndex | None) -> Iterator[None]:
    """Use `n` threads for calls of the calling Python thread within a with block; None for what is set for all.

    Other Python threads are not concerned. So several can each train a network of their own at the same time, on one
    processor each, where they would share the one pool otherwise.

    Raises
    ------
    InputError
        When n is not a whole number from 1 to 1024.

    Examples
    --------
    >>> from concurrent.futures import ThreadPoolExecutor
    >>> from multilayer import fit, initialize
    >>> def trained(seed):
    ...     with threads(1):
    ...         return fit(initialize((1, 4, 1), rng=seed), [[0.0], [1.0]], [1.0, 3.0], loss="squared", rng=seed)
    >>> with ThreadPoolExecutor(2) as pool:
    ...     networks = [each.network for each in pool.map(trained, range(2))]
    """
    number = 0 if n is None else checked_threads("n", n)
    core = native()
    before = 0 if core is None else core.set_own_threads(number)
    try:
        yield
    finally:
        if core is not None:
            core.set_own_threads(before)

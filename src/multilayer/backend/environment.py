"""The environment variables of the backend, read and checked at first use."""

from __future__ import annotations

import operator
import os

from multilayer._base.errors import InputError

__all__ = [
    "MAXIMUM_THREADS",
    "backend_from_environment",
    "checked_threads",
    "level_from_environment",
    "maximum_default_threads",
    "threads_from_environment",
]

MAXIMUM_THREADS = 1024


def backend_from_environment() -> str:
    """Return MULTILAYER_BACKEND: native, numpy, or nothing."""
    wanted = os.environ.get("MULTILAYER_BACKEND", "")
    if wanted not in ("", "native", "numpy"):
        raise InputError(f"MULTILAYER_BACKEND must be native or numpy; got {wanted!r}")
    return wanted


def level_from_environment(levels: list[str]) -> str:
    """Return MULTILAYER_CPU, one of `levels`, or nothing."""
    forced = os.environ.get("MULTILAYER_CPU", "")
    if forced and forced not in levels:
        raise InputError(f"MULTILAYER_CPU={forced}: this machine has {', '.join(levels) or 'no level'}")
    return forced


def threads_from_environment() -> int:
    """Return MULTILAYER_NUM_THREADS, or 0 for the default: as many as there are processors, or OMP_NUM_THREADS."""
    text = os.environ.get("MULTILAYER_NUM_THREADS", "").strip()
    if not text:
        return 0
    return checked_threads(
        "MULTILAYER_NUM_THREADS", int(text) if text.isdecimal() and len(text) < 8 else text
    )


def maximum_default_threads() -> int:
    """Return OMP_NUM_THREADS, the limit that schedulers and users set for all libraries; without one, no limit.

    It may be a list with a number for each level of nesting; the first one counts. Other libraries may accept values
    that are no numbers; these set no limit here.
    """
    text = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    number = int(text) if text.isdecimal() and len(text) < 8 else 0
    return min(number, MAXIMUM_THREADS) if number > 0 else MAXIMUM_THREADS


def checked_threads(where: str, n: object) -> int:
    """Return `n` as a number of threads."""
    try:
        number = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if isinstance(n, bool) or not 1 <= number <= MAXIMUM_THREADS:
        raise InputError(
            f"{where} must be a number of threads, a whole number from 1 to {MAXIMUM_THREADS}; got {n!r}"
        )
    return number

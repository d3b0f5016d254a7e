"""What environment variables say of the backend; each is read, and checked, where it is first needed."""

from __future__ import annotations

import operator
import os

from multilayer._base.errors import InputError

__all__ = [
    "MOST_THREADS",
    "checked_threads",
    "forced_level",
    "most_default_threads",
    "threads_wanted",
    "wanted_backend",
]

MOST_THREADS = 1024


def wanted_backend() -> str:
    """Return MULTILAYER_BACKEND: native, numpy, or nothing."""
    wanted = os.environ.get("MULTILAYER_BACKEND", "")
    if wanted not in ("", "native", "numpy"):
        raise InputError(f"MULTILAYER_BACKEND must be native or numpy; got {wanted!r}")
    return wanted


def forced_level(levels: list[str]) -> str:
    """Return MULTILAYER_CPU, one of `levels`, or nothing."""
    forced = os.environ.get("MULTILAYER_CPU", "")
    if forced and forced not in levels:
        raise InputError(f"MULTILAYER_CPU={forced}: this machine has {', '.join(levels) or 'no level'}")
    return forced


def threads_wanted() -> int:
    """Return MULTILAYER_NUM_THREADS, or 0 for the default: as many as there are processors, or OMP_NUM_THREADS."""
    text = os.environ.get("MULTILAYER_NUM_THREADS", "").strip()
    if not text:
        return 0
    return checked_threads(
        "MULTILAYER_NUM_THREADS", int(text) if text.isdecimal() and len(text) < 8 else text
    )


def most_default_threads() -> int:
    """Return OMP_NUM_THREADS, the limit that schedulers and users set for all libraries; without one, no limit.

    It may be a list, a number for each level of nesting, of which the first counts here. Whoever else reads it may
    take what is no number for something; then it is no limit here.
    """
    text = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    number = int(text) if text.isdecimal() and len(text) < 8 else 0
    return min(number, MOST_THREADS) if number > 0 else MOST_THREADS


def checked_threads(where: str, n: object) -> int:
    """Return `n` as a number of threads."""
    try:
        number = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if isinstance(n, bool) or not 1 <= number <= MOST_THREADS:
        raise InputError(
            f"{where} must be a number of threads, a whole number from 1 to {MOST_THREADS}; got {n!r}"
        )
    return number

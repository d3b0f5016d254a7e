"""How many threads the native core uses.

A private pool of threads shares large calls of networks, of training and of activations; small calls run in the
calling thread. Results are bit-identical for any number of threads. The NumPy reference has no pool: the setting is
checked and has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex

from multilayer.backend.choice import checked_threads, info, native, threads_from_environment

__all__ = ["get_threads", "set_threads", "threads"]

_set = 0


def set_threads(n: SupportsIndex | None) -> None:
    """Use `n` threads, the calling one included; None returns to the default.

    Calls that are long enough are split between threads: an activation from 60 microseconds on, which is 30,000 to
    700,000 numbers. Results stay bit-identical.

    The default is the environment variable MULTILAYER_NUM_THREADS, else the number of processors that the process may
    use (its affinity mask, or fewer if its cgroup grants less time), but at most OMP_NUM_THREADS.

    Raises
    ------
    InputError
        When n is not a whole number from 1 to 1024.

    Examples
    --------
    >>> set_threads(2)
    >>> set_threads(None)
    """
    global _set  # noqa: PLW0603  (one setting for the process, as the pool is)
    number = threads_from_environment() if n is None else checked_threads("n", n)
    core = native()
    if core is not None:
        core.set_threads(number)
    _set = 0 if n is None else number


def get_threads() -> int:
    """Return how many threads a large call uses, the calling one included; 1 for the NumPy reference.

    Examples
    --------
    >>> get_threads() >= 1
    True
    """
    return info().threads


@contextmanager
def threads(n: SupportsIndex | None) -> Iterator[None]:
    """Set the process-wide number of threads within a with block; restore it on exit.

    Examples
    --------
    >>> with threads(1):
    ...     pass
    """
    before = _set
    set_threads(n)
    try:
        yield
    finally:
        set_threads(before or None)

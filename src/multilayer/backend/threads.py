"""How many threads the native core uses.

Large calls, of networks, of training and of activations, are shared out between the threads of a private pool;
small ones are done where they are made. No number of threads changes a bit of a result. The NumPy twin has no
pool: there the setting is checked and otherwise does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex

from multilayer.backend.choice import info, native
from multilayer.backend.environment import checked_threads, threads_wanted

__all__ = ["get_threads", "set_threads", "threads"]

_set = 0


def set_threads(n: SupportsIndex | None) -> None:
    """Use `n` threads, the calling one included; None returns to the default.

    Networks, training and activations share out calls that take long enough for that to save time: an
    activation from 60 microseconds on, which is 30,000 to 700,000 numbers. No bit of a result changes.

    The default is the environment variable MULTILAYER_NUM_THREADS, else as many as the process may use
    processors (its affinity mask, or less if its cgroup grants less time), but no more than OMP_NUM_THREADS.

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
    number = threads_wanted() if n is None else checked_threads("n", n)
    core = native()
    if core is not None:
        core.set_threads(number)
    _set = 0 if n is None else number


def get_threads() -> int:
    """Return how many threads a large call uses now, the calling one included; 1 where the NumPy twin is at work.

    Examples
    --------
    >>> get_threads() >= 1
    True
    """
    return info().threads


@contextmanager
def threads(n: SupportsIndex | None) -> Iterator[None]:
    """Use `n` threads within a with block, for the whole process, and what was set before behind it.

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

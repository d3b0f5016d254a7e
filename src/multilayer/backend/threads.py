"""How many threads the native core uses.

Large calls are shared out between the threads of a private pool; small ones are done where they are made. No
number of threads changes a bit of a result. The NumPy twin has no pool: there the setting is checked and
otherwise does nothing, and `threads` counts 1.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex

from multilayer.backend.choice import native
from multilayer.errors import InputError

__all__ = ["set_threads", "thread_count", "threads"]

_VARIABLE = "MULTILAYER_NUM_THREADS"
_MOST = 1024
_set = 0


def thread_count() -> int:
    """Return how many threads a large call uses, the calling one included."""
    core = native()
    return 1 if core is None else int(core.threads())


def set_threads(n: SupportsIndex | None) -> None:
    """Use `n` threads, the calling one included; None returns to the default.

    The default is the environment variable MULTILAYER_NUM_THREADS, else as many as the process may use
    processors (its affinity mask, or less if its cgroup grants less time).

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
    number = _from_environment() if n is None else _checked("n", n)
    core = native()
    if core is not None:
        core.set_threads(number)
    _set = 0 if n is None else number


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


def _checked(where: str, n: object) -> int:
    try:
        number = operator.index(n)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if isinstance(n, bool) or not 1 <= number <= _MOST:
        raise InputError(f"{where} must be a number of threads, a whole number from 1 to {_MOST}; got {n!r}")
    return number


def _from_environment() -> int:
    text = os.environ.get(_VARIABLE, "").strip()
    if not text:
        return 0
    return _checked(_VARIABLE, int(text) if text.isdecimal() and len(text) < 8 else text)


set_threads(None)

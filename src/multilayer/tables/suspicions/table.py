"""All suspicions, in the order in which they are said."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from multilayer.tables.suspicions.case import Case, Suspicion
from multilayer.tables.suspicions.copies import copies
from multilayer.tables.suspicions.inputs import constant, identifier
from multilayer.tables.suspicions.leak import leak
from multilayer.tables.suspicions.noise import noise, twins
from multilayer.tables.suspicions.shift import shift
from multilayer.tables.suspicions.targets import imbalance, skew

__all__ = ["SUSPICIONS", "suspect"]

SUSPICIONS: Mapping[str, Callable[[Case], Iterator[Suspicion]]] = {
    "leak": leak,
    "identifier": identifier,
    "copies": copies,
    "shift": shift,
    "noise": noise,
    "twins": twins,
    "imbalance": imbalance,
    "skew": skew,
    "constant": constant,
}
"""Each takes a case and yields what is suspicious about it."""


NEEDS_SKILL = frozenset({"noise"})
"""Those that yield nothing without a skill."""


def suspect(case: Case, known: Sequence[Suspicion] | None = None) -> tuple[Suspicion, ...]:
    """Return all that is suspicious about a table; nothing for a healthy one.

    `known` is what was found in the same table without a skill: only those that need it are looked for then.

    Examples
    --------
    >>> import numpy as np
    >>> from multilayer.tables import Column, Columns
    >>> y = np.arange(100) % 2
    >>> columns = Columns([Column("age", "number", np.sin(np.arange(100.0))), Column("paid", "number", 5.0 * y)])
    >>> for suspicion in suspect(Case(columns, y, "left", ("no", "yes"))):
    ...     print(suspicion.name, suspicion.columns)
    leak ('paid',)
    """
    if known is None:
        return tuple(suspicion for find in SUSPICIONS.values() for suspicion in find(case))
    return (*known, *(suspicion for name in sorted(NEEDS_SKILL) for suspicion in SUSPICIONS[name](case)))

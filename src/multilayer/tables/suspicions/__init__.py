"""Reasons to doubt a table: leaks, identifiers, noise, shift, imbalance; said before training and with a score.

Each suspicion is a function from a `Case` to `Suspicion`s, listed in `table.SUSPICIONS`. A threshold is wide enough
that a healthy table is left alone: what is said is meant to be read.
"""

from multilayer.tables.suspicions.case import Case, Skill, Suspicion
from multilayer.tables.suspicions.known_rows import KnownRows, Seen
from multilayer.tables.suspicions.profile import ColumnProfile, Profile
from multilayer.tables.suspicions.table import SUSPICIONS, suspect

__all__ = [
    "SUSPICIONS",
    "Case",
    "ColumnProfile",
    "KnownRows",
    "Profile",
    "Seen",
    "Skill",
    "Suspicion",
    "suspect",
]


def __dir__() -> list[str]:
    return sorted(__all__)

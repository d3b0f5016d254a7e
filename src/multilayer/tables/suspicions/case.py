"""What a suspicion is, and what it is drawn from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from multilayer._base.text import fill, quoted
from multilayer.tables.columns import Columns
from multilayer.tables.suspicions.profile import Profile
from multilayer.tables.target import Target
from multilayer.tables.transforms.tally import sample_rows

__all__ = ["Case", "Skill", "Suspicion", "listed"]

_SHOWN = 5


@dataclass(frozen=True)
class Suspicion:
    """A reason to doubt a table: what it is called, which columns it is about, and a sentence with its figures."""

    name: str
    columns: tuple[str, ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True)
class Skill:
    """By how much a score of `rows` held-out rows is better than that of the best constant, with its 90 % interval."""

    rows: int
    score: str
    value: float
    constant: float
    low: float
    high: float

    @property
    def is_measured(self) -> bool:
        """Whether there were rows to score."""
        return math.isfinite(self.value) and math.isfinite(self.low)


@dataclass(frozen=True, eq=False)
class Case:
    """A table to be suspicious of.

    Parameters
    ----------
    columns : Columns
        The inputs, without the target.
    y : ndarray, shape (rows,)
        The target: class numbers, int, where there are classes, else float64. Empty where it is not known.
    target : str
        The name of the target.
    classes : tuple
        Empty for a number.
    seen : Profile, optional
        Of the columns that the model was trained on, where these are others.
    skill : Skill, optional
        Of a model on held-out rows.
    varying : frozenset of str
        Columns that vary in other rows of the table, if not in these.
    """

    columns: Columns
    y: NDArray[Any]
    target: str
    classes: tuple[Any, ...] = ()
    seen: Profile | None = None
    skill: Skill | None = None
    varying: frozenset[str] = frozenset()

    @cached_property
    def sample(self) -> Case:
        """The same case with some of the rows, where they are many."""
        rows = sample_rows(self.columns.rows)
        if rows is None:
            return self
        return replace(self, columns=self.columns.take(rows), y=self.y[rows] if len(self.y) else self.y)

    @classmethod
    def beside(
        cls,
        target: Target,
        record: Mapping[str, Any] | None,
        columns: Columns,
        y: NDArray[Any],
        skill: Skill | None = None,
    ) -> Case:
        """Return the case of a table beside the one of training, whose profile is in the record of a model."""
        outline = dict(record or {}).get("profile")
        seen = None if outline is None else Profile.from_outline(outline)
        return cls(columns, y, target.name, target.classes, seen, skill)


def listed(names: tuple[str, ...]) -> str:
    """Return names in quotes, the first few of many; two others at least are counted.

    >>> listed(tuple("abcdef"))
    "'a', 'b', 'c', 'd', 'e', 'f'"
    >>> listed(tuple("abcdefg"))
    "'a', 'b', 'c', 'd', 'e' and 2 others"
    """
    if len(names) <= _SHOWN + 1:
        return ", ".join(map(quoted, names))
    shown = ", ".join(map(quoted, names[:_SHOWN]))
    return fill("{names} and {count} others", names=shown, count=len(names) - _SHOWN)

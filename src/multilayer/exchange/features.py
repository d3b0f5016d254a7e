"""Columns of a table on their way to a network: what scalers, imputers and encoders of other packages make of them.

A feature is one number that a network takes, as a function of one column. Steps that treat each column on its own, in a
pipeline of scikit-learn or in a graph of ONNX, change features; `multilayer.exchange.assembly` makes a model of a table
of the last ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import quoted
from multilayer.tables.texts import shortest

__all__ = [
    "Coded",
    "Feature",
    "Gap",
    "Group",
    "Normed",
    "Number",
    "Text",
    "category_text",
    "filled",
    "is_missing",
    "normed",
    "scaled",
]


@dataclass(frozen=True)
class Number:
    """(x - centre) scale of a column of numbers."""

    column: str
    centre: float = 0.0
    scale: float = 1.0
    missing: float | None = None
    """What stands where x is missing; None where no imputer was there."""

    @property
    def is_plain(self) -> bool:
        """Whether it is the column as it stands."""
        return (self.centre, self.scale, self.missing) == (0.0, 1.0, None)


@dataclass(frozen=True)
class Text:
    """A column of categories as it stands, which an encoder has to make numbers of."""

    column: str
    missing: str | None = None
    """The category that stands where it is missing; None where no imputer was there."""


@dataclass(frozen=True)
class Coded:
    """A number for each category of a column."""

    column: str
    categories: tuple[str, ...]
    values: tuple[tuple[str, float], ...]
    """The categories that have a number of their own, and these."""
    other: float = 0.0
    """The number of all others, known or not."""
    missing: float | None = None
    """The number where it is missing; None where nothing says so, and it is that of any other category."""


@dataclass(frozen=True)
class Gap:
    """Whether the value of a column is missing."""

    column: str
    off: float = 0.0
    on: float = 1.0


@dataclass(frozen=True, eq=False)
class Group:
    """Numbers that are divided by their norm, row by row; see `multilayer.tables.row_norm`."""

    norm: str
    least: float = 0.0


@dataclass(frozen=True)
class Normed:
    """A number over the norm of its group, times a factor, plus a shift."""

    before: Number | Coded | Gap
    group: Group
    factor: float = 1.0
    shift: float = 0.0

    @property
    def column(self) -> str:
        """The column of the number itself."""
        return self.before.column


Feature: TypeAlias = Number | Text | Coded | Gap | Normed


def scaled(feature: Feature, factor: float, shift: float) -> Feature:
    """Return a feature times a factor, plus a shift.

    Raises
    ------
    InputError
        For categories, which are no numbers yet, and for a factor of 0.
    """

    def changed(value: float) -> float:
        return value * factor + shift

    if factor == 0.0 or not np.isfinite(factor) or not np.isfinite(shift):
        raise InputError(
            "it makes column {name} constant; leave that column out", name=quoted(feature.column)
        )
    if isinstance(feature, Number):
        scale = feature.scale * factor
        missing = None if feature.missing is None else changed(feature.missing)
        return Number(feature.column, feature.centre - shift / scale, scale, missing)
    if isinstance(feature, Text):
        raise InputError("column {name} holds categories; encode them first", name=quoted(feature.column))
    if isinstance(feature, Gap):
        return Gap(feature.column, changed(feature.off), changed(feature.on))
    if isinstance(feature, Normed):
        return replace(feature, factor=feature.factor * factor, shift=changed(feature.shift))
    values = tuple((category, changed(value)) for category, value in feature.values)
    missing = None if feature.missing is None else changed(feature.missing)
    return replace(feature, values=values, other=changed(feature.other), missing=missing)


def filled(feature: Feature, value: Any) -> Feature:
    """Return a feature with what an imputer puts where it is missing; after another imputer there is nothing to do.

    Raises
    ------
    InputError
        For numbers that are made of categories.
    """
    if isinstance(feature, Coded | Gap | Normed):
        raise InputError("column {name} is encoded before its gaps are filled", name=quoted(feature.column))
    if feature.missing is not None:
        return feature
    if isinstance(feature, Text):
        return replace(feature, missing=category_text(value))
    return replace(feature, missing=float(value))


def normed(features: Iterable[Feature], norm: str, least: float = 0.0) -> list[Feature]:
    """Return features over their norm.

    Raises
    ------
    InputError
        For categories, which are no numbers yet, and for numbers that were divided by a norm before.
    """
    group, made = Group(norm, least), list[Feature]()
    for feature in features:
        if isinstance(feature, Text):
            raise InputError("column {name} holds categories; encode them first", name=quoted(feature.column))
        if isinstance(feature, Normed):
            raise InputError(
                "column {name} was divided by a norm before; expected one norm", name=quoted(feature.column)
            )
        made.append(Normed(feature, group))
    return made


def category_text(value: Any) -> str:
    """Return a category as tables have it: a text, the shortest one of a number, and "" where it is missing."""
    if isinstance(value, str):
        return value.strip()
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    return shortest(float(value))


def is_missing(value: Any) -> bool:
    """Whether a value of another package stands for a missing one: None, nan, or NA of pandas."""
    return (
        value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and math.isnan(value))
    )

"""Texts that are dates: the formats that can be read in one way only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Dates", "dates_of", "is_date", "may_be_date"]


@dataclass(frozen=True, eq=False)
class Dates:
    """Dates that texts mean."""

    values: NDArray[np.datetime64]
    refused: int | None = None
    """The place of the first text that is no date."""
    ambiguous: str | None = None
    """A text of which day and month may be in either order."""
    other: str | None = None
    """The first text in another format than the first one."""


_TIME = r"(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?))?"
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _TIME + "Z?")
_FORMATS = (
    (_ISO, (1, 2, 3)),
    (re.compile(r"([0-9]{4})/([0-9]{1,2})/([0-9]{1,2})" + _TIME), (1, 2, 3)),
    (re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})" + _TIME), (3, 2, 1)),
)
_EITHER = re.compile(r"[0-9]{1,2}[/-][0-9]{1,2}[/-](?:[0-9]{2}|[0-9]{4})(?:[T ][0-9:. ]+)?")


def dates_of(distinct: Sequence[str]) -> Dates:
    """Return the dates that texts mean, with or without a time.

    The formats are 2024-01-31 (ISO 8601), 2024/01/31 and 31.01.2024, each of which can be read in one way only, so that
    texts may be in several of them. In 01/02/2024 day and month may be in either order.

    >>> dates_of(["31.01.2024", "1.2.2024 10:30"]).values.astype(str).tolist()
    ['2024-01-31T00:00:00.000000', '2024-02-01T10:30:00.000000']
    """
    none = np.empty(0, "datetime64[us]")
    if not distinct:
        return Dates(none)
    if _format_of(distinct[0]) is not None:
        return _dates_in(distinct)
    for place, text in enumerate(distinct):
        if _EITHER.fullmatch(text) is None:
            return Dates(none, place)
    return Dates(none, 0, distinct[0])


def is_date(text: str) -> bool:
    """Whether a text has a format that can be read in one way only."""
    return _format_of(text) is not None


def may_be_date(text: str) -> bool:
    """Whether a text has such a format, or one with day and month in either order."""
    return is_date(text) or _EITHER.fullmatch(text) is not None


_Format = tuple[re.Pattern[str], tuple[int, int, int]]


def _format_of(text: str) -> _Format | None:
    return next((one for one in _FORMATS if one[0].fullmatch(text)), None)


def _dates_in(distinct: Sequence[str]) -> Dates:
    values = np.empty(len(distinct), "datetime64[us]")
    form, other = _format_of(distinct[0]), None
    for place, text in enumerate(distinct):
        match = None if form is None else form[0].fullmatch(text)
        if match is None:
            form = _format_of(text)
            match = None if form is None else form[0].fullmatch(text)
            other = other or text
        if form is None or match is None:
            return Dates(values, place)
        try:
            year, month, day = (match[part] for part in form[1])
            values[place] = np.datetime64(f"{year}-{month:0>2}-{day:0>2}T{match[4] or '00:00'}", "us")
        except ValueError:  # no such day
            return Dates(values, place)
    return Dates(values, other=other)

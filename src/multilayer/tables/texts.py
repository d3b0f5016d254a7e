"""Texts of a column, each different one once, and what they are read as: numbers, dates, categories."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.tables.columns import MISSING, UNSEEN
from multilayer.tables.units import without_unit

__all__ = [
    "CellError",
    "KindError",
    "Numbers",
    "Seen",
    "Texts",
    "is_gap",
    "names_of_booleans",
    "number_of",
    "numbers_of",
    "recoded",
    "shortest",
    "types_fixed",
]

GAPS = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?"})
"""Texts of a missing value, in small letters."""

_BOOLEANS = frozenset({"false", "true"})
_LONGEST_GAP = max(map(len, GAPS))


class CellError(InputError):
    """A value is not as expected. The row counts from 0; in a message it counts from 1.

    `fixed` is the fault where a model or a network decides the types of columns, so that none can be set.
    """

    def __init__(self, column: str, row: int, fault: str, fixed: str | None = None) -> None:
        super().__init__(
            fill("column {name}, row {row}: {fault}", name=quoted(column), row=row + 1, fault=fault)
        )
        self.column, self.row, self.fault = column, row, fault
        self.fixed = fault if fixed is None else fixed

    def at(self, row: int) -> CellError:
        """Return the same error in another row."""
        return CellError(self.column, row, self.fault, self.fixed)


class KindError(InputError):
    """A column is not of the type that it is read as; `fixed` is the error where that cannot be set."""

    def __init__(self, template: str, fixed: str, **places: object) -> None:
        super().__init__(template, **places)
        self.fixed = InputError(fixed, **places)


@contextmanager
def types_fixed() -> Iterator[None]:
    """Let no error within advise to set another type."""
    try:
        yield
    except CellError as error:
        raise CellError(error.column, error.row, error.fixed) from None
    except KindError as error:
        raise error.fixed from None


def is_gap(text: str) -> bool:
    """Whether a text means that the value is missing."""
    return len(text) <= _LONGEST_GAP and text.casefold() in GAPS


def names_of_booleans(distinct: Sequence[str]) -> bool:
    """Whether texts are true and false, in capitals or not."""
    return 0 < len(distinct) <= 4 and _BOOLEANS.issuperset(text.casefold() for text in distinct)


def shortest(value: float) -> str:
    """Return the shortest text of a number that reads back as the same one.

    >>> shortest(1.0), shortest(0.1), shortest(-0.0)
    ('1', '0.1', '0')
    """
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    return repr(value)


@dataclass(frozen=True, eq=False)
class Seen:
    """Where distinct texts stand in a column, of which the codes are those of some rows alone."""

    counts: NDArray[np.int64]
    firsts: NDArray[np.int64]
    """The first row of each, from 0."""

    def recoded(self, to: Sequence[int], distinct: int) -> Seen:
        """Return the same of texts in other places, several of them perhaps in one."""
        places = np.asarray(to, np.intp)
        kept = places >= 0
        counts = np.zeros(distinct, np.int64)
        np.add.at(counts, places[kept], self.counts[kept])
        firsts = np.full(distinct, np.iinfo(np.int64).max)
        np.minimum.at(firsts, places[kept], self.firsts[kept])
        return Seen(counts, firsts)


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts as codes: `distinct[codes[row]]`, missing where the code is `MISSING`."""

    distinct: Sequence[str]
    codes: NDArray[np.int32]
    seen: Seen | None = None
    """Of a column with more rows than there are codes."""

    @staticmethod
    def of(values: Iterable[str | None]) -> Texts:
        """Return the texts of some rows."""
        places: dict[str, int] = {}
        codes = [MISSING if value is None else places.setdefault(value, len(places)) for value in values]
        return Texts(list(places), np.array(codes, np.int32))

    @staticmethod
    def of_numbers(values: NDArray[np.float64]) -> Texts:
        """Return the shortest texts of numbers, in order."""
        present = ~np.isnan(values)
        distinct, found = np.unique(values[present], return_inverse=True)
        codes = np.full(len(values), MISSING, np.int32)
        codes[present] = found
        return Texts([shortest(value) for value in distinct.tolist()], codes)

    @property
    def present(self) -> int:
        """How many rows have a value."""
        return int(np.count_nonzero(self.codes >= 0) if self.seen is None else self.seen.counts.sum())

    def row_of(self, place: int) -> int:
        """Return the first row of a distinct text, from 0."""
        return int(np.argmax(self.codes == place) if self.seen is None else self.seen.firsts[place])

    def tidy(self) -> Texts:
        """Return the texts without spaces around them, and with gaps that are spelt out as missing."""
        places: dict[str, int] = {}
        stripped = [text.strip() for text in self.distinct]
        to = [MISSING if is_gap(text) else places.setdefault(text, len(places)) for text in stripped]
        if len(places) == len(self.distinct):
            return Texts(stripped, self.codes, self.seen)
        seen = None if self.seen is None else self.seen.recoded(to, len(places))
        return Texts(list(places), recoded(self.codes, to), seen)

    def spread(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the value of each row, given those of the distinct texts: nan or NaT where missing."""
        missing = np.array([np.nan if values.dtype.kind == "f" else "NaT"], values.dtype)
        return np.concatenate([values, missing, missing])[self.codes]  # the places of UNSEEN and MISSING

    def spread_objects(self) -> NDArray[np.object_]:
        """Return the text of each row, None where missing."""
        values = np.empty(len(self.distinct) + 2, object)
        values[:-2] = self.distinct
        return np.asarray(values[self.codes])

    def categories(self, *, ordered: bool = False) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        """Return the texts in order, or as they are `ordered`, and the codes among them.

        Booleans are "false" and "true"; 1.0 is "1". Numbers are in order of their values.
        """
        folded = names_of_booleans(self.distinct)
        names = [text.casefold() if folded else _TRAILING_ZEROS.sub(r"\1", text) for text in self.distinct]
        different = tuple(dict.fromkeys(names))
        if not ordered:
            different = tuple(sorted(different, key=_order(different)))
        places = {name: place for place, name in enumerate(different)}
        return different, recoded(self.codes, [places[name] for name in names])

    def refusal(self, name: str, place: int, template: str, fixed: str | None = None) -> CellError:
        """Return the error for a text that is not what was expected: templates with a place for what was `found`."""
        found = quoted(self.distinct[place])
        faults = (fill(each, found=found) for each in (template, template if fixed is None else fixed))
        return CellError(name, self.row_of(place), *faults)


_TRAILING_ZEROS = re.compile(r"^([+-]?(?:0|[1-9][0-9]*))\.0+$")


def recoded(codes: NDArray[np.int32], to: Sequence[int]) -> NDArray[np.int32]:
    """Return codes replaced by others, given those of each place; `MISSING` and `UNSEEN` stay."""
    return np.array([*to, UNSEEN, MISSING], np.int32)[codes]  # the places of UNSEEN and MISSING


def _order(names: Sequence[str]) -> Callable[[str], Any]:
    numbers = numbers_of(names, ".")
    return float if numbers.refused is None and numbers.adorned is None else str


@dataclass(frozen=True, eq=False)
class Numbers:
    """Numbers that texts mean."""

    values: NDArray[np.float64]
    refused: int | None = None
    """The place of the first text that is no number."""
    adorned: str | None = None
    """A text with groups of three digits, or with a unit."""
    value_of_adorned: float = 0.0


_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GROUPS = {
    ".": re.compile(
        r"[+-]?[1-9][0-9]{0,2}(?:([,'\u2019 \u00a0\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]*)?"
    ),
    ",": re.compile(
        r"[+-]?[1-9][0-9]{0,2}(?:([.'\u2019 \u00a0\u2009\u202f])[0-9]{3})(?:\1[0-9]{3})*(?:,[0-9]*)?"
    ),
}


def number_of(text: str, decimal: str = ".") -> tuple[float, str] | None:
    """Return the number that a text means, and the sign between its groups of three digits; None for no number.

    The groups are separated by a comma (a point, where the decimal sign is a comma), an apostrophe or a space; each but
    the first has three digits, and the first does not begin with 0.

    >>> number_of("1,234.5"), number_of("1.234,5", decimal=","), number_of("12,34")
    ((1234.5, ','), (1234.5, '.'), None)
    """
    plain = text.replace(",", ".") if decimal == "," and "." not in text else text
    if _NUMBER.fullmatch(plain) and not (decimal == "," and "." in text):
        return float(plain), ""
    match = _GROUPS[decimal].fullmatch(text)
    if match is None:
        return None
    return float(text.replace(match[1], "").replace(decimal, ".")), match[1]


def numbers_of(distinct: Sequence[str], decimal: str) -> Numbers:
    """Return the numbers that texts mean: all have the same unit (see `units.without_unit`), or none has one.

    Refused is the first text that is no number, has another unit, or another sign between its groups.
    """
    values = np.empty(len(distinct))
    sign = adorned = None
    value_of_adorned = 0.0
    unit_of_all = without_unit(distinct[0])[0] if distinct else ""
    for place, text in enumerate(distinct):
        unit, bare = without_unit(text)
        number = number_of(bare, decimal)
        if unit != unit_of_all or number is None or (number[1] and sign not in (None, number[1])):
            return Numbers(values, place)
        values[place] = number[0]
        sign = number[1] or sign
        if (number[1] or unit) and adorned is None:
            adorned, value_of_adorned = text, number[0]
    return Numbers(values, None, adorned, value_of_adorned)

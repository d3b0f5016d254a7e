"""What the values of a column are, by written rules; every decision is settable, and noted where it may be wrong.

Missing are empty cells and, in capitals or not, NA, N/A, #N/A, <NA>, NaN, null, none and ?; spaces around a value are
not part of it. The first rule that applies decides:

1. A kind that the user set.
2. Booleans, and texts that are all true or false in capitals or not, are the categories "false" and "true".
3. Numbers are numbers, those with few values included: whole numbers may be counts, and a network reads them well.
   Whole numbers without gaps that are all different are an *identifier* where the column is called like one (id,
   user_id, userId, index, key, uuid; or not at all), or where they count up by one from 0 or 1, row by row, 20 rows or
   more. A category of whole numbers has to be set.
4. Texts that are all numbers are numbers: with the decimal sign of the file, with groups of three digits (see
   `texts.number_of`), and with a unit that is the same in all of them: % or a currency (see `units.without_unit`). 12 %
   is 12.
5. Texts that are all dates in the formats of `date_texts.dates_of` are dates. Where day and month may be in either
   order, they stay text.
6. Texts of which more than 9 in 10 are different, in 20 rows or more, name the row: an *identifier* where none holds a
   space, otherwise *text*. So are texts that are all different in a column called like an identifier.
7. Texts of at most 50 different values, or of values that occur twice on average, and of at most 10,000 of them, are
   *categories*. All others are *text*.
8. A column without a value is of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import Column, Kind
from multilayer.tables.date_texts import dates_of
from multilayer.tables.nearly import nearly_dates, nearly_numbers, numbers_with_a_word
from multilayer.tables.reading import Doubt, Understood
from multilayer.tables.texts import (
    CellError,
    KindError,
    Texts,
    names_of_booleans,
    numbers_of,
    shortest,
)

__all__ = ["declared_category", "of_dates", "of_numbers", "of_texts"]

MOST_CATEGORIES = 10_000
"""More values than this are no category unless the user says so."""

_SURE_CATEGORIES = 50
_MANY_ROWS = 20
_MOSTLY = 0.9

_NAMED_LIKE_AN_ID = re.compile(
    r"|column 1|unnamed: 0|(.*[^a-z])?(ids?|uuid|guid|index|idx|key|rownames?)", re.IGNORECASE
)
_CAMEL_ID = re.compile(r".*[a-z0-9]I[dD]")

_IDENTIFIER = N_(
    "{columns}: read as an identifier, from which nothing is learned, as its values name the rows; "
    "where they mean something, set another type"
)
_TEXT = N_("{columns}: read as text, as {distinct} of its {rows} values are different ones")
_FEW = N_(
    "{columns}: whole numbers with few values are read as numbers; where they are codes, set the type category"
)
_GROUPED = N_("{columns}: {text} is read as the number {number}")
_SEVERAL_FORMATS = N_("{columns}: dates in several formats, such as {one} and {other}, are read as dates")
_EMPTY = N_("{columns}: no row has a value")
_DAY_OR_MONTH = N_(
    "{columns}: read as text, as day and month of {text} may be in either order; write dates as 2024-01-31"
)

_NUL = N_("expected text without NUL bytes, found {found}; mend it")
_INFINITE = N_("expected a finite number, found an infinite one; leave the cell empty")
_INFINITE_FIXED = N_("expected a finite number, found an infinite one; mend it, or leave the row out")
_NO_NUMBER = N_("expected a number, found {found}; mend it or set another type")
_NO_NUMBER_FIXED = N_("expected a number, found {found}; mend it, or leave the row out")
_NO_DATE = N_("expected a date as 2024-01-31, found {found}; mend it or set another type")
_NO_DATE_FIXED = N_("expected a date as 2024-01-31, found {found}; mend it, or leave the row out")
_NUMBERS_NO_DATES = N_("column {name}: expected dates as 2024-01-31, found numbers; set another type")
_NUMBERS_NO_DATES_FIXED = N_("column {name}: expected dates as 2024-01-31, found numbers; mend the column")
_DATES_NO_NUMBERS = N_("column {name}: expected numbers, found dates; set another type")
_DATES_NO_NUMBERS_FIXED = N_("column {name}: expected numbers, found dates; mend the column")


def of_numbers(
    name: str, values: NDArray[Any], kind: Kind | None = None, *, counting: bool | None = None
) -> Understood:
    """Return a column of numbers, float64 with nan where missing.

    Of values that are some rows of a column, `counting` is whether they count up by one in all of them.

    Raises
    ------
    InputError
        For an infinite one; with the row.
    """
    if np.isinf(values).any():
        row = int(np.argmax(np.isinf(values)))
        raise CellError(name, row, fill(_INFINITE), fill(_INFINITE_FIXED))
    column = Column(name, "number", values)
    if kind == "number":
        return Understood(column)
    if kind == "date":
        raise KindError(_NUMBERS_NO_DATES, _NUMBERS_NO_DATES_FIXED, name=quoted(name))
    if kind is not None:
        return Understood(_TEXTS_AS[kind](name, Texts.of_numbers(values), "."))
    if np.isnan(values).all():
        return Understood(column, Doubt(_EMPTY, name) if len(values) else None)
    if _counts_rows(name, values, counting):
        return Understood(_identifier(name, Texts.of_numbers(values)), Doubt(_IDENTIFIER, name))
    return Understood(column, Doubt(_FEW, name) if _has_few(values) else None)


def _has_few(values: NDArray[Any]) -> bool:
    """Whether values are more than two and at most ten whole numbers in a row."""
    low, high = np.nanmin(values), np.nanmax(values)
    return bool(2 <= high - low < 10 and len(values) > _MANY_ROWS and _is_whole(values))


def _is_whole(values: NDArray[Any]) -> bool:
    return all(  # most columns of fractions show it in their first values
        bool(np.all((part == np.rint(part)) | np.isnan(part))) for part in (values[:100], values)
    )


def _counts_rows(name: str, values: NDArray[Any], counting: bool | None) -> bool:
    if counting is not None and len(values) >= _MANY_ROWS:
        if counting:
            return True
    elif len(values) >= _MANY_ROWS and values[0] in (0.0, 1.0):
        start = np.arange(values[0], values[0] + 100)[: len(values)]
        if np.array_equal(values[:100], start) and np.all(np.diff(values) == 1.0):
            return True
    if len(values) < 2 or not named_like_an_id(name) or np.isnan(values).any() or not _is_whole(values):
        return False
    return len(np.unique(values)) == len(values)


def named_like_an_id(name: str) -> bool:
    """Whether a column is called like an identifier: id, user_id, userId, index, key, or not at all."""
    return _NAMED_LIKE_AN_ID.fullmatch(name.strip()) is not None or _CAMEL_ID.fullmatch(name) is not None


def of_dates(name: str, values: NDArray[Any], kind: Kind | None = None) -> Understood:
    """Return a column of dates, datetime64[us] with NaT where missing."""
    if kind is None or kind == "date":
        return Understood(Column(name, "date", values))
    if kind == "number":
        raise KindError(_DATES_NO_NUMBERS, _DATES_NO_NUMBERS_FIXED, name=quoted(name))
    return of_texts(name, Texts.of(Column(name, "date", values).texts()), kind)


def of_texts(name: str, texts: Texts, kind: Kind | None = None, decimal: str = ".") -> Understood:
    """Return a column of texts: values that are different, and the place of each row's value among them.

    Raises
    ------
    InputError
        Where they are not what the user set; with the row.
    """
    _check_printable(name, texts)
    texts = texts.tidy()
    if kind is not None:
        return Understood(_TEXTS_AS[kind](name, texts, decimal))
    if not texts.distinct:
        return Understood(
            Column(name, "number", np.full(len(texts.codes), np.nan)),
            Doubt(_EMPTY, name) if len(texts.codes) else None,
        )
    found = next(found for rule in _RULES if (found := rule(name, texts, decimal)) is not None)
    if found.column.kind == "number":
        return found
    nearly = (
        nearly_numbers(name, texts, decimal) or numbers_with_a_word(name, texts) or nearly_dates(name, texts)
    )
    return replace(found, doubt=nearly or found.doubt)


def _check_printable(name: str, texts: Texts) -> None:
    if "\0" in "".join(texts.distinct):
        place = next(place for place, text in enumerate(texts.distinct) if "\0" in text)
        raise texts.refusal(name, place, _NUL)


def _as_booleans(name: str, texts: Texts, decimal: str) -> Understood | None:
    return Understood(_category(name, texts, decimal)) if names_of_booleans(texts.distinct) else None


def _as_numbers(name: str, texts: Texts, decimal: str) -> Understood | None:
    numbers = numbers_of(texts.distinct, decimal)
    if numbers.refused is None:
        if numbers.adorned is None:
            return of_numbers(name, texts.spread(numbers.values))
        understood = of_numbers(name, texts.spread(numbers.values), "number")  # 3 % counts no rows
        places = (("text", quoted(numbers.adorned)), ("number", shortest(numbers.value_of_adorned)))
        return replace(understood, doubt=Doubt(_GROUPED, name, places))
    return None


def _as_dates(name: str, texts: Texts, decimal: str) -> Understood | None:
    dates = dates_of(texts.distinct)
    if dates.refused is None:
        column = Column(name, "date", texts.spread(dates.values))
        if dates.other is None:
            return Understood(column)
        both = (("one", quoted(texts.distinct[0])), ("other", quoted(dates.other)))
        return Understood(column, Doubt(_SEVERAL_FORMATS, name, both))
    if dates.ambiguous is not None:
        return Understood(
            _text(name, texts), Doubt(_DAY_OR_MONTH, name, (("text", quoted(dates.ambiguous)),))
        )
    return None


def _as_identifier(name: str, texts: Texts, decimal: str) -> Understood | None:
    distinct, rows = len(texts.distinct), texts.present
    if distinct == rows and rows > 1 and named_like_an_id(name):
        return Understood(_identifier(name, texts), Doubt(_IDENTIFIER, name))
    if rows < _MANY_ROWS or distinct <= _MOSTLY * rows:
        return None
    if any(" " in text for text in texts.distinct):
        return Understood(_text(name, texts), Doubt(_TEXT, name, (("distinct", distinct), ("rows", rows))))
    return Understood(_identifier(name, texts), Doubt(_IDENTIFIER, name))


def _as_category(name: str, texts: Texts, decimal: str) -> Understood | None:
    distinct = len(texts.distinct)
    if distinct <= _SURE_CATEGORIES or (2 * distinct <= texts.present and distinct <= MOST_CATEGORIES):
        return Understood(_category(name, texts, decimal))
    return None


def _as_text(name: str, texts: Texts, decimal: str) -> Understood:
    places = (("distinct", len(texts.distinct)), ("rows", texts.present))
    return Understood(_text(name, texts), Doubt(_TEXT, name, places))


_RULES: tuple[Callable[[str, Texts, str], Understood | None], ...] = (
    _as_booleans,
    _as_numbers,
    _as_dates,
    _as_identifier,
    _as_category,
    _as_text,
)


def _category(name: str, texts: Texts, decimal: str = ".") -> Column:
    categories, codes = texts.categories()
    return Column(name, "category", codes, categories)


def declared_category(name: str, texts: Texts) -> Column:
    """Return a column of categories that are declared as such: they keep their order, and those without rows stay."""
    _check_printable(name, texts)
    categories, codes = texts.tidy().categories(ordered=True)
    return Column(name, "category", codes, categories)


def _text(name: str, texts: Texts, decimal: str = ".") -> Column:
    return Column(name, "text", texts.spread_objects())


def _identifier(name: str, texts: Texts, decimal: str = ".") -> Column:
    return Column(name, "identifier", texts.spread_objects())


def _number(name: str, texts: Texts, decimal: str) -> Column:
    numbers = numbers_of(texts.distinct, decimal)
    if numbers.refused is not None:
        raise texts.refusal(name, numbers.refused, _NO_NUMBER, _NO_NUMBER_FIXED)
    return Column(name, "number", texts.spread(numbers.values))


def _date(name: str, texts: Texts, decimal: str) -> Column:
    dates = dates_of(texts.distinct)
    if dates.refused is not None:
        raise texts.refusal(name, dates.refused, _NO_DATE, _NO_DATE_FIXED)
    return Column(name, "date", texts.spread(dates.values))


_TEXTS_AS: dict[Kind, Callable[[str, Texts, str], Column]] = {
    "number": _number,
    "category": _category,
    "date": _date,
    "text": _text,
    "identifier": _identifier,
}

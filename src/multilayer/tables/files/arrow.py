"""Arrow's arrays as columns: numbers without a copy, texts as codes, nothing row by row."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import MissingExtraError
from multilayer._base.text import quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import MISSING, Kind
from multilayer.tables.kinds import declared_category, of_dates, of_numbers, of_texts
from multilayer.tables.reading import Understood
from multilayer.tables.texts import KindError, Texts

__all__ = ["array_of", "arrow", "as_text", "column_of", "filled", "flat", "in_one"]

_MOST_OF_STRINGS = 2**31 - 1
"""Bytes of an array of texts with offsets of 32 bits."""
_NO_DATE = np.iinfo(np.int64).min
"""The number of NaT."""

_OTHER = N_("column {name}: expected numbers, texts or dates, found {type}; leave it out")
_OTHER_FIXED = N_("column {name}: expected numbers, texts or dates, found {type}; mend the column")


@cache
def arrow(module: str = "") -> Any:
    """Return pyarrow, or a module of it.

    Raises
    ------
    MissingExtraError
        When it is not installed.
    """
    try:
        return importlib.import_module(f"pyarrow.{module}" if module else "pyarrow")
    except ImportError:
        raise MissingExtraError("reading tables", "pyarrow", "data") from None


def column_of(name: str, values: Any, kind: Kind | None = None, decimal: str | None = None) -> Understood:
    """Return an array of Arrow, chunked or not, as a column.

    An array with a dictionary is a category, as declared, with all that it has, in its order; unless it comes from a
    text with a decimal sign, where Arrow has encoded what is text.

    Raises
    ------
    InputError
        For lists and records, and for values that are not of the kind that the user set.
    """
    types = arrow("types")
    if hasattr(values, "combine_chunks"):
        values = in_one(values)
    for belongs, read in _READERS:
        if any(getattr(types, f"is_{each}")(values.type) for each in belongs):
            return read(name, values, kind, decimal)
    raise KindError(_OTHER, _OTHER_FIXED, name=quoted(name), type=quoted(str(values.type)))


def array_of(values: Any) -> NDArray[Any]:
    """Return an array of Arrow without gaps, chunked or not, as NumPy's: of numbers, or of texts as objects."""
    if hasattr(values, "combine_chunks"):
        values = in_one(values)
    types = arrow("types")
    if types.is_boolean(values.type):
        values = values.cast("uint8")
    if types.is_decimal(values.type):
        values = values.cast("float64", safe=False)
    if types.is_integer(values.type) or types.is_floating(values.type):
        return filled(values, 0)
    if types.is_dictionary(values.type):
        distinct: NDArray[Any] = np.array(values.dictionary.to_pylist(), object)
        codes = filled(values.indices.cast("int64"), 0)
        return np.asarray(distinct[codes])
    return np.array(values.to_pylist(), object)


def flat(values: Any) -> Any:
    """Return an array of Arrow in one piece, without a dictionary; lists and records as texts."""
    if hasattr(values, "combine_chunks"):
        values = in_one(values)
    types = arrow("types")
    if types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return as_text(values) if types.is_nested(values.type) else values


def as_text(values: Any) -> Any:
    """Return an array of Arrow as one of texts, null where missing."""
    try:
        return values.cast("string")
    except arrow().ArrowNotImplementedError:  # lists and records
        texts = [None if value is None else str(value) for value in values.to_pylist()]
        return arrow().array(texts, "string")


def in_one(values: Any) -> Any:
    """Return a chunked array of Arrow in one piece."""
    if values.num_chunks == 1:
        return values.chunk(0)
    types = arrow("types")
    if types.is_dictionary(values.type):
        values = values.unify_dictionaries()
    if types.is_string(values.type) and values.nbytes > _MOST_OF_STRINGS:
        values = values.cast("large_string")
    return arrow().concat_arrays(values.chunks) if values.num_chunks else arrow().array([], values.type)


def _floats(values: Any) -> NDArray[np.float64]:
    """Return an array of numbers as float64, nan where missing.

    Whole numbers without gaps are not cast by Arrow, as the module for it takes longer to import than they take.
    """
    whole = arrow("types").is_integer(values.type) and not values.null_count
    if not whole and (values.null_count or not arrow("types").is_floating(values.type)):
        values = values.cast("float64", safe=False)
    return np.asarray(filled(values, 0 if whole else np.nan), np.float64)


def filled(values: Any, gap: float) -> NDArray[Any]:
    """Return an array of numbers as NumPy's, without a copy where no value is missing.

    Arrow's own `to_numpy` and `fill_null` import pandas first, where that is installed, which takes half a second.
    """
    bits, numbers = values.buffers()
    count, above = len(values), values.offset
    whole: NDArray[Any] = np.from_dlpack(
        arrow().Array.from_buffers(values.type, count, [None, numbers], offset=above)
    )
    if not values.null_count:
        return whole
    present = np.unpackbits(np.frombuffer(bits, np.uint8), count=above + count, bitorder="little")[above:]
    return np.where(present.view(bool), whole, whole.dtype.type(gap))


def _numbers(name: str, values: Any, kind: Kind | None, decimal: str | None) -> Understood:
    if arrow("types").is_decimal(values.type):
        values = values.cast("float64", safe=False)
    return of_numbers(name, _floats(values), kind)


def _no_values(name: str, values: Any, kind: Kind | None, decimal: str | None) -> Understood:
    return of_texts(name, Texts([], np.full(len(values), MISSING, np.int32)), kind)


def _booleans(name: str, values: Any, kind: Kind | None, decimal: str | None) -> Understood:
    if kind == "number":
        return _numbers(name, values.cast("uint8"), kind, decimal)
    codes = filled(values.cast("int32"), MISSING)
    return of_texts(name, Texts(["false", "true"], codes), kind)


def _dates(name: str, values: Any, kind: Kind | None, decimal: str | None) -> Understood:
    if getattr(values.type, "tz", None):  # the moment, as in UTC
        values = values.cast(arrow().timestamp(values.type.unit))
    moments = filled(values.cast(arrow().timestamp("us"), safe=False).cast("int64"), _NO_DATE)
    return of_dates(name, moments.view("datetime64[us]"), kind)


def _times(name: str, values: Any, kind: Kind | None, decimal: str | None) -> Understood:
    """Times of day and durations are numbers of seconds."""
    unit = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[values.type.unit]
    whole = values.cast(f"int{values.type.bit_width}")
    return of_numbers(name, _floats(whole) / unit, kind)


def _texts(name: str, values: Any, kind: Kind | None, decimal: str | None) -> Understood:
    if str(values.type) == "string_view":  # cannot be encoded
        values = values.cast("large_string")
    return _dictionary(name, values.dictionary_encode(), kind, decimal or ".")


def _dictionary(name: str, values: Any, kind: Kind | None, decimal: str | None) -> Understood:
    types, codes, distinct = arrow("types"), values.indices, values.dictionary
    if not (types.is_string(distinct.type) or types.is_large_string(distinct.type)):
        return column_of(name, values.dictionary_decode(), kind or "category", decimal)
    if not types.is_int32(codes.type):
        codes = codes.cast("int32")
    texts = Texts(distinct.to_pylist(), filled(codes, MISSING))
    if decimal is None and kind in (None, "category"):
        return Understood(declared_category(name, texts))
    return of_texts(name, texts, kind, decimal or ".")


_READERS = (
    (("integer", "floating", "decimal"), _numbers),
    (("null",), _no_values),
    (("boolean",), _booleans),
    (("date", "timestamp"), _dates),
    (("time", "duration"), _times),
    (("dictionary",), _dictionary),
    (("string", "large_string", "string_view"), _texts),
)

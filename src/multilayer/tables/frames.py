"""Data frames and arrays as columns; the only importer of narwhals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import fill, one_line, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import MISSING, Column, Columns, Kind
from multilayer.tables.files.arrow import column_of
from multilayer.tables.kinds import of_dates, of_numbers, of_texts
from multilayer.tables.reading import Reading, Understood, check_types, gathered, named_apart
from multilayer.tables.texts import CellError, Texts

__all__ = ["columns_of", "reading_of"]


def columns_of(
    table: Any, types: Mapping[str, Kind] | None = None, only: Collection[str] | None = None
) -> Columns:
    """Return a table in memory as columns.

    Parameters
    ----------
    table : Columns, data frame, mapping, or array of shape (rows, columns)
        A data frame of pandas, polars, Arrow or another library that narwhals takes; a mapping from names to
        one-dimensional arrays or lists. The columns of an array are called x1, x2, ...
    types : mapping from names to kinds
        Kinds that decide instead of the rules of `multilayer.tables.kinds`.
    only : collection of names, optional
        Where the table has all of these columns, no other one is looked at.

    Raises
    ------
    InputError
        For what is no table, columns of different lengths, values of mixed types, infinite numbers, and types of
        columns that are not there.

    Examples
    --------
    >>> table = columns_of({"age": [31, None, 27], "job": ["clerk", "cook", ""]})
    >>> [(column.name, column.kind, column.texts()) for column in table]
    [('age', 'number', ['31.0', None, '27.0']), ('job', 'category', ['clerk', 'cook', None])]
    """
    return reading_of(table, types, only).columns


def reading_of(
    table: Any, types: Mapping[str, Kind] | None = None, only: Collection[str] | None = None
) -> Reading:
    """Return a table in memory as columns, and what was found out about it; see `columns_of`."""
    types = types or {}
    if isinstance(table, Columns) and not types:
        return Reading(table)
    arrays = _arrays(table)
    names, notes = named_apart([str(name) for name, _ in arrays])
    check_types(types, names)
    wanted = set(names if only is None or not set(only) <= set(names) else only)
    named = zip(names, (values for _, values in arrays), strict=True)
    understood = [_column(name, values, types.get(name)) for name, values in named if name in wanted]
    _check_lengths(understood)
    return gathered(understood, notes)


def _arrays(table: Any) -> Iterable[tuple[object, Any]]:
    """Return names and values."""
    if isinstance(table, Columns):
        return [(column.name, column) for column in table]
    if isinstance(table, Mapping):
        return list(table.items())
    if isinstance(table, np.ndarray):
        if table.ndim != 2:
            raise InputError(
                "expected a table of shape (rows, columns), found an array of shape {shape}",
                shape=table.shape,
            )
        return [(f"x{place}", column) for place, column in enumerate(table.T, 1)]
    return _series(table)


def _series(frame: Any) -> Iterable[tuple[object, Any]]:
    try:
        import narwhals.stable.v1 as nw
    except ImportError:
        raise MissingExtraError("reading data frames", "narwhals", "data") from None
    names = getattr(frame, "column_names", getattr(frame, "columns", ()))
    try:
        named_apart([str(name) for name in names])
        known = nw.from_native(frame, eager_only=True)
    except TypeError:
        raise InputError(
            "expected a data frame, a mapping from names to arrays or a 2-D array, found {kind}",
            kind=quoted(type(frame).__name__),
        ) from None
    return [(series.name, series) for series in known.iter_columns()]


def _column(name: str, values: Any, kind: Kind | None) -> Understood:
    if isinstance(values, Column):
        return (
            Understood(values)
            if kind in (None, values.kind)
            else of_texts(name, Texts.of(values.texts()), kind)
        )
    if hasattr(values, "to_native") and hasattr(values, "to_arrow"):
        native = values.to_native()
        if not isinstance(getattr(native, "dtype", None), np.dtype):
            with suppress(TypeError, NotImplementedError):  # what Arrow does not have
                return column_of(name, values.to_arrow(), kind)
        values = native.to_numpy()
    return _of_array(name, _array(values), kind)


def _array(values: Any) -> NDArray[Any]:
    if isinstance(values, list | tuple):
        return np.fromiter(values, object, len(values))
    if isinstance(values, np.ma.MaskedArray):
        objects = values.data.astype(object)
        objects[np.ma.getmaskarray(values)] = None
        return objects
    return np.asarray(values)


def _of_array(name: str, array: NDArray[Any], kind: Kind | None) -> Understood:
    if array.ndim != 1:
        raise InputError(
            "column {name}: expected one dimension, found an array of shape {shape}",
            name=quoted(name),
            shape=array.shape,
        )
    for kinds, read in _READERS.items():
        if array.dtype.kind in kinds:
            return read(name, array, kind)
    raise InputError(
        "column {name}: expected numbers, texts or dates, found {dtype}",
        name=quoted(name),
        dtype=quoted(str(array.dtype)),
    )


def _numbers(name: str, values: NDArray[Any], kind: Kind | None) -> Understood:
    return of_numbers(name, np.asarray(values, np.float64), kind)


def _booleans(name: str, values: NDArray[Any], kind: Kind | None) -> Understood:
    if kind == "number":
        return _numbers(name, values, kind)
    return of_texts(name, Texts(["false", "true"], values.astype(np.int32)), kind)


def _texts(name: str, values: NDArray[Any], kind: Kind | None) -> Understood:
    return of_texts(name, Texts.of(values.tolist()), kind)


def _dates(name: str, values: NDArray[Any], kind: Kind | None) -> Understood:
    return of_dates(name, values.astype("datetime64[us]"), kind)


def _durations(name: str, values: NDArray[Any], kind: Kind | None) -> Understood:
    return of_numbers(name, values / np.timedelta64(1, "s"), kind)


def _objects(name: str, values: NDArray[Any], kind: Kind | None) -> Understood:
    """Return a column of Python objects, which are all of one type, or missing."""
    objects = [None if _is_missing(value) else value for value in values.tolist()]
    first = next((row for row, value in enumerate(objects) if value is not None), None)
    if first is None:
        return of_texts(name, Texts.of(objects), kind)
    example = objects[first]
    for types, read in _types_of_objects():
        if isinstance(example, types):
            for row, value in enumerate(objects):
                if value is not None and not isinstance(value, types):
                    fault = fill(_MIXED, like=_shown(example), row=first + 1, found=_shown(value))
                    raise CellError(name, row, fault)
            return read(name, objects, kind)
    raise CellError(
        name, first, fill("expected a number, a text or a date, found {found}", found=_shown(example))
    )


_MIXED = N_("expected a value like {like} in row {row}, found {found}")


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)  # noqa: PLR0124  nan and NaT
    except TypeError:  # pandas.NA
        return True
    except ValueError:  # an array
        return False


def _shown(value: Any) -> str:
    return one_line(f"{value!r} ({type(value).__name__})", 60)


def _types_of_objects() -> tuple[tuple[Any, Callable[[str, list[Any], Kind | None], Understood]], ...]:
    from datetime import date
    from decimal import Decimal
    from numbers import Real

    return (
        ((bool, np.bool_), _boolean_objects),
        (str, lambda name, objects, kind: of_texts(name, Texts.of(objects), kind)),
        ((Real, Decimal), lambda name, objects, kind: of_numbers(name, _floats(objects), kind)),
        (
            (date, np.datetime64),
            lambda name, objects, kind: of_dates(name, np.array(objects, "M8[us]"), kind),
        ),
    )


def _floats(objects: list[Any]) -> NDArray[np.float64]:
    try:
        return np.array(objects, np.float64)
    except OverflowError:  # an integer beyond the range, which is refused as an infinite number is
        largest = int(np.finfo(np.float64).max)
        return np.array(
            [np.inf if value is not None and abs(value) > largest else value for value in objects], float
        )


def _boolean_objects(name: str, objects: list[Any], kind: Kind | None) -> Understood:
    if kind == "number":
        return of_numbers(name, np.array(objects, np.float64), kind)
    codes = np.array([MISSING if value is None else int(value) for value in objects], np.int32)
    return of_texts(name, Texts(["false", "true"], codes), kind)


_READERS = {"iuf": _numbers, "b": _booleans, "UST": _texts, "M": _dates, "m": _durations, "O": _objects}


def _check_lengths(understood: list[Understood]) -> None:
    lengths = {each.column.name: len(each.column.values) for each in understood}
    for name, length in lengths.items():
        first = next(iter(lengths))
        if length != lengths[first]:
            raise InputError(
                "column {name} has {length} rows, and column {first} has {lengths}; expected as many in each",
                name=quoted(name),
                length=length,
                first=quoted(first),
                lengths=lengths[first],
            )

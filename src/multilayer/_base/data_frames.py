"""Data frames, and array-likes beside them, as plain arrays of real numbers.

A data frame is recognized by its attributes (`columns`, and a conversion to NumPy), so that pandas, polars, Arrow
tables and Dask are supported and none is imported. One rule says which columns are taken, the rule of `multilayer run`
for the columns of a file:

- Where names are known (the inputs of a network) columns are taken by name, in the order of the names. Other columns
  are left out. Labels are compared as text, so that the column 2023 is '2023'.
- Without names all columns are taken, in their order. This also holds where the labels of the frame are only the
  numbers 0, 1, 2, ... of its columns, which is the default of pandas, and not the names.

A pandas Series is one sample, the labels of its index in the place of those of columns.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.arrays import real_array, well_laid_out
from multilayer._base.errors import InputError
from multilayer._base.text import near_or_found, quoted
from multilayer._base.translation import N_, translated

__all__ = ["column_places", "count_of_columns", "is_frame", "named_columns", "numbers"]

_INPUT = N_("an input of the network")
_COLUMNS: dict[str, Callable[[Any], list[Any]]] = {
    "get_columns": lambda frame: list(frame.get_columns()),  # polars
    "itercolumns": lambda frame: list(frame.itercolumns()),  # Arrow
    "items": lambda frame: [column for _, column in frame.items()],  # pandas, and what is like it
}
"""The method by which a kind of data frame is recognized, and how its columns are read."""


def numbers(name: str, given: Any, columns: Sequence[str] | None = None, what: str = _INPUT) -> NDArray[Any]:
    """Return anything array-like as an array of real numbers, a data frame's columns by the names in `columns`.

    Raises
    ------
    InputError
        As `real_array` does; for a column that is not there or holds no numbers, with its name.
    """
    if is_frame(given):
        return _joined(name, *_chosen(name, given, columns, what))
    if columns is not None and _is_labelled_row(given):
        places = _places(name, list(given.index), columns, what)
        return real_array(name, given)[places]
    return real_array(name, given)


def is_frame(given: Any) -> bool:
    """Whether `given` is a data frame: it has columns, and can be made an array. A Dask series has them, too."""
    return hasattr(type(given), "columns") and _converts(given) and getattr(given, "ndim", 2) == 2


def count_of_columns(frame: Any) -> int:
    """Return how many columns a data frame has."""
    return len(_labels(frame))


def named_columns(name: str, given: Any, columns: Sequence[str] | None) -> Any:
    """Return a data frame with the columns that `numbers` takes, in that order; anything else as it is."""
    if columns is None or not is_frame(given):
        return given
    frame, labels, places = _chosen(name, given, columns, _INPUT)
    if places == list(range(len(labels))):
        return frame
    take = getattr(type(frame), "select", type(frame).__getitem__)
    return take(frame, [labels[place] for place in places])


def column_places(
    where: str, header: Sequence[str], columns: Sequence[str], what: str, hint: str = ""
) -> list[int]:
    """Return the places of columns in the header of a frame or a file.

    Raises
    ------
    InputError
        For a column that is not there (with near matches and `hint`), or is there twice.
    """
    places = {name: place for place, name in enumerate(header)}
    missing = next((column for column in columns if column not in places), None)
    if missing is not None:
        near = near_or_found(missing, places)
        raise InputError(
            "{where}: no column is called {missing}, {what}; {near}{hint}",
            where=where,
            missing=quoted(missing),
            what=translated(what),
            near=near,
            hint=hint,
        )
    counts = Counter(header)
    twice = next((column for column in columns if counts[column] > 1), None)
    if twice is not None:
        raise InputError(
            "{where}: two columns are called {twice}; rename one of them", where=where, twice=quoted(twice)
        )
    return [places[column] for column in columns]


def _is_labelled_row(given: Any) -> bool:
    return hasattr(type(given), "index") and _converts(given) and getattr(given, "ndim", None) == 1


def _converts(given: Any) -> bool:
    return hasattr(type(given), "__array__") and not isinstance(given, np.ndarray)


def _chosen(
    name: str, given: Any, columns: Sequence[str] | None, what: str
) -> tuple[Any, list[Any], list[int]]:
    """Return the frame in memory, its labels, and the places of the columns to take."""
    frame = given.compute() if hasattr(type(given), "compute") else given
    labels = _labels(frame)
    places = list(range(len(labels))) if columns is None else _places(name, labels, columns, what)
    return frame, labels, places


def _labels(frame: Any) -> list[Any]:
    return list(frame.column_names if hasattr(type(frame), "column_names") else frame.columns)


def _places(name: str, labels: list[Any], columns: Sequence[str], what: str) -> list[int]:
    every = list(range(len(labels)))
    words = list(map(str, labels))
    if labels == every and not set(columns) <= set(words):
        return every
    return column_places(name, words, columns, what)


def _joined(name: str, frame: Any, labels: list[Any], places: list[int]) -> NDArray[Any]:
    """Return the chosen columns side by side, in the type that holds all of them."""
    if len(set(getattr(frame, "dtypes", ()))) == 1:  # of one type it may be an array already
        whole = np.asarray(frame)
        if whole.dtype.kind in "biuf":
            return well_laid_out(whole if places == list(range(len(labels))) else whole[:, places])
    read = next((read for method, read in _COLUMNS.items() if hasattr(type(frame), method)), None)
    if read is None:
        raise InputError(
            "the columns of a {kind} cannot be read; convert it to pandas or NumPy", kind=type(frame).__name__
        )
    every = read(frame)
    arrays = [real_array(f"{name}, column {quoted(str(labels[place]))}", every[place]) for place in places]
    return np.stack(arrays, axis=1) if arrays else np.empty((len(frame), 0))

"""Samples and labels of scikit-learn as columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer.tables import Column, Columns, columns_of
from multilayer.tables.columns import Kind

__all__ = ["column_of_labels", "columns_of_samples", "free_name", "is_frame"]

_LARGEST = 2**53
"""Up to here each whole number is a float."""


def is_frame(X: Any) -> bool:
    """Return whether X has columns with names: a data frame, or a mapping."""
    return not isinstance(X, np.ndarray) and (hasattr(X, "columns") or hasattr(X, "column_names"))


def columns_of_samples(X: Any, names: Sequence[str] | None, types: Mapping[str, Kind] | None) -> Columns:
    """Return the columns of a frame, by the rules of tables, or of an array: numbers, by default named x1, x2, ..."""
    if is_frame(X):
        return columns_of(X, types)
    if names is None:
        names = [f"x{place}" for place in range(1, X.shape[1] + 1)]
    return Columns(Column(str(name), "number", X[:, place]) for place, name in enumerate(names))


def free_name(names: Sequence[str]) -> str:
    """Return a name for y that no column has.

    >>> free_name(["x", "y"])
    "y'"
    """
    name = "y"
    while name in names:
        name += "'"
    return name


def column_of_labels(name: str, y: NDArray[Any], classes: NDArray[Any]) -> Column:
    """Return labels as a column: those that are numbers as such, all others by their text."""
    if y.dtype.kind in "iuf" and np.abs(classes).max() <= _LARGEST:
        return Column(name, "number", y.astype(np.float64))
    texts = tuple(map(str, classes.tolist()))
    if y.dtype.kind == "b":
        texts = tuple(text.lower() for text in texts)
    if len(set(texts)) < len(texts):
        texts = tuple(map(str, range(len(classes))))
    return Column(name, "category", np.searchsorted(classes, y).astype(np.int32), texts)

"""The rows that a user gives to compare both sides of a conversion on: samples of a network, or rows of a table."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer.io import read_samples
from multilayer.network import MLP
from multilayer.network.dense import samples_of
from multilayer.tables import Column, Columns, Model, columns_of, conform, read_batches
from multilayer.tables.columns import UNSEEN

__all__ = ["OTHER", "rows_given", "samples_given"]

OTHER = "\x7f"
"""A category that no table has: it stands for each that training had not."""


def samples_given(check: ArrayLike | AnyPath, network: MLP) -> NDArray[Any]:
    """Return the samples of an array or of a CSV file, of shape (samples, inputs)."""
    if isinstance(check, str | os.PathLike):
        return read_samples(check, network.widths[0], network.input_names, carry=True).X
    return samples_of(check, network.widths[0], network.input_names).reshape(-1, network.widths[0])


def rows_given(check: Any, model: Model) -> Columns:
    """Return the columns of a model from a file, as `multilayer predict` reads it, or from a table in memory.

    Raises
    ------
    InputError
        For a column that is missing or of another kind, and where there are no rows.
    """
    schema = model.encoder.schema
    where = "check="
    if isinstance(check, str | os.PathLike):
        where = shown(check)
        columns = Columns.joined([piece for piece, _ in read_batches(check, schema)])
    else:
        columns = conform(columns_of(check, only=[one.name for one in schema]), schema)
    if not columns.rows:
        raise InputError("{where}: there are no rows to compare both sides on", where=where)
    return Columns(map(_with_other, columns))


def _with_other(column: Column) -> Column:
    """Return a column whose unseen categories are a category, so that they have a text for the other program."""
    if column.kind != "category":
        return column
    codes = np.where(column.values == UNSEEN, len(column.categories), column.values).astype(np.int32)
    return replace(column, values=codes, categories=(*column.categories, OTHER))

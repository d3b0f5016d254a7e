"""The rows that a model is made from: of a table in memory, or of files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import ArrayLike

from multilayer._base.errors import InputError
from multilayer._base.random import Random
from multilayer.tables.columns import Kind
from multilayer.tables.frames import columns_of
from multilayer.tables.streaming.opening import bytes_of, is_in_files, opened
from multilayer.tables.streaming.survey import Survey, survey
from multilayer.tables.streaming.table_files import TableFiles
from multilayer.tables.table_source import ColumnsSource, TableSource, with_target
from multilayer.tables.target import Target, Task
from multilayer.training.samples import sample_weights

__all__ = ["rows_of"]


def rows_of(
    table: Any,
    target: str,
    *,
    task: Task | None,
    types: Mapping[str, Kind] | None,
    weights: ArrayLike | None,
    members: int,
    memory: int | str,
    rng: Random,
) -> TableSource:
    """Return the rows of a table, as `fit_table` takes them; of files, those without a target are left out.

    Raises
    ------
    InputError
        When the target cannot be learned, and as `columns_of`, `read_table` and `survey` do.
    """
    size = bytes_of(memory)
    if isinstance(table, ColumnsSource | Survey):
        return table.checked(target)
    if not is_in_files(table):
        columns = columns_of(table, types)
        row_weights = None if weights is None else sample_weights(weights, columns.rows)
        if row_weights is not None:
            columns, row_weights = columns.take(row_weights > 0), row_weights[row_weights > 0]
        return ColumnsSource.of(columns, Target.of(columns[target], task), row_weights)
    if weights is not None:
        raise InputError("weights are for a table in memory; read the files with read_table")
    found = opened(table, types, size)
    if isinstance(found, TableFiles):
        return survey(found, target, task=task, types=types, members=members, rng=rng, memory=size)
    columns, left_out = with_target(found.columns, target)
    return ColumnsSource.of(columns, Target.of(columns[target], task), notes=left_out)

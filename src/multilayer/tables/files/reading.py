"""Reading a table from a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath, exists, shown
from multilayer._base.text import fill, quoted
from multilayer.tables.columns import Kind
from multilayer.tables.files.arrow import arrow, column_of
from multilayer.tables.kinds import Reading, check_types, gathered

__all__ = ["read_table"]


def read_table(path: AnyPath, *, types: Mapping[str, Kind] | None = None) -> Reading:
    """Read a table from a file.

    Raises
    ------
    InputError
        When the file is no table; with line and column.
    """
    where = shown(path)
    if not exists(path):
        raise InputError(f"{where}: there is no such file; check the name and the folder")
    types = types or {}
    with located(where):
        try:
            read = _FORMATS[Path(path).suffix.lower()](path)
        except arrow().ArrowInvalid as error:
            raise InputError(str(error)) from None
        names, notes = _named(read.column_names)
        check_types(types, names)
        columns = zip(names, read.columns, strict=True)
        return gathered([column_of(name, values, types.get(name)) for name, values in columns], notes)


def _named(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of columns, each there once, and notes; a column without a name is called by its place."""
    given = tuple(name.strip() or f"column {place}" for place, name in enumerate(names, 1))
    if len(set(given)) != len(given):
        twice = next(name for name, times in Counter(given).items() if times > 1)
        first = given.index(twice)
        second = given.index(twice, first + 1)
        raise InputError(
            f"columns {first + 1} and {second + 1} are both called {quoted(twice)}; give each another name"
        )
    nameless = [place for place, name in enumerate(names, 1) if not name.strip()]
    if not nameless:
        return given, ()
    return given, (
        fill(
            "column {place} has no name, and is called {name}",
            place=nameless[0],
            name=quoted(f"column {nameless[0]}"),
        ),
    )


def _csv(path: AnyPath) -> Any:
    csv = arrow("csv")
    convert = csv.ConvertOptions(
        strings_can_be_null=False, auto_dict_encode=True, auto_dict_max_cardinality=10_000, null_values=[""]
    )
    return csv.read_csv(str(path), convert_options=convert)


def _parquet(path: AnyPath) -> Any:
    return arrow("parquet").read_table(str(path))


_FORMATS = {".csv": _csv, ".parquet": _parquet}

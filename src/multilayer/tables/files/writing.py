"""Rows into a file: CSV, Parquet or JSON lines, whole or not at all, and piece by piece."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from multilayer._base import storage
from multilayer._base.errors import InputError
from multilayer._base.storage import AnyPath, shown
from multilayer._base.text import quoted
from multilayer.tables.files.arrow import arrow, as_text

__all__ = ["SUFFIXES", "write_rows"]

Batch = Mapping[str, Any]
"""Columns of equal length by name: arrays of NumPy or Arrow, or lists of texts and None."""


def write_rows(path: AnyPath, batches: Iterable[Batch]) -> None:
    """Write batches of named columns to a file, in constant memory; "-" is stdout, as CSV.

    The suffix decides the format: .csv, .tsv (tabs), .parquet, or .jsonl and .ndjson for JSON lines. Missing are None,
    nan and NaT: an empty cell, or null. Numbers are written so that they read back as the same ones.

    Raises
    ------
    InputError
        For another suffix, and where the file cannot be written; what was there before then stays.
    """
    if path == "-":
        _write_csv(sys.stdout.buffer, iter(batches))
        sys.stdout.buffer.flush()
        return
    suffix = Path(shown(path)).suffix.lower()
    if suffix not in _WRITERS:
        raise InputError(
            "{path}: expected a name that ends in {writers}; found {suffix}",
            path=shown(path),
            writers=", ".join(_WRITERS),
            suffix=quoted(suffix),
        )
    with storage.writing(path) as file:
        _WRITERS[suffix](file, iter(batches))


def _table(batch: Batch) -> Any:
    return arrow().table({name: _array(values) for name, values in batch.items()})


def _array(values: Any) -> Any:
    array = arrow().array(values, from_pandas=True)
    return array.cast("string") if arrow("types").is_null(array.type) else array


def _write_csv(file: BinaryIO, batches: Iterator[Batch], separator: str = ",") -> None:
    header = False
    for batch in batches:
        if not header:
            line = io.StringIO()
            csv.writer(line, delimiter=separator, lineterminator="\n").writerow(batch)
            file.write(line.getvalue().encode())
            header = True
        file.write(_csv_lines(_table(batch), separator))


def _csv_lines(table: Any, separator: str) -> Any:
    """Return the lines of a table; cells are quoted where one of its texts needs it."""
    pa, module = arrow(), arrow("csv")
    table = pa.table(
        {name: _as_cells(values) for name, values in zip(table.column_names, table.columns, strict=True)}
    )
    for style in ("none", "needed"):
        sink = pa.BufferOutputStream()
        try:
            module.write_csv(
                table,
                sink,
                module.WriteOptions(include_header=False, delimiter=separator, quoting_style=style),
            )
        except pa.ArrowInvalid:
            if style == "needed":
                raise
        else:
            return sink.getvalue()
    raise AssertionError


def _as_cells(values: Any) -> Any:
    """Return numbers and truth values as they are, all others as texts."""
    types = arrow("types")
    plain = types.is_integer, types.is_floating, types.is_boolean, types.is_string
    return values if any(is_one(values.type) for is_one in plain) else as_text(values)


def _write_tsv(file: BinaryIO, batches: Iterator[Batch]) -> None:
    _write_csv(file, batches, "\t")


def _write_parquet(file: BinaryIO, batches: Iterator[Batch]) -> None:
    tables = map(_table, batches)
    first = next(tables, arrow().table({}))
    with arrow("parquet").ParquetWriter(file, first.schema, write_page_checksum=True) as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table.cast(first.schema))


def _write_json(file: BinaryIO, batches: Iterator[Batch]) -> None:
    for batch in batches:
        parts: list[Any] = []
        for place, (name, values) in enumerate(batch.items()):
            parts += [
                f"{', ' if place else '{'}{json.dumps(name, ensure_ascii=False)}: ",
                _json_values(values),
            ]
        lines = arrow("compute").binary_join_element_wise(*parts, "}\n", "")
        file.write("".join(lines.to_pylist()).encode())


def _json_values(values: Any) -> Any:
    """Return values as texts in JSON."""
    compute, types, array = arrow("compute"), arrow("types"), _as_cells(_array(values))
    if types.is_floating(array.type):
        texts = compute.if_else(compute.is_finite(array), array, None).cast("string")
    elif types.is_integer(array.type) or types.is_boolean(array.type):
        texts = array.cast("string")
    else:
        texts = array
        if compute.any(compute.match_substring_regex(texts, r'["\\\x00-\x1f]')).as_py():
            escaped = [
                None if text is None else json.dumps(text, ensure_ascii=False) for text in texts.to_pylist()
            ]
            texts = arrow().array(escaped, "string")
        else:
            texts = compute.binary_join_element_wise('"', texts, '"', "")
    return texts.fill_null("null")


_WRITERS: dict[str, Callable[[BinaryIO, Iterator[Batch]], None]] = {
    ".csv": _write_csv,
    ".tsv": _write_tsv,
    ".parquet": _write_parquet,
    ".jsonl": _write_json,
    ".ndjson": _write_json,
}
SUFFIXES = frozenset(_WRITERS)
"""Of the formats that are written."""

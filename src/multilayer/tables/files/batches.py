"""A table of any length, read piece by piece in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Unpack

from multilayer._base.errors import InputError, located
from multilayer._base.storage import AnyPath
from multilayer.tables.columns import Column, Columns, ColumnSchema
from multilayer.tables.conform import check_present, conformed
from multilayer.tables.files.arrow import arrow, column_of, flat
from multilayer.tables.files.csv_files import csv_batches, placed
from multilayer.tables.files.dialect import Dialect, Options, Settings, dialect_of
from multilayer.tables.files.json_lines import json_batches, json_names
from multilayer.tables.files.reading import format_of, refusing_arrow
from multilayer.tables.files.several import files_of, is_several
from multilayer.tables.files.sources import Source, refusing, source_of
from multilayer.tables.reading import named_apart
from multilayer.tables.texts import CellError, types_fixed

__all__ = ["column_as", "read_batches"]

_BUFFER = 1 << 18

Batches = Iterator[tuple[Columns, Mapping[str, Any]]]


def read_batches(
    path: AnyPath,
    schema: Sequence[ColumnSchema],
    carried: Sequence[str] = (),
    rows: int = 65536,
    *,
    others: bool = False,
    optional: Sequence[str] = (),
    **options: Unpack[Options],
) -> Batches:
    """Return an iterator over pieces of a table, made like a schema, whatever the order of its columns.

    Parameters
    ----------
    path : path
        A file as for `read_table`, "-" for stdin; or a folder or a pattern, whose files are read one after the other.
    schema : sequence of ColumnSchema
        The columns to read; others are not.
    carried : sequence of str
        Columns that are passed on as they are: of CSV and JSON lines as text, of Parquet and Arrow with their types.
    rows : int
        The most rows in one piece.
    others : bool
        Whether all columns that the schema does not have are carried, too; then in the order of the table.
    optional : sequence of str
        Columns of the schema that the table may lack; the pieces then lack them, too.
    **options
        As for `read_table`; a header is also found by the names of the schema.

    Returns
    -------
    iterator of (Columns, mapping from names to arrays)
        The columns of the schema, as `conform` returns them, and those that are carried, as arrays of Arrow, which
        `write_rows` takes. There is at least one piece, without rows where the table has none.

    Raises
    ------
    InputError
        At once for a missing column; during iteration where a value is not of the column's kind, with its line.
    """
    settings = Settings.of(options)
    asked = tuple(schema), tuple(carried), others, tuple(optional), rows, settings
    if path == "-" or not is_several(path):
        return _of_file(path, asked)
    files = files_of(path)[1]
    first = _of_file(files[0], asked)
    return chain(first, chain.from_iterable(_of_file(file, asked) for file in files[1:]))


def _of_file(path: AnyPath, asked: tuple[Any, ...]) -> Batches:
    source = source_of(path, once=True)
    with refusing(source.where):
        return _FORMATS[format_of(source)](_Request(source, *asked))


@dataclass(frozen=True)
class _Request:
    source: Source
    schema: tuple[ColumnSchema, ...]
    carried: tuple[str, ...]
    others: bool
    optional: tuple[str, ...]
    rows: int
    settings: Settings

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns to read."""
        return tuple(dict.fromkeys((*(column.name for column in self.schema), *self.carried)))

    def among(self, names: Sequence[str]) -> _Request:
        """Return what is asked for of a table with these columns."""
        there = set(names)
        schema = (one for one in self.schema if one.name in there or one.name not in self.optional)
        request = replace(self, schema=tuple(schema))
        for wanted in ([column.name for column in request.schema], self.carried):
            check_present(wanted, names)
        if not self.others:
            return request
        used = {column.name for column in request.schema}
        carried = (name for name in names if name not in used or name in self.carried)
        return replace(request, carried=tuple(carried))

    def piece(self, batch: Any, decimal: str = ".") -> tuple[Columns, dict[str, Any]]:
        """Return a batch of Arrow as columns."""
        values = dict(zip(batch.schema.names, batch.columns, strict=True))
        return (
            Columns(column_as(values[wanted.name], wanted, decimal) for wanted in self.schema),
            {name: flat(values[name]) for name in self.carried},
        )


def column_as(values: Any, wanted: ColumnSchema, decimal: str = ".") -> Column:
    """Return an array of Arrow as a column of a schema."""
    kind = wanted.kind
    if kind == "category" and (
        arrow("types").is_integer(values.type) or arrow("types").is_floating(values.type)
    ):
        kind = "number"
    with types_fixed():
        return conformed(column_of(wanted.name, values, kind, decimal).column, wanted)


def _csv(request: _Request) -> Batches:
    source = request.source
    dialect = dialect_of(source, request.settings, [column.name for column in request.schema])
    with located(source.where):
        names, _ = named_apart(dialect.names)
        request = request.among(names)
    return _csv_pieces(request, replace(dialect, names=names))


def _csv_pieces(request: _Request, dialect: Dialect) -> Batches:
    wanted = {column.name: _READ_AS[column.kind] for column in request.schema}
    wanted.update(dict.fromkeys(request.carried, "text"))
    above = 0
    for batch in csv_batches(request.source, dialect, wanted, request.needed):
        for start in range(0, max(batch.num_rows, 1), request.rows):
            try:
                yield request.piece(batch.slice(start, request.rows), dialect.decimal)
            except CellError as error:
                raise placed(request.source, dialect, error.at(above + start + error.row)) from None
            except InputError as error:
                raise InputError(f"{request.source.where}: {error}") from None
        above += batch.num_rows


_READ_AS = {
    "number": "number",
    "category": "dictionary",
    "date": "dictionary",
    "text": "text",
    "identifier": "text",
}


def _of_arrow(
    read: Callable[[_Request], tuple[_Request, Iterator[Any]]],
) -> Callable[[_Request], Batches]:
    def batches(request: _Request) -> Batches:
        with refusing_arrow(request.source.where):
            return pieces(*read(request))

    def pieces(request: _Request, found: Iterator[Any]) -> Batches:
        above = 0
        with refusing_arrow(request.source.where):
            for batch in found:
                batch.validate(full=True)  # bytes that were changed may point anywhere
                for start in range(0, max(batch.num_rows, 1), request.rows):
                    try:
                        yield request.piece(batch.slice(start, request.rows))
                    except CellError as error:
                        raise error.at(above + start + error.row) from None
                above += batch.num_rows

    return batches


def _parquet(request: _Request) -> tuple[_Request, Iterator[Any]]:
    opened = request.source.as_file()
    metadata = arrow("parquet").read_metadata(opened)
    there = set(metadata.schema.to_arrow_schema().names)
    texts = [column.name for column in request.schema if column.kind == "category" and column.name in there]
    # Pages are read one by one: a group of rows may be as large as the file.
    file = arrow("parquet").ParquetFile(
        opened,
        metadata=metadata,
        read_dictionary=texts,
        buffer_size=_BUFFER,
        pre_buffer=False,
        page_checksum_verification=True,
    )
    request = request.among(file.schema_arrow.names)
    return request, _or_none(file.iter_batches(request.rows, columns=request.needed), file.schema_arrow)


def _ipc_file(request: _Request) -> tuple[_Request, Iterator[Any]]:
    reader = arrow("ipc").open_file(request.source.as_file(mapped=True))
    batches = (reader.get_batch(place) for place in range(reader.num_record_batches))
    return request.among(reader.schema.names), _or_none(batches, reader.schema)


def _ipc_stream(request: _Request) -> tuple[_Request, Iterator[Any]]:
    reader = arrow("ipc").open_stream(request.source.open())
    return request.among(reader.schema.names), _or_none(reader, reader.schema)


def _or_none(batches: Any, schema: Any) -> Iterator[Any]:
    """Yield the batches, and an empty one where there are none."""
    some = False
    for batch in batches:
        some = True
        yield batch
    if not some:
        yield arrow().RecordBatch.from_pylist([], schema=schema)


def _json(request: _Request) -> tuple[_Request, Iterator[Any]]:
    request = request.among(json_names(request.source))
    return request, json_batches(request.source, request.needed, texts=request.carried)


_FORMATS: dict[str, Callable[[_Request], Batches]] = {
    "csv": _csv,
    "parquet": _of_arrow(_parquet),
    "arrow": _of_arrow(_ipc_file),
    "stream": _of_arrow(_ipc_stream),
    "json": _of_arrow(_json),
}

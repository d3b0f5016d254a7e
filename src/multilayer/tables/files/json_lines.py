"""JSON lines: an object per line, whose values are numbers, texts, true, false or null."""

from __future__ import annotations

import io
import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.text import one_line, quoted
from multilayer._base.translation import N_
from multilayer.tables.files.arrow import arrow, as_text
from multilayer.tables.files.sources import Source

__all__ = ["json_batches", "json_names", "json_table"]

_CHUNK = 1 << 23
_LONGEST = 40


def json_table(source: Source) -> Any:
    """Return the table of all lines.

    Raises
    ------
    InputError
        With the line that is no object, or has a value of another type.
    """
    return _parsed(source, source.open())


def json_names(source: Source) -> tuple[str, ...]:
    """Return the names in the first line."""
    return tuple(_object(source.head.lstrip().split(b"\n", 1)[0], 1))


def json_batches(source: Source, needed: Sequence[str], texts: Collection[str] = ()) -> Iterator[Any]:
    """Yield batches with the columns that are needed; a value that no line of a batch has is missing.

    Some are `texts` in all of them: elsewhere types are those of the values of a batch.
    """
    with source.open() as stream:
        left, ended = b"", False
        while not ended:
            chunk = stream.read(_CHUNK)
            ended = not chunk
            lines, _, left = (left, b"", b"") if ended else (left + chunk).rpartition(b"\n")
            if lines.strip():
                table = _parsed(source, arrow().BufferReader(lines))
                missing = arrow().nulls(table.num_rows)
                columns = {name: table[name] if name in table.column_names else missing for name in needed}
                columns |= {name: as_text(columns[name]) for name in texts}
                yield arrow().table(columns).combine_chunks()


def _parsed(source: Source, stream: Any) -> Any:
    options = arrow("json").ReadOptions(block_size=max(_CHUNK, 2 * len(source.head.split(b"\n", 1)[0])))
    try:
        table = arrow("json").read_json(stream, options)
        table.validate(full=True)  # text in UTF-8
    except arrow().ArrowInvalid:
        fault = _fault(source) if source.again else None
        if fault is None:
            raise
        raise fault from None
    return table


def _fault(source: Source) -> InputError | None:
    """Return the first line that is no object, or has a value of another type than those above."""
    types: dict[str, tuple[type, int]] = {}
    with source.open() as stream:
        for number, line in enumerate(io.BufferedReader(stream), 1):
            if not line.strip():
                continue
            try:
                row = _object(line, number)
            except InputError as error:
                return error
            for name, value in row.items():
                if value is None:
                    continue
                found = float if isinstance(value, int) and not isinstance(value, bool) else type(value)
                expected, first = types.setdefault(name, (found, number))
                if found is not expected:
                    template = N_(
                        "line {line} ({name}): expected a value of the type that line {first} has, found {value}; "
                        "give all lines the same type"
                    )
                    shown = one_line(json.dumps(value, ensure_ascii=False), _LONGEST)
                    return InputError(template, line=number, name=quoted(name), first=first, value=shown)
    return None


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.strip())
    except json.JSONDecodeError as error:
        template = N_(
            "line {line}, column {column}: expected an object in JSON on one line ({reason}); mend the line"
        )
        raise InputError(template, line=number, column=error.colno, reason=error.msg) from None
    except (ValueError, RecursionError) as error:
        reason = str(error)
        template = N_("line {line}: expected an object in JSON on one line ({reason}); mend the line")
        raise InputError(template, line=number, reason=reason) from None
    if not isinstance(row, dict):
        template = N_("line {line}: expected an object in JSON, found {found}; mend the line")
        raise InputError(template, line=number, found=quoted(line.decode(errors="replace").strip()))
    return row

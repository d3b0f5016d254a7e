"""A trace as tables of named numbers, in text and in HTML."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from multilayer._base.text import html_text, printable

if TYPE_CHECKING:
    from multilayer.network.trace import LayerRecord, Trace

__all__ = ["Block", "blocks_of", "numbered", "samples", "table", "to_html", "to_text"]

# Larger matrices show their first and last rows and columns, with an ellipsis between.
_ROWS, _COLUMNS = (12, 4), (8, 2)


@dataclass(frozen=True)
class Block:
    """One matrix on display: a heading, names of the columns, and rows of a name and cells."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def blocks_of(trace: Trace, digits: int = 6) -> list[Block]:
    """Return x, and W, b, a, z of every layer, with `digits` significant digits."""
    x = _two_axes(trace[0].x)
    names = trace.input_names or numbered("x", x.shape[1])
    blocks = [samples(f"x  {trace[0].x.shape}", x, names, digits)]
    for number, record in enumerate(trace, 1):
        blocks += _layer_blocks(number, record, len(trace), trace.output_names, digits)
    return blocks


def _layer_blocks(
    n: int, record: LayerRecord, last: int, output_names: tuple[str, ...] | None, digits: int
) -> Iterator[Block]:
    layer, units = record.layer, record.layer.units
    comma = "," if max(layer.W.shape) > 9 else ""
    source = "x" if n == 1 else f"z({n - 1})"
    activation = layer.activation

    def weight(i: int, j: int) -> str:
        return f"w_{i + 1}{comma}{j + 1}({n}) = {layer.W[i, j]:.{digits}g}"

    def bias(_: int, j: int) -> str:
        return f"b_{j + 1}({n}) = {layer.b[j]:.{digits}g}"

    yield table(f"W({n})  {layer.W.shape}", layer.W.shape, weight)
    yield table(f"b({n})  {layer.b.shape}", (1, units), bias)
    sums = f"a({n}) = {source} W({n}) + b({n})  {record.a.shape}"
    yield samples(sums, _two_axes(record.a), numbered("a_", units), digits)
    outputs = f"z({n}) = {activation.facts.name}(a({n}))  {record.z.shape}"
    names = numbered("z_", units)
    if n == last:
        outputs = f"y = {outputs}"
        names = output_names or numbered("y_", units)
    yield samples(outputs, _two_axes(record.z), names, digits)


def samples(heading: str, array: NDArray[Any], names: Sequence[str], digits: int) -> Block:
    """Return numbers of shape (samples, units), a row per sample, counted from 1."""
    return table(heading, array.shape, lambda i, j: f"{array[i, j]:.{digits}g}", names, lambda i: str(i + 1))


def table(
    heading: str,
    shape: tuple[int, ...],
    cell: Callable[[int, int], str],
    columns: Sequence[str] = (),
    row_name: Callable[[int], str] = lambda _: "",
) -> Block:
    """Return a block of `shape`, the middle of it left out where it is large."""
    rows, cols = (_shown(size, ends) for size, ends in zip(shape, (_ROWS, _COLUMNS), strict=True))
    return Block(
        heading,
        tuple("…" if j is None else columns[j] for j in cols) if columns else (),
        tuple(
            (
                "" if i is None else row_name(i),
                tuple("…" if i is None or j is None else cell(i, j) for j in cols),
            )
            for i in rows
        ),
    )


def _shown(size: int, ends: tuple[int, int]) -> list[int | None]:
    first, last = ends
    if size <= first + last + 1:
        return list(range(size))
    return [*range(first), None, *range(size - last, size)]


def _two_axes(array: NDArray[Any]) -> NDArray[Any]:
    return array.reshape(-1, array.shape[-1])


def numbered(prefix: str, count: int) -> tuple[str, ...]:
    """Return names counted from 1."""
    return tuple(f"{prefix}{i}" for i in range(1, count + 1))


def to_text(blocks: Sequence[Block]) -> str:
    """Return the blocks as aligned text, every name printable."""
    return "\n\n".join("\n".join([printable(block.heading), *_lines(block)]) for block in blocks)


def _lines(block: Block) -> Iterator[str]:
    rows = [("", block.columns)] if block.columns else []
    table = [tuple(map(printable, (name, *cells))) for name, cells in (*rows, *block.rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield "  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))


def to_html(blocks: Sequence[Block]) -> str:
    """Return the blocks as HTML tables, every text escaped and printable."""
    return "".join(_html_table(block) for block in blocks)


def _html_table(block: Block) -> str:
    head = "".join(f"<th scope='col'>{html_text(name)}</th>" for name in ("", *block.columns))
    head = f"<thead><tr>{head}</tr></thead>" if block.columns else ""
    body = "".join(
        f"<tr><th scope='row'>{html_text(name)}</th>{''.join(f'<td>{html_text(cell)}</td>' for cell in cells)}</tr>"
        for name, cells in block.rows
    )
    return f"<table><caption>{html_text(block.heading)}</caption>{head}<tbody>{body}</tbody></table>"

"""A trace as tables of named numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from multilayer._base.table import Table

if TYPE_CHECKING:
    from multilayer.network.trace import LayerRecord, Trace

__all__ = ["matrix_table", "numbered", "sample_table", "tables_of"]

# Larger matrices show their first and last rows and columns, with an ellipsis between.
_ROWS, _COLUMNS = (12, 4), (8, 2)


def tables_of(trace: Trace, digits: int = 6) -> list[Table]:
    """Return x, and W, b, a, z of every layer, with `digits` significant digits."""
    x = _two_axes(trace[0].x)
    names = trace.input_names or numbered("x", x.shape[1])
    tables = [sample_table(f"x  {trace[0].x.shape}", x, names, digits)]
    for number, record in enumerate(trace, 1):
        tables += _layer_tables(number, record, len(trace), trace.output_names, digits)
    return tables


def _layer_tables(
    n: int, record: LayerRecord, last: int, output_names: tuple[str, ...] | None, digits: int
) -> Iterator[Table]:
    layer, units = record.layer, record.layer.units
    comma = "," if max(layer.W.shape) > 9 else ""
    source = "x" if n == 1 else f"z({n - 1})"
    activation = layer.activation

    def weight(i: int, j: int) -> str:
        return f"w_{i + 1}{comma}{j + 1}({n}) = {layer.W[i, j]:.{digits}g}"

    def bias(_: int, j: int) -> str:
        return f"b_{j + 1}({n}) = {layer.b[j]:.{digits}g}"

    yield matrix_table(f"W({n})  {layer.W.shape}", layer.W.shape, weight)
    yield matrix_table(f"b({n})  {layer.b.shape}", (1, units), bias)
    sums = f"a({n}) = {source} W({n}) + b({n})  {record.a.shape}"
    yield sample_table(sums, _two_axes(record.a), numbered("a_", units), digits)
    outputs = f"z({n}) = {activation.facts.name}(a({n}))  {record.z.shape}"
    names = numbered("z_", units)
    if n == last:
        outputs = f"y = {outputs}"
        names = output_names or numbered("y_", units)
    yield sample_table(outputs, _two_axes(record.z), names, digits)


def sample_table(caption: str, array: NDArray[Any], names: Sequence[str], digits: int) -> Table:
    """Return numbers of shape (samples, units), a row per sample, counted from 1."""
    return matrix_table(
        caption, array.shape, lambda i, j: f"{array[i, j]:.{digits}g}", names, lambda i: str(i + 1)
    )


def matrix_table(
    caption: str,
    shape: tuple[int, ...],
    cell: Callable[[int, int], str],
    columns: Sequence[str] = (),
    row_name: Callable[[int], str] = lambda _: "",
) -> Table:
    """Return a table of `shape`, the middle of it left out where it is large."""
    rows, cols = (_shown(size, ends) for size, ends in zip(shape, (_ROWS, _COLUMNS), strict=True))
    return Table(
        caption,
        ("", *("…" if j is None else columns[j] for j in cols)) if columns else (),
        tuple(
            (
                "" if i is None else row_name(i),
                *("…" if i is None or j is None else cell(i, j) for j in cols),
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

"""How large a network is, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

from multilayer._base.text import html_text, printable
from multilayer.network.dense import Dense

__all__ = ["LayerSummary", "Summary", "summary_of"]


@dataclass(frozen=True)
class LayerSummary:
    """One layer: its number (from 1), units, activation, shapes, counts, and bytes of W and b together."""

    layer: int
    units: int
    activation: str
    W: tuple[int, int]
    b: tuple[int]
    weights: int
    biases: int
    total: int
    bytes: int


@dataclass(frozen=True, repr=False)
class Summary:
    """The layers of a network, and the totals; prints as a table."""

    inputs: int
    dtype: str
    layers: tuple[LayerSummary, ...]
    weights: int
    biases: int
    total: int
    bytes: int

    HEADINGS = ("layer", "units", "activation", "W", "b", "weights", "biases", "total", "bytes")

    def rows(self) -> list[tuple[str, ...]]:
        """Return the table as text, the totals last."""
        total = ("total", "", "", "", "", self.weights, self.biases, self.total, self.bytes)
        return [
            tuple(f"{cell:,}" if isinstance(cell, int) else printable(str(cell)) for cell in row)
            for row in (*map(astuple, self.layers), total)
        ]

    def __repr__(self) -> str:
        rows = [self.HEADINGS, *self.rows()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]
        return "\n".join([f"{self.inputs} inputs, {self.dtype}", *lines])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{heading}</th>" for heading in self.HEADINGS)
        body = "".join(
            "<tr>" + "".join(f"<td>{html_text(cell)}</td>" for cell in row) + "</tr>" for row in self.rows()
        )
        caption = f"<caption>{self.inputs} inputs, {self.dtype}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def summary_of(layers: Sequence[Dense]) -> Summary:
    """Count what the layers hold."""
    rows = tuple(
        LayerSummary(
            number,
            layer.units,
            layer.activation.facts.name,
            (layer.inputs, layer.units),
            (layer.units,),
            layer.W.size,
            layer.b.size,
            layer.W.size + layer.b.size,
            layer.W.nbytes + layer.b.nbytes,
        )
        for number, layer in enumerate(layers, 1)
    )
    return Summary(
        layers[0].inputs,
        str(layers[0].dtype),
        rows,
        sum(row.weights for row in rows),
        sum(row.biases for row in rows),
        sum(row.total for row in rows),
        sum(row.bytes for row in rows),
    )

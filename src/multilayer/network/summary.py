"""How large a network is, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer._base.translation import N_, translated
from multilayer.network.dense import Dense

_HEADINGS = (
    N_("layer"),
    N_("units"),
    N_("activation"),
    N_("weights"),
    N_("biases"),
    N_("total"),
    N_("bytes"),
)
"""What fields of a layer are called; W and b are letters."""

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

    def table(self) -> Table:
        """Return the layers as a table, the totals last."""
        total = (fill("total"), "", "", "", "", self.weights, self.biases, self.total, self.bytes)
        rows = (
            tuple(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
            for row in (*map(astuple, self.layers), total)
        )
        columns = tuple(translated(field.name) for field in fields(LayerSummary))
        caption = fill("{inputs} inputs, {dtype}", inputs=self.inputs, dtype=self.dtype)
        return Table(caption, columns, tuple(rows))

    def __repr__(self) -> str:
        return self.table().text(indent="")

    def _repr_html_(self) -> str:
        return self.table().html()


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

"""A model of a table out of an ONNX graph that prepares columns, as skl2onnx writes pipelines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill
from multilayer.exchange.assembly import table_model
from multilayer.exchange.features import Feature, Normed, Number
from multilayer.exchange.onnx import runtime
from multilayer.exchange.onnx.graph import Graph, Value
from multilayer.exchange.onnx.labels import Ends
from multilayer.exchange.onnx.preparation import Prepared, inputs_of
from multilayer.exchange.proof import Proof
from multilayer.exchange.table_proof import Rows, compared
from multilayer.network import MLP
from multilayer.tables import Columns, Model

__all__ = ["TableFile", "behind", "model_of"]


def behind(graph: Graph, prepared: Prepared) -> Graph:
    """Return the graph of the network that takes what was prepared."""
    start = Value(prepared.start, "", (None, len(prepared.features)))
    return replace(graph, nodes=prepared.nodes, inputs=(start,))


def model_of(prepared: Prepared, network: MLP) -> tuple[Model, tuple[str, ...]]:
    """Return the model of a table, and notes.

    Raises
    ------
    InputError
        Where a model of a table has no such column or output.
    """
    model, notes = table_model(prepared.features, [network], "target")
    said = fill(
        "columns are prepared as in the graph, in float64 and rounded once; a category that the graph has not is "
        "none of its categories, and a gap that no imputer fills is 0 after scaling"
    )
    if any(norm.norm == "largest" for norm in model.encoder.norms):
        divided = fill(
            "MAX of Normalizer divides by the largest number of a row, as ONNX says and ONNX Runtime does; Normalizer("
            "'max') of scikit-learn divides by the largest absolute one, and differs where numbers are negative"
        )
        return model, (said, divided, *notes)
    return model, (said, *notes)


@dataclass(frozen=True, eq=False)
class TableFile:
    """The file that a model of a table was read from, to compare both."""

    path: Path
    graph: Graph
    prepared: Prepared
    ends: Ends

    def proof(self, model: Model, given: Columns | None = None) -> Proof | None:
        """Return how far the answers of the file are from the model's; None where no program is installed."""
        found = runtime.run_table(self.path)
        if found is None:
            return None
        run, by = found
        kinds = {name: value.kind for value, names in self._inputs.values() for name in names}
        rows = Rows(
            gaps=frozenset(map(_column, filter(_is_filled, self.prepared.features))),
            known_alone=self.prepared.refuses_others,
            single=True,
            whole=frozenset(name for name, kind in kinds.items() if kind.startswith("int")),
        )
        columns = rows.of(model, given)
        return compared(model, lambda columns: self._answers(run, columns), by, columns)

    @property
    def _inputs(self) -> Mapping[str, tuple[Value, tuple[str, ...]]]:
        return inputs_of(self.graph)

    def _answers(self, run: Callable[..., Mapping[str, NDArray[Any]]], columns: Columns) -> NDArray[Any]:
        given = {
            name: np.stack([_values(columns, column, value.kind) for column in names], axis=1)
            for name, (value, names) in self._inputs.items()
        }
        return np.asarray(run(given)[self.ends.output])


def _is_filled(feature: Feature) -> bool:
    feature = feature.before if isinstance(feature, Normed) else feature
    return isinstance(feature, Number) and feature.missing is not None


def _column(feature: Feature) -> str:
    return feature.column


def _values(columns: Columns, name: str, kind: str) -> NDArray[Any]:
    """Return a column as the graph takes it; zeros for one that the model leaves out."""
    if name not in columns.names:
        return np.full(columns.rows, "", object) if kind == "string" else np.zeros(columns.rows, kind)
    column = columns[name]
    if column.kind == "number":
        return column.values.astype(kind)
    texts = column.texts()
    if kind == "string":
        return np.array(["" if text is None else text for text in texts], object)
    return np.array([0.0 if text is None else float(text) for text in texts]).astype(kind)

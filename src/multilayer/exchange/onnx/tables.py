"""A model of a table as an ONNX file: an input for each column, its transforms, the networks, and the answer.

Numbers come as float64 of shape (samples, 1), nan where missing; categories as text, "" where missing. What a runtime
computes before the networks is in float64, as here. Texts are compared as they are: 1.0 is another category than 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from multilayer._base.errors import InputError, located
from multilayer._base.text import quoted
from multilayer.exchange.imported import Target
from multilayer.exchange.onnx import protobuf
from multilayer.exchange.onnx.emitter import Emitter, label_table, layers_into
from multilayer.exchange.onnx.graph import Graph, Value
from multilayer.exchange.onnx.norms import over_norm
from multilayer.network import MLP, Dense
from multilayer.tables import Model
from multilayer.tables.encoder import ColumnEncoder
from multilayer.tables.transforms.categories import OneHot, Ordinal, TwoValues
from multilayer.tables.transforms.linear import Linear
from multilayer.tables.transforms.missing import Indicator
from multilayer.tables.transforms.numbers import Binned, Normal, Scaled
from multilayer.tables.transforms.transform import Transform

__all__ = ["OUTPUT", "TABLE", "answers_into", "quantity_into", "write"]

_OPSET, _IR_VERSION = 19, 9
"""The first version that compares texts."""
_FARTHEST = 1e9
"""As in `multilayer.tables.transforms.scaling`."""
_DOCUMENTATION = (
    "Written by multilayer. An input for each column: numbers as float64 of shape (samples, 1), nan where missing; "
    'categories as text, "" where missing.'
)
TABLE = "table:"
"""The beginning of the names of nodes that are of no network."""
OUTPUT = {"classification": "probabilities", "regression": "prediction"}
_KINDS = {"number": "float64", "category": "string"}


class _Column:
    """The values of a column in the graph, from which transforms make inputs of the networks."""

    def __init__(self, emitter: Emitter, column: ColumnEncoder, value: str) -> None:
        self.e = emitter
        self.o = emitter.o
        self.name = value
        self.categories = column.schema.categories
        self.is_number = column.schema.kind == "number"

    def double(self, values: Any) -> str:
        """Return a constant of float64."""
        return self.e.constant(np.asarray(values, np.float64), keep=True)

    def rounded(self, made: str) -> str:
        """Return numbers rounded to float32, as the networks take them."""
        return self.e.cast(made, "float32")

    def missing(self) -> str:
        """Return whether each value is missing."""
        if self.is_number:
            return self.o("IsNaN", self.name)
        return self.o("Equal", self.name, self.texts([""]))

    def texts(self, values: Any) -> str:
        """Return a constant of texts, of shape (1, n)."""
        return self.e.constant(np.array([list(values)], object), keep=True)

    def filled(self, middle: float) -> str:
        """Return the numbers, with the middle where they are missing."""
        return self.o("Where", self.o("IsNaN", self.name), self.double(middle), self.name)

    def is_each(self) -> str:
        """Return whether a value is each of the categories, (samples, categories)."""
        return self.o("Equal", self.name, self.texts(self.categories))

    def is_any(self, each: str) -> str:
        """Return whether a value is one of the categories, (samples, 1)."""
        count = self.o("ReduceMax", self.e.cast(each, "float32"), self.axis(), keepdims=1)
        return self.o("Greater", count, self.e.constant(np.float32(0.0), keep=True))

    def axis(self) -> str:
        """Return the axis of columns, as an input of operators."""
        return self.e.constant(np.array([1], np.int64))

    def clipped(self, values: str, center: float, scale: float, missing: str) -> str:
        """Return the scaled numbers with smooth clip, 0 where missing."""
        centred = self.o("Sub", values, self.double(center))
        z = self.rounded(self.o("Mul", centred, self.double(scale)))
        z = self.o("Max", self.o("Min", z, _FARTHEST), -_FARTHEST)
        ninth = self.e.constant(np.float32(1.0 / 9.0), keep=True)
        root = self.o("Sqrt", self.o("Add", self.o("Mul", self.o("Mul", z, z), ninth), 1.0))
        return self.o("Where", missing, 0.0, self.o("Div", z, root))

    def float32(self, values: Any) -> str:
        """Return a constant of float32."""
        return self.e.constant(np.asarray(values, np.float32), keep=True)


def _linear(column: _Column, one: Linear) -> str:
    centred = column.o("Sub", column.name, column.double(one.center))
    z = column.rounded(column.o("Mul", centred, column.double(one.scale)))
    return column.o("Where", column.missing(), column.float32(one.missing), z)


def _scaled(column: _Column, one: Scaled) -> str:
    return column.clipped(column.filled(one.center), one.center, one.scale, column.missing())


def _normal(column: _Column, one: Normal) -> str:
    # Piecewise linear: z0 + sum of slope times how far x is into each piece.
    x, z = one.points
    widths = np.diff(x)
    into = column.o("Sub", column.filled(one.middle), column.double(x[np.newaxis, :-1]))
    inside = column.o("Min", column.o("Max", into, column.double(0.0)), column.double(widths[np.newaxis]))
    slopes = (np.diff(z) / widths)[:, np.newaxis]
    risen = column.o("MatMul", inside, column.double(slopes))
    return column.rounded(column.o("Add", risen, column.double(z[0])))


def _binned(column: _Column, one: Binned) -> str:
    low, high = one.edges[:-1], one.edges[1:]
    held = column.o("Min", column.filled(one.middle), column.double(one.edges[-1]))
    held = column.o("Max", held, column.double(one.edges[0]))
    part = column.o("Sub", held, column.double(low[np.newaxis]))
    part = column.o("Mul", part, column.double(1.0 / (high - low)[np.newaxis]))
    part = column.o("Min", column.o("Max", part, column.double(0.0)), column.double(1.0))
    return column.rounded(part)


def _one_hot(column: _Column, one: OneHot) -> str:
    count = len(column.categories)
    each = column.is_each()
    off, on = (column.float32(values[np.newaxis, :count]) for values in (one.off, one.on))
    known = column.o("Where", each, on, off)
    if not one.other:
        return known
    seen = column.o("Or", column.is_any(each), column.missing())
    other = column.o("Where", seen, column.float32(one.off[count]), column.float32(one.on[count]))
    return column.o("Concat", known, other, axis=1) if count else other


def _two_values(column: _Column, one: TwoValues) -> str:
    first, second = (
        column.o("Equal", column.name, column.texts([category])) for category in column.categories
    )
    rest = column.o("Where", second, column.float32(one.second), column.float32(one.neither))
    return column.o("Where", first, column.float32(one.first), rest)


def _ordinal(column: _Column, one: Ordinal) -> str:
    each = column.is_each()
    places = np.arange(len(column.categories), dtype=np.float64)[:, np.newaxis]
    place = column.o("MatMul", column.e.cast(each, "float64"), column.double(places))
    return column.clipped(place, one.center, one.scale, column.o("Not", column.is_any(each)))


def _indicator(column: _Column, one: Indicator) -> str:
    return column.o("Where", column.missing(), column.float32(one.on), column.float32(one.off))


_TRANSFORMS: dict[type[Transform], Callable[[_Column, Any], str]] = {
    Scaled: _scaled,
    Linear: _linear,
    Normal: _normal,
    Binned: _binned,
    OneHot: _one_hot,
    TwoValues: _two_values,
    Ordinal: _ordinal,
    Indicator: _indicator,
}


def write(model: Model, target: Target) -> dict[str, bytes]:
    """Return the bytes of an ONNX file.

    Raises
    ------
    InputError
        For a column of dates, and a name that two values of the graph would have.
    """
    emitter = Emitter(np.dtype(np.float32), _OPSET)
    mean = answers_into(emitter, model, {one.name: one.name for one in model.encoder.schema})
    outputs = (_classes if model.target.classes else _quantity)(emitter, model, mean)
    metadata = {"origin": json.dumps(target.origin)} if target.origin else {}
    inputs = tuple(Value(one.name, _KINDS[one.kind], (None, 1)) for one in model.encoder.schema)
    graph = Graph(
        tuple(emitter.nodes), emitter.constants, inputs, outputs, _OPSET, metadata, version("multilayer")
    )
    return {".onnx": protobuf.serialized(graph, _IR_VERSION, _DOCUMENTATION)}


def answers_into(emitter: Emitter, model: Model, values: Mapping[str, str]) -> str:
    """Add a model to a graph, and return the name of its answers before they are unscaled, float64.

    `values` has the value of each column: numbers as float64, categories as text, of shape (samples, 1).
    """
    emitter.dtype = np.dtype(np.float32)  # of what an encoder makes
    parts = [made for column in model.encoder.columns for made in _encoded(emitter, column, values)]
    emitter.begin(f"{TABLE}x", 0)
    x = emitter.o("Concat", *parts, axis=1)
    for norm in model.encoder.norms:
        x = over_norm(emitter, x, norm, model.encoder.width)
    found = [_member(emitter, network, number, x, model) for number, network in enumerate(model.networks, 1)]
    emitter.begin(f"{TABLE}y", 0)
    mean = found[0]
    for value in found[1:]:
        mean = emitter.o("Add", mean, value)
    if len(found) > 1:
        mean = emitter.o("Div", mean, _double(emitter, float(len(found))))
    return mean


def _encoded(emitter: Emitter, column: ColumnEncoder, values: Mapping[str, str]) -> list[str]:
    schema = column.schema
    with located(f"column {quoted(schema.name)}"):
        if schema.kind not in _KINDS:
            raise InputError(
                "ONNX has no {kind}s; write the model as source (.c, .py, .mjs, .html), or train with the parts "
                "of the column as numbers",
                kind=schema.kind,
            )
        place = _Column(emitter, column, values[schema.name])
        emitter.begin(f"{TABLE}{schema.name}", 0)
        return [_TRANSFORMS[type(one)](place, one) for one in column.transforms]


def _double(emitter: Emitter, value: float) -> str:
    return emitter.constant(np.float64(value), keep=True)


def _member(emitter: Emitter, network: MLP, number: int, x: str, model: Model) -> str:
    """Return probabilities, or the outputs of one network, in float64."""
    last = network.layers[-1]
    emitter.dtype = network.dtype
    x = x if network.dtype == np.float32 else emitter.cast(x, "float64")
    head = MLP([*network.layers[:-1], Dense(last.W, last.b)])
    a = emitter.cast(layers_into(emitter, head, x, f"network{number}:"), "float64")
    if not model.target.classes:
        return a
    calibration = model.calibration
    if calibration is None:
        return emitter.o("Softmax", a, axis=-1)
    scaled = emitter.o("Div", a, _double(emitter, calibration.temperature))
    rows, classes = float(calibration.rows), float(len(model.target.classes))
    mixed = emitter.o("Mul", emitter.o("Softmax", scaled, axis=-1), _double(emitter, rows))
    mixed = emitter.o("Add", mixed, _double(emitter, 1.0 / classes))
    return emitter.o("Div", mixed, _double(emitter, rows + 1.0))


def _classes(emitter: Emitter, model: Model, mean: str) -> tuple[Value, ...]:
    name = OUTPUT["classification"]
    emitter.o("Identity", mean)
    emitter.rename(name)
    table, kind = label_table(model.target.classes)
    place = emitter.o("ArgMax", name, axis=1, keepdims=0)
    emitter.o("Gather", emitter.constant(table, f"{TABLE}classes"), place, axis=0)
    emitter.rename("class")
    return Value(name, "float64", (None, len(model.target.classes))), Value("class", kind, (None,))


def quantity_into(emitter: Emitter, model: Model, mean: str) -> str:
    """Add what makes quantities of answers: their scale and range; float64 of shape (samples, 1)."""
    target = model.target
    z = emitter.o("Mul", mean, _double(emitter, target.scale))
    y = emitter.o("Add", z, _double(emitter, target.offset))
    return emitter.o("Min", emitter.o("Max", y, _double(emitter, target.low)), _double(emitter, target.high))


def _quantity(emitter: Emitter, model: Model, mean: str) -> tuple[Value, ...]:
    y = quantity_into(emitter, model, mean)
    emitter.o("Reshape", y, emitter.constant(np.array([-1], np.int64)))
    emitter.rename(OUTPUT["regression"])
    return (Value(OUTPUT["regression"], "float64", (None,)),)

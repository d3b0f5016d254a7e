"""Every number of one forward pass, and what changed between two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import Table, matrix_table, numbered, sample_table, to_html, to_text
from multilayer._base.text import fill
from multilayer.network.dense import Dense

__all__ = ["LayerDifference", "LayerRecord", "Trace", "TraceDifference", "forward", "tables_of"]

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class LayerRecord:
    """What one layer did: its input x, the weighted sums a = x W + b, the outputs z = h(a).

    Arrays have shape (samples, inputs) and (samples, units), or lack the first axis for a single sample.
    """

    layer: Dense
    x: Array
    a: Array
    z: Array


def forward(
    layers: Sequence[Dense], x: Array, between: Callable[[Array], Array] = lambda z: z
) -> Iterator[LayerRecord]:
    """Yield a record per layer, in order. This is the one forward loop; between layers training has its dropout."""
    for layer in layers:
        a = layer.weighted_sums(x)
        z = layer.activation(a)
        yield LayerRecord(layer, x, a, z)
        x = between(z)


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Sequence[LayerRecord]):
    """The records of a forward pass, layer by layer; prints every number by its name.

    `trace[0].a` is a(1), `trace[-1].z` the network's output y.
    """

    records: tuple[LayerRecord, ...]
    input_names: tuple[str, ...] | None = None
    output_names: tuple[str, ...] | None = None

    @overload
    def __getitem__(self, index: int) -> LayerRecord: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LayerRecord, ...]: ...
    def __getitem__(self, index: int | slice) -> LayerRecord | tuple[LayerRecord, ...]:
        return self.records[index]

    def __len__(self) -> int:
        return len(self.records)

    __array_ufunc__ = None
    """So that an array minus a trace is left to `__rsub__`."""

    def __sub__(self, before: Trace) -> TraceDifference:
        """Return what changed from `before` to this: of every x, W, b, a and z, printable."""
        if not isinstance(before, Trace):
            raise InputError("a trace is compared with another trace; got {kind}", kind=type(before).__name__)
        return TraceDifference(self, before)

    def __rsub__(self, after: Any) -> TraceDifference:
        raise InputError("a trace is compared with another trace; got {kind}", kind=type(after).__name__)

    def __repr__(self) -> str:
        return to_text(tables_of(self))

    def _repr_html_(self) -> str:
        return to_html(tables_of(self))


@dataclass(frozen=True, eq=False)
class LayerDifference:
    """After minus before, of one layer; 0 wherever both hold the same number, infinities and nan included."""

    x: Array
    W: Array
    b: Array
    a: Array
    z: Array


@dataclass(frozen=True, eq=False, repr=False)
class TraceDifference(Sequence[LayerDifference]):
    """`after - before`, layer by layer; prints the numbers that changed.

    Examples
    --------
    >>> from multilayer import MLP, Dense
    >>> net = MLP([Dense([[0.5], [0.25]], [0.0], "relu")])
    >>> net.with_layer(1, b=[1.0]).trace([2.0, 4.0]) - net.trace([2.0, 4.0])
    change of b(1)  (1,)
        b_1(1) = 0 -> 1
    <BLANKLINE>
    change of a(1)  (1,)
         a_1
      1    1
    <BLANKLINE>
    change of y = z(1)  (1,)
         y_1
      1    1
    <BLANKLINE>
    not changed: x, W(1)

    Raises
    ------
    InputError
        When the two have other shapes.
    """

    after: Trace
    before: Trace

    def __post_init__(self) -> None:
        for name, after, before in self._pairs():
            if after.shape != before.shape:
                raise InputError(
                    "{name} has shape {shape} and {before_shape}; two traces are compared number by number",
                    name=name,
                    shape=after.shape,
                    before_shape=before.shape,
                )
        if len(self.after) != len(self.before):
            raise InputError(
                "one trace has {after} layers and the other {before}; expected as many",
                after=len(self.after),
                before=len(self.before),
            )

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return tuple(self[n] for n in range(len(self))[index])
        after, before = self.after[index], self.before[index]
        return LayerDifference(
            _change(after.x, before.x),
            _change(after.layer.W, before.layer.W),
            _change(after.layer.b, before.layer.b),
            _change(after.a, before.a),
            _change(after.z, before.z),
        )

    def __len__(self) -> int:
        return len(self.after)

    def __repr__(self) -> str:
        tables, unchanged = self._tables()
        return "\n\n".join(text for text in (to_text(tables), unchanged) if text)

    def _repr_html_(self) -> str:
        tables, unchanged = self._tables()
        return to_html([*tables, Table(unchanged)])

    def _pairs(self) -> Iterator[tuple[str, Array, Array]]:
        """Yield every array by its name, as it is after and before."""
        yield "x", self.after[0].x, self.before[0].x
        for n, (after, before) in enumerate(zip(self.after, self.before, strict=False), 1):
            yield f"W({n})", after.layer.W, before.layer.W
            yield f"b({n})", after.layer.b, before.layer.b
            yield f"a({n})", after.a, before.a
            yield f"z({n})" if n < len(self.after) else f"y = z({n})", after.z, before.z

    def _tables(self, digits: int = 6) -> tuple[list[Table], str]:
        tables, unchanged = list[Table](), list[str]()
        for name, after, before in self._pairs():
            changed = ~_same(after, before)
            if not changed.any():
                unchanged.append(name)
            elif name[0] in "Wb":
                tables.append(_parameters(name, after, before, changed, digits))
            else:
                change, names = _change(after, before), self._names(name, after)
                tables.append(sample_table(fill("change of {name}", name=name), change, names, digits))
        return tables, fill("not changed: {names}", names=", ".join(unchanged)) if unchanged else ""

    def _names(self, name: str, array: Array) -> Sequence[str]:
        named = {"x": self.after.input_names, "y": self.after.output_names}.get(name[0])
        return named or numbered("x" if name == "x" else f"{name[0]}_", array.shape[-1])


def tables_of(trace: Trace, digits: int = 6) -> list[Table]:
    """Return x, and W, b, a, z of every layer, with `digits` significant digits."""
    x = trace[0].x
    tables = [sample_table("x", x, trace.input_names or numbered("x", x.shape[-1]), digits)]
    for number, record in enumerate(trace, 1):
        tables += _layer_tables(number, record, len(trace), trace.output_names, digits)
    return tables


def _layer_tables(
    n: int, record: LayerRecord, last: int, output_names: tuple[str, ...] | None, digits: int
) -> Iterator[Table]:
    layer, units = record.layer, record.layer.units
    comma = "," if max(layer.W.shape) > 9 else ""
    source = "x" if n == 1 else f"z({n - 1})"

    def weight(i: int, j: int) -> str:
        return f"w_{i + 1}{comma}{j + 1}({n}) = {layer.W[i, j]:.{digits}g}"

    def bias(_: int, j: int) -> str:
        return f"b_{j + 1}({n}) = {layer.b[j]:.{digits}g}"

    yield matrix_table(f"W({n})  {layer.W.shape}", layer.W.shape, weight)
    yield matrix_table(f"b({n})  {layer.b.shape}", (1, units), bias)
    yield sample_table(f"a({n}) = {source} W({n}) + b({n})", record.a, numbered("a_", units), digits)
    outputs = f"z({n}) = {layer.activation.facts.name}(a({n}))"
    names = numbered("z_", units)
    if n == last:
        outputs = f"y = {outputs}"
        names = output_names or numbered("y_", units)
    yield sample_table(outputs, record.z, names, digits)


def _same(after: Array, before: Array) -> NDArray[np.bool_]:
    same: NDArray[np.bool_] = (after == before) | (np.isnan(after) & np.isnan(before))
    return same


def _change(after: Array, before: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.where(_same(after, before), after.dtype.type(0), after - before)


def _parameters(name: str, after: Array, before: Array, changed: NDArray[np.bool_], digits: int) -> Table:
    """Return the weights or biases that changed, one to a row."""
    places = np.argwhere(changed)
    comma = "," if max(after.shape) > 9 else ""
    letter, number = name[0].lower(), name[1:]

    def cell(row: int, _: int) -> str:
        place = tuple(places[row])
        indices = comma.join(str(index + 1) for index in place)
        return f"{letter}_{indices}{number} = {before[place]:.{digits}g} -> {after[place]:.{digits}g}"

    caption = fill("change of {name}  {shape}", name=name, shape=after.shape)
    return matrix_table(caption, (len(places), 1), cell)

"""What changed between two forward passes: every number by its name, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import Table, to_html, to_text
from multilayer._base.text import fill
from multilayer.network.view import matrix_table, numbered, sample_table

if TYPE_CHECKING:
    from multilayer.network.trace import Trace

__all__ = ["LayerDifference", "TraceDifference"]

Array = NDArray[Any]


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
                    f"{name} has shape {after.shape} and {before.shape}; two traces are compared number by number"
                )
        if len(self.after) != len(self.before):
            raise InputError(
                f"one trace has {len(self.after)} layers and the other {len(self.before)}; expected as many"
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
                tables.append(_signals(name, after, before, self._names(name, after), digits))
        return tables, fill("not changed: {names}", names=", ".join(unchanged)) if unchanged else ""

    def _names(self, name: str, array: Array) -> Sequence[str]:
        named = {"x": self.after.input_names, "y": self.after.output_names}.get(name[0])
        return named or numbered("x" if name == "x" else f"{name[0]}_", array.shape[-1])


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


def _signals(name: str, after: Array, before: Array, names: Sequence[str], digits: int) -> Table:
    change = _change(after, before)
    rows = change.reshape(-1, change.shape[-1])
    caption = fill("change of {name}  {shape}", name=name, shape=change.shape)
    return sample_table(caption, rows, names, digits)

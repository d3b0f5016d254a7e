"""One number of the way back with everything that it is made of: `dW(1)[2,3] = z[1,2] · da[1,3] + ... = 0.5 · 0.1`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer._base.text import fill, quoted
from multilayer.web.backward import Backward, before
from multilayer.web.formulas import put_in, sum_of_products

__all__ = ["Explained", "explained"]

_CELL = re.compile(r"(loss|h'|[a-zA-Z]{1,2})(?:\(([1-9]\d{0,3})\))?\[([1-9]\d{0,6})(?:,([1-9]\d{0,6}))?\]")
_OUTPUTS = 6
"""Outputs of a row that are written out."""


class Explained(msgspec.Struct):
    """A cell by its parts: in symbols, with the numbers put in, and its value."""

    cell: str
    symbols: str
    numbers: str
    value: str


@dataclasses.dataclass(frozen=True, eq=False)
class _Writer:
    """Writes one cell; rows, units and inputs are counted from 0."""

    back: Backward
    digits: int | None

    def text(self, number: Any) -> str:
        return number_text(number, self.digits)

    def row(self, i: int) -> int:
        """The number of a row as it is named."""
        return self.back.aim.first + i + 1

    def loss(self, _: int, i: int, __: int) -> Explained:
        loss, last = self.back.aim.loss, self.back.record(self.back.layers)
        formula, (z, y) = loss.facts.formula.replace("sum_i ", ""), (last.z[i], self.back.aim.targets[i])
        parts = [put_in(formula, self._names_of_loss(z[j], y[j])) for j in range(len(z))]
        numbers = " + ".join(f"[{part}]" for part in parts[:_OUTPUTS]) if len(parts) > 1 else parts[0]
        if len(parts) > _OUTPUTS:
            numbers = fill("{sum} + … ({count} more)", sum=numbers, count=len(parts) - _OUTPUTS)
        value = self.text(self.back.losses[i])
        return Explained(f"loss[{self.row(i)}]", loss.facts.formula, numbers, value)

    def dz(self, n: int, i: int, j: int) -> Explained:
        if n < self.back.layers:
            return self.dx(n, i, j)
        facts = self.back.aim.loss.facts
        names = self._names_of_loss(self.back.record(n).z[i, j], self.back.aim.targets[i, j])
        return self._of_rows(f"dz({n})", i, j, facts.derivative, names, self.back.dz(n))

    def dx(self, n: int, i: int, j: int) -> Explained:
        """dz(n) of a hidden layer, or dx for n = 0: a sum over the units of the layer after it."""
        name, W = f"dz({n})" if n else "dx", self.back.record(n + 1).layer.W
        da = self.back.gradients[n].da
        terms = [
            (f"da({n + 1})[{self.row(i)},{k + 1}]", f"W({n + 1})[{j + 1},{k + 1}]", da[i, k], W[j, k])
            for k in range(W.shape[1])
        ]
        return self._sum(f"{name}[{self.row(i)},{j + 1}]", terms, self.back.dz(n), (i, j))

    def slope(self, n: int, i: int, j: int) -> Explained:
        record = self.back.record(n)
        names = self._names_of_activation(n, record.a[i, j], record.z[i, j])
        formula, slope = record.layer.activation.facts.derivative, self.back.slope(n)
        cell = f"h'({n})[{self.row(i)},{j + 1}]"
        return Explained(cell, formula, put_in(formula, names), self.text(slope[i, j]))

    def jacobian(self, n: int, i: int, j: int) -> Explained:
        record = self.back.record(n)
        z, facts = record.z[0], record.layer.activation.facts
        names = {"h_i": self.text(z[i]), "h_j": self.text(z[j]), "[i = j]": str(int(i == j)), "dh_i/da_j": ""}
        formula = facts.derivative.removeprefix("dh_i/da_j = ")
        value = self.text(self.back.slope(n)[0, i, j])
        return Explained(f"J({n})[{i + 1},{j + 1}]", formula, put_in(formula, names), value)

    def da(self, n: int, i: int, j: int) -> Explained:
        back, record, found = self.back, self.back.record(n), self.back.gradients[n - 1].da
        if n == back.layers and back.is_fused:
            facts = back.aim.loss.facts
            names = self._names_of_activation(n, record.a[i, j], record.z[i, j])
            names |= self._names_of_loss(record.z[i, j], back.aim.targets[i, j])
            return self._of_rows(f"da({n})", i, j, facts.fused_derivative, names, found)
        dz, slope = np.asarray(back.dz(n)), back.slope(n)
        cell = f"da({n})[{self.row(i)},{j + 1}]"
        if back.is_elementwise(n):
            at = f"[{self.row(i)},{j + 1}]"
            return self._sum(cell, [(f"dz({n}){at}", f"h'({n}){at}", dz[i, j], slope[i, j])], found, (i, j))
        terms = [
            (f"dz({n})[{self.row(i)},{k + 1}]", f"J({n})[{k + 1},{j + 1}]", dz[i, k], slope[i, k, j])
            for k in range(dz.shape[1])
        ]
        return self._sum(cell, terms, found, (i, j))

    def dW(self, n: int, i: int, j: int) -> Explained:
        x, da = self.back.record(n).x, self.back.gradients[n - 1].da
        terms = [
            (f"{before(n)}[{self.row(r)},{i + 1}]", f"da({n})[{self.row(r)},{j + 1}]", x[r, i], da[r, j])
            for r in range(len(x))
        ]
        return self._sum(f"dW({n})[{i + 1},{j + 1}]", terms, self.back.gradients[n - 1].dW, (i, j))

    def db(self, n: int, j: int, _: int) -> Explained:
        da = self.back.gradients[n - 1].da
        names = [(f"da({n})[{self.row(r)},{j + 1}]",) for r in range(len(da))]
        numbers = sum_of_products([(self.text(da[r, j]),) for r in range(len(da))])
        value = self.text(self.back.gradients[n - 1].db[j])
        return Explained(f"db({n})[{j + 1}]", sum_of_products(names), numbers, value)

    def _of_rows(
        self, name: str, i: int, j: int, formula: str, names: dict[str, str], array: Any
    ) -> Explained:
        """A formula for each element, whose mean over rows is taken."""
        symbols, numbers = formula, put_in(formula, names)
        if self.back.rows > 1:
            symbols, numbers = (f"1/{self.back.rows} · ({each})" for each in (symbols, numbers))
        return Explained(f"{name}[{self.row(i)},{j + 1}]", symbols, numbers, self.text(array[i, j]))

    def _sum(
        self, cell: str, terms: list[tuple[str, str, Any, Any]], array: Any, at: tuple[int, int]
    ) -> Explained:
        symbols = sum_of_products([(one, other) for one, other, _, _ in terms])
        numbers = sum_of_products([(self.text(one), self.text(other)) for _, _, one, other in terms])
        return Explained(cell, symbols, numbers, self.text(array[at]))

    def _names_of_loss(self, z: Any, y: Any) -> dict[str, str]:
        loss, z, y = self.back.aim.loss, self.text(z), self.text(y)
        fields: dict[str, Any] = {field.name: getattr(loss, field.name) for field in dataclasses.fields(loss)}  # type: ignore[arg-type]
        own = {name: f"{value:g}" for name, value in fields.items()}
        return own | {"z": z, "z_i": z, "y": y, "y_i": y, "outputs": str(self.back.aim.network.widths[-1])}

    def _names_of_activation(self, n: int, a: Any, z: Any) -> dict[str, str]:
        activation, z = self.back.record(n).layer.activation, self.text(z)
        own = {
            name: f"{getattr(activation, name):g}"
            for name in activation.parameter_names()
            if isinstance(getattr(activation, name), float)
        }
        name = activation.facts.name
        return own | {"a": self.text(a), "h(a)": z, f"{name}(a)": z, f"{name}(a)_i": z}


@dataclasses.dataclass(frozen=True)
class _Kind:
    """The cells of one name: the array that holds them, what writes one, and whether they are counted by row."""

    array: Callable[[Backward, int], Any]
    write: Callable[[_Writer, int, int, int], Explained]
    of_rows: bool = True


_KINDS = {
    "loss": _Kind(lambda back, _: back.losses, _Writer.loss),
    "dz": _Kind(Backward.dz, _Writer.dz),
    "h'": _Kind(lambda back, n: back.slope(n) if back.is_elementwise(n) else None, _Writer.slope),
    "J": _Kind(lambda back, n: None if back.is_elementwise(n) else back.slope(n)[0], _Writer.jacobian, False),
    "da": _Kind(lambda back, n: back.gradients[n - 1].da, _Writer.da),
    "dW": _Kind(lambda back, n: back.gradients[n - 1].dW, _Writer.dW, False),
    "db": _Kind(lambda back, n: back.gradients[n - 1].db, _Writer.db, False),
    "dx": _Kind(lambda back, _: back.dz(0), _Writer.dx),
}
_WITHOUT_LAYER = ("loss", "dx")


def explained(back: Backward, cell: str, digits: int | None) -> Explained:
    """Return what a cell of the way back is made of.

    Raises
    ------
    InputError
        Where there is no such cell.
    """
    found = _CELL.fullmatch(cell)
    name, layer, *place = found.groups() if found else ("", None)
    kind, n = _KINDS.get(name), int(layer or 0)
    if kind and (n == 0) == (name in _WITHOUT_LAYER) and n <= back.layers:
        array, at = kind.array(back, n), [int(index) - 1 for index in place if index]
        at[0] -= back.aim.first if kind.of_rows else 0
        if (
            array is not None
            and len(at) == array.ndim
            and all(0 <= i < size for i, size in zip(at, array.shape, strict=True))
        ):
            return kind.write(_Writer(back, digits), n, at[0], at[-1])
    raise InputError("there is no number {cell} on the way back; choose one that is shown", cell=quoted(cell))

"""The kernels that a network needs, as text of a language: each part once, and before it is used."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.dialect import Dialect, fields_of, parsed
from multilayer.exchange.source.printer import Printer

__all__ = ["Program"]


class Program:
    """Collects functions with all functions, constants, tables and structures that they need.

    `real` is the type of the network, f32 or f64; `parts` holds the texts by name, in the order of need.
    """

    def __init__(self, dialect: Dialect, real: str) -> None:
        self.dialect = dialect
        self.real = real
        self.parts: dict[str, str] = {}
        self.primitives: set[str] = set()

    def kind(self, name: str) -> str:
        """Return a type of kernels/language.py as it is in this program."""
        return self.real if name == "real" else name

    def add(self, function: Callable[..., Any]) -> str:
        """Add a function with all that it needs, and return its name."""
        source = parsed(function)
        if source.name not in self.parts:
            text = Printer(self, source).function()
            self.parts[source.name] = text
        return source.name

    def texts(self) -> list[str]:
        """Return all parts, each before it is used: first the functions that the language does not have."""
        own = self.dialect.functions.items()
        return [*(text for name, text in own if name in self.primitives), *self.parts.values()]

    def add_structure(self, structure: type) -> str:
        name, fields = structure.__name__, fields_of(structure)
        if name not in self.parts:
            around = vars(inspect.getmodule(structure))
            for kind in fields.values():
                if hasattr(around.get(kind), "_fields"):
                    self.add_structure(around[kind])
            self.parts[name] = self.dialect.structure(name, fields, structure.__doc__ or "")
        return name

    def add_table(self, table: Table) -> str:
        if table.name not in self.parts:
            self.parts[table.name] = self.dialect.table(table)
        return table.name

    def add_constant(self, name: str, value: float, kind: str) -> str:
        text = self.dialect.constant(name, value, kind)
        if self.parts.setdefault(name, text) != text:
            raise TypeError(f"{name} is used as two types")
        return name

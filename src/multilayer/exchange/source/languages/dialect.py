"""What the printer of kernels and its languages share: parsed functions, printed expressions, what a language is."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Protocol

from multilayer.exchange.source.kernels.coefficients import Table

__all__ = [
    "ADD",
    "AND",
    "ATOM",
    "COMPARE",
    "CONDITIONAL",
    "MULTIPLY",
    "NOT",
    "OR",
    "SHIFT",
    "UNARY",
    "Dialect",
    "Parsed",
    "Text",
    "fields_of",
    "parsed",
]

# How strongly a text binds, from a conditional expression to a name or a call.
CONDITIONAL, OR, AND, NOT, COMPARE, SHIFT, ADD, MULTIPLY, UNARY, ATOM = range(10)


@dataclass(frozen=True)
class Text:
    """A printed expression, its type and how strongly it binds."""

    text: str
    type: str
    level: int = ATOM

    def within(self, level: int) -> str:
        """Return the text as an operand of what binds as `level` says."""
        return self.text if self.level >= level else f"({self.text})"


@dataclass(frozen=True)
class Parsed:
    """A kernel function: its syntax, and the names of the module it stands in."""

    name: str
    doc: str
    parameters: dict[str, str]
    result: str
    body: tuple[ast.stmt, ...]
    names: dict[str, Any]


@cache
def parsed(function: Callable[..., Any]) -> Parsed:
    """Return the syntax of a kernel function."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    if not isinstance(node, ast.FunctionDef):
        raise TypeError(function)
    parameters = {a.arg: ast.unparse(a.annotation) for a in node.args.args if a.annotation}
    doc = ast.get_docstring(node) or ""
    body = tuple(node.body[1:] if doc else node.body)
    result = ast.unparse(node.returns) if node.returns else "None"
    return Parsed(node.name, doc, parameters, result, body, getattr(function, "__globals__", {}))


def fields_of(structure: type) -> dict[str, str]:
    """Return the fields of a NamedTuple with their types as written."""
    return {
        name: str(getattr(kind, "__forward_arg__", kind)) for name, kind in structure.__annotations__.items()
    }


class Dialect(Protocol):
    """What differs between languages; a method returns text, `kind` is a type of kernels/language.py."""

    heads: ClassVar[dict[str, str]]
    """The heads of `if`, `else` and `while`, a place for the condition."""
    words: ClassVar[dict[str, str]]
    """`and`, `or` and `not`."""
    comparisons: ClassVar[dict[str, str]]
    """Those that are not written as in Python."""

    def number(self, value: float, kind: str) -> str: ...
    def arithmetic(self, text: Text) -> Text:
        """Return an operation, rounded to its type where the language does not do that."""
        ...

    def primitive(self, name: str, arguments: Sequence[Text], kind: str) -> Text: ...
    def conditional(self, test: str, then: str, otherwise: str) -> str: ...
    def structure(self, name: str, fields: dict[str, str], doc: str) -> str: ...
    def structured(self, name: str, values: dict[str, str]) -> str: ...
    def table(self, table: Table) -> str: ...
    def constant(self, name: str, value: float, kind: str) -> str: ...
    def function(self, function: Parsed, body: list[str]) -> str: ...
    def block(self, head: str, body: list[str]) -> list[str]: ...
    def statement(self, text: str) -> str: ...
    def element(self, array: Text, index: str) -> str: ...
    def argument(self, text: Text, level: int) -> str:
        """Return what is handed to a function that the program has."""
        ...

    def declaration(self, name: str, value: Text, constant: bool) -> str: ...

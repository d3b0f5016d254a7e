"""What the printer of kernels and its languages share: parsed functions, printed expressions, what a language is."""

from __future__ import annotations

import ast
import inspect
import textwrap
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.decimals import decimal

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
    "Float64Dialect",
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


class Dialect(ABC):
    """What differs between languages; a method returns text, `kind` is a type of kernels/language.py.

    Statements and conditions are those of C unless a language has others.
    """

    heads: ClassVar[dict[str, str]] = {"while": "while ({})", "if": "if ({})", "else": "else"}
    """The heads of `if`, `else` and `while`, a place for the condition."""
    words: ClassVar[dict[str, str]] = {"and": "&&", "or": "||", "not": "!"}
    comparisons: ClassVar[dict[str, str]] = {}
    """Those that are not written as in Python."""
    functions: ClassVar[Mapping[str, str]]
    """The primitives that the language does not have, by their names."""

    @abstractmethod
    def number(self, value: float, kind: str) -> str: ...
    def arithmetic(self, text: Text) -> Text:
        """Return an operation, rounded to its type where the language does not do that."""
        return text

    @abstractmethod
    def primitive(self, name: str, arguments: Sequence[Text], kind: str) -> Text: ...
    def conditional(self, test: str, then: str, otherwise: str) -> str:
        return f"{test} ? {then} : {otherwise}"

    @abstractmethod
    def structure(self, name: str, fields: dict[str, str], doc: str) -> str: ...
    @abstractmethod
    def structured(self, name: str, values: dict[str, str]) -> str: ...
    @abstractmethod
    def table(self, table: Table) -> str: ...
    @abstractmethod
    def constant(self, name: str, value: float, kind: str) -> str: ...
    @abstractmethod
    def function(self, function: Parsed, body: list[str]) -> str: ...
    def block(self, head: str, body: list[str]) -> list[str]:
        return [f"{head} {{", *(f"    {line}" for line in body), "}"]

    def statement(self, text: str) -> str:
        return f"{text};"

    def element(self, array: Text, index: str) -> str:
        return f"{array.text}[{index}]"

    def argument(self, text: Text, level: int) -> str:
        """Return what is handed to a function that the program has."""
        return text.within(level)

    @abstractmethod
    def declaration(self, name: str, value: Text, constant: bool) -> str: ...


class Float64Dialect(Dialect):
    """A language whose numbers are float64: a float32 operation is rounded once more."""

    rounded: ClassVar[str]
    """The call that rounds to float32."""
    calls: ClassVar[dict[str, tuple[str, str]]]
    """The calls for float64 and for float32; others are called as they are."""
    not_finite: ClassVar[dict[str, str]]

    def number(self, value: float, kind: str) -> str:
        """Return a number, exact."""
        text = decimal(value, kind)
        return self.not_finite.get(text, text)

    def arithmetic(self, text: Text) -> Text:
        return Text(self.rounded.format(text.text), "f32") if text.type == "f32" else text

    def primitive(self, name: str, arguments: Sequence[Text], kind: str) -> Text:
        texts = ", ".join(argument.text for argument in arguments)
        if name in ("to_f32", "narrow", "to_f64", "to_real"):
            (first,) = arguments
            rounds = kind == "f32" and first.type != "f32"
            return Text(
                self.rounded.format(texts) if rounds else first.text, kind, ATOM if rounds else first.level
            )
        wide_call, narrow_call = self.calls.get(name, (f"{name}({{}})",) * 2)
        return Text((narrow_call if kind == "f32" else wide_call).format(texts), kind)

"""Prints a kernel function: its syntax with types, by a dialect."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Protocol

from multilayer.exchange.source.kernels import language
from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.dialect import (
    ADD,
    AND,
    ATOM,
    COMPARE,
    CONDITIONAL,
    MULTIPLY,
    NOT,
    OR,
    SHIFT,
    UNARY,
    Dialect,
    Parsed,
    Text,
    fields_of,
    parsed,
)

__all__ = ["Parts", "Printer"]

_BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", ADD),
    ast.Sub: ("-", ADD),
    ast.Mult: ("*", MULTIPLY),
    ast.Div: ("/", MULTIPLY),
    ast.RShift: (">>", SHIFT),
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_RESULTS = {
    "to_f32": "f32",
    "narrow": "f32",
    "to_f64": "f64",
    "to_real": "real",
    "to_int": "i32",
    "two_to_the": "f64",
    "bits32": "i32",
    "high_bits": "i32",
    "rough_reciprocal": "f64",
    "zeros8": "numbers64",
    "signbit": "bool",
}
"""The results of primitives; others return the type of their operands."""
_TAKES = {"to_f32": "f64", "narrow": "f64", "bits32": "f32", "high_bits": "f64", "rough_reciprocal": "f64"}
_ELEMENTS = {"table32": "f32", "table64": "f64", "numbers64": "f64", "row": "real"}


class Parts(Protocol):
    """Where a function's needs go: the other parts of a program."""

    dialect: Dialect
    primitives: set[str]

    def kind(self, name: str) -> str: ...
    def add(self, function: Callable[..., Any]) -> str: ...
    def add_structure(self, structure: type) -> str: ...
    def add_table(self, table: Table) -> str: ...
    def add_constant(self, name: str, value: float, kind: str) -> str: ...


class Printer:
    """Prints one function; a method for each kind of node, as in `ast.NodeVisitor`."""

    def __init__(self, program: Parts, source: Parsed) -> None:
        self.program = program
        self.dialect = program.dialect
        self.source = source
        self.kinds = {name: program.kind(kind) for name, kind in source.parameters.items()}
        self.result = program.kind(source.result)
        self.usual = self.result if self.result in ("f32", "f64") else "f64"
        nodes = (node for statement in source.body for node in ast.walk(statement))
        names = [ast.unparse(node.targets[0]) for node in nodes if isinstance(node, ast.Assign)]
        self.constant = {name for name in names if names.count(name) == 1}

    def function(self) -> str:
        return self.dialect.function(self.source, self.statements(self.source.body))

    # Statements

    def statements(self, body: Sequence[ast.stmt]) -> list[str]:
        return [line for node in body for line in getattr(self, f"print_{type(node).__name__}")(node)]

    def print_Return(self, node: ast.Return) -> list[str]:
        value = f" {self.expression(node.value, self.result).text}" if node.value else ""
        return [self.dialect.statement(f"return{value}")]

    def print_Assign(self, node: ast.Assign) -> list[str]:
        (target,) = node.targets
        if isinstance(target, ast.Subscript):
            place = self.expression(target)
            return [self.dialect.statement(f"{place.text} = {self.expression(node.value, place.type).text}")]
        name = ast.unparse(target)
        known = self.kinds.get(name)
        text = self.expression(node.value, known or self.type_of(node.value) or self.usual)
        if known:
            return [self.dialect.statement(f"{name} = {text.text}")]
        self.kinds[name] = text.type
        return [self.dialect.declaration(name, text, name in self.constant)]

    def print_Expr(self, node: ast.Expr) -> list[str]:
        return [self.dialect.statement(self.expression(node.value).text)]

    def print_While(self, node: ast.While) -> list[str]:
        return self.block("while", self.statements(node.body), node.test)

    def print_If(self, node: ast.If) -> list[str]:
        lines = self.block("if", self.statements(node.body), node.test)
        return lines + (self.block("else", self.statements(node.orelse)) if node.orelse else [])

    def block(self, word: str, body: list[str], test: ast.expr | None = None) -> list[str]:
        head = self.dialect.heads[word]
        return self.dialect.block(head.format(self.expression(test).text) if test else head, body)

    # Types: None for a number that is written out

    def type_of(self, node: ast.expr) -> str | None:  # noqa: PLR0911  (a case each)
        match node:
            case ast.Name(id=name) if name in self.kinds:
                return self.kinds[name]
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                return "bool"
            case ast.Constant(value=value):
                return "i32" if isinstance(value, int) else None
            case ast.BinOp(op=ast.Pow()):
                return None
            case ast.Call(func=ast.Name(id=name)) if hasattr(language, name) and name not in _RESULTS:
                return self.type_of_any(node.args)
            case ast.Call() | ast.Attribute() | ast.Subscript():
                return None if isinstance(self.value_of(node), float) else self.expression(node).type
            case ast.IfExp(body=then, orelse=otherwise):
                return self.type_of_any([then, otherwise])
        return self.type_of_any(
            [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        )

    def type_of_any(self, nodes: Sequence[ast.expr]) -> str | None:
        return next(filter(None, map(self.type_of, nodes)), None)

    def value_of(self, node: ast.expr) -> Any:
        """Return what a name of the module, or an attribute of one, stands for; None for anything else."""
        if isinstance(node, ast.Name) and node.id not in self.kinds:
            return self.source.names.get(node.id)
        if isinstance(node, ast.Attribute):
            return getattr(self.value_of(node.value), node.attr, None)
        return None

    # Expressions

    def expression(self, node: ast.expr, want: str | None = None) -> Text:
        """Return an expression as text; a number that is written out takes the type that is wanted."""
        value = self.value_of(node)
        if isinstance(value, Table):
            return Text(self.program.add_table(value), "table32" if value.kind == "f32" else "table64")
        if isinstance(value, int):
            return Text(str(value), "i32")
        if isinstance(value, float):
            return self.constant_of(node, value, want or "f64")
        text: Text = getattr(self, f"print_{type(node).__name__}")(node, want)
        return text

    def operand(self, node: ast.expr, want: str | None, level: int) -> str:
        return self.typed(node, want).within(level)

    def typed(self, node: ast.expr, want: str | None) -> Text:
        text = self.expression(node, want)
        if want and text.type != want:
            raise TypeError(f"{self.source.name}: {ast.unparse(node)} is {text.type}, not {want}")
        return text

    def constant_of(self, node: ast.expr, value: float, kind: str) -> Text:
        name = ast.unparse(node)
        if hasattr(language, name) or isinstance(node, ast.Attribute):
            return Text(self.dialect.number(value, kind), kind)
        return Text(self.program.add_constant(name, value, kind), kind)

    def print_Name(self, node: ast.Name, _: str | None) -> Text:
        return Text(node.id, self.kinds[node.id])

    def print_Constant(self, node: ast.Constant, want: str | None) -> Text:
        if isinstance(node.value, int):
            return Text(str(node.value), "i32")
        return Text(self.dialect.number(float(str(node.value)), want or "f64"), want or "f64")

    def print_UnaryOp(self, node: ast.UnaryOp, want: str | None) -> Text:
        text = self.expression(node.operand, want)
        if isinstance(node.op, ast.Not):
            return Text(f"{self.dialect.words['not']}({text.text})", "bool", NOT)
        return Text(f"-{text.within(ATOM)}", text.type, UNARY)

    def print_BinOp(self, node: ast.BinOp, want: str | None) -> Text:
        if isinstance(node.op, ast.Pow):
            value = float(ast.literal_eval(node.left)) ** ast.literal_eval(node.right)
            return Text(self.dialect.number(value, want or "f64"), want or "f64")
        if isinstance(node.op, ast.BitAnd):
            left, right = (self.operand(side, "i32", UNARY) for side in (node.left, node.right))
            return Text(f"({left} & {right})", "i32")
        kind = self.type_of(node) or want or "f64"
        sign, level = _BINARY[type(node.op)]
        left = self.operand(node.left, kind, UNARY if level == SHIFT else level)  # as C compilers ask for
        return self.dialect.arithmetic(
            Text(f"{left} {sign} {self.operand(node.right, kind, level + 1)}", kind, level)
        )

    def print_Compare(self, node: ast.Compare, _: str | None) -> Text:
        sides = (node.left, *node.comparators)
        kind = self.type_of_any(sides) or "f64"
        sign = _COMPARISONS[type(node.ops[0])]
        left, right = (self.operand(side, kind, SHIFT) for side in sides)
        return Text(f"{left} {self.dialect.comparisons.get(sign, sign)} {right}", "bool", COMPARE)

    def print_BoolOp(self, node: ast.BoolOp, _: str | None) -> Text:
        word, level = ("and", AND) if isinstance(node.op, ast.And) else ("or", OR)
        operands = (self.operand(value, None, level + 1) for value in node.values)
        return Text(f" {self.dialect.words[word]} ".join(operands), "bool", level)

    def print_IfExp(self, node: ast.IfExp, want: str | None) -> Text:
        kind = self.type_of(node) or want or "f64"
        test, then = self.operand(node.test, None, OR), self.operand(node.body, kind, OR)
        return Text(
            self.dialect.conditional(test, then, self.operand(node.orelse, kind, OR)), kind, CONDITIONAL
        )

    def print_Attribute(self, node: ast.Attribute, _: str | None) -> Text:
        owner = self.expression(node.value)
        return Text(f"{owner.text}.{node.attr}", fields_of(self.find(owner.type))[node.attr])

    def print_Subscript(self, node: ast.Subscript, _: str | None) -> Text:
        array = self.expression(node.value)
        index = self.expression(node.slice, "i32").text
        return Text(self.dialect.element(array, index), self.program.kind(_ELEMENTS[array.type]))

    def print_Call(self, node: ast.Call, want: str | None) -> Text:
        name = ast.unparse(node.func)
        if name == "len":
            return Text(str(len(self.value_of(node.args[0]))), "i32")
        if hasattr(language, name):
            return self.primitive(name, node.args, want)
        callee = self.find(name)
        if isinstance(callee, type):
            self.program.add_structure(callee)
            fields = fields_of(callee)
            values = self.arguments(node.args, fields.values())
            return Text(self.dialect.structured(name, dict(zip(fields, values, strict=True))), name)
        signature = parsed(callee)
        texts = self.arguments(node.args, map(self.program.kind, signature.parameters.values()))
        self.program.add(callee)
        return Text(f"{name}({', '.join(texts)})", self.program.kind(signature.result))

    def arguments(self, nodes: Sequence[ast.expr], kinds: Any) -> list[str]:
        texts = [self.typed(node, kind) for node, kind in zip(nodes, kinds, strict=True)]
        return [self.dialect.argument(text, CONDITIONAL) for text in texts]

    def primitive(self, name: str, arguments: Sequence[ast.expr], want: str | None) -> Text:
        kind = _TAKES.get(name) or self.type_of_any(arguments) or want or "f64"
        texts = [self.expression(argument, kind) for argument in arguments]
        self.program.primitives.add(name)
        return self.dialect.primitive(name, texts, self.program.kind(_RESULTS.get(name, kind)))

    def find(self, name: str) -> Any:
        """Return the structure or function of that name, which this module has or one that it uses."""
        values = list(self.source.names.values())
        modules = [
            self.source.names,
            *(value.__globals__ for value in values if isinstance(value, FunctionType)),
        ]
        return next(names[name] for names in modules if name in names)

"""Kernels as JavaScript, whose numbers are float64: a float32 operation is rounded once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.decimals import decimal, decimals
from multilayer.exchange.source.languages.dialect import Parsed, Text

__all__ = ["NOT_FINITE", "PRIMITIVES", "JavaScript", "literal"]

_CALLS = {
    "fma": ("fma64({})", "fma32({})"),
    "absolute": ("Math.abs({})", "Math.abs({})"),
    "sqrt": ("Math.sqrt({})", "fround(Math.sqrt({}))"),
    "to_int": ("Math.trunc({})", "Math.trunc({})"),
}
"""The calls for float64 and for float32; others are called as they are."""
NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


def literal(value: float, kind: str) -> str:
    """Return a number of JavaScript, exact."""
    text = decimal(value, kind)
    return NOT_FINITE.get(text, text)


class JavaScript:
    """The dialect of JavaScript, ES2022."""

    heads: ClassVar[dict[str, str]] = {"while": "while ({})", "if": "if ({})", "else": "else"}
    words: ClassVar[dict[str, str]] = {"and": "&&", "or": "||", "not": "!"}
    comparisons: ClassVar[dict[str, str]] = {"==": "===", "!=": "!=="}

    def number(self, value: float, kind: str) -> str:
        return literal(value, kind)

    def arithmetic(self, text: Text) -> Text:
        return Text(f"fround({text.text})", "f32") if text.type == "f32" else text

    def primitive(self, name: str, arguments: Sequence[Text], kind: str) -> Text:
        texts = ", ".join(argument.text for argument in arguments)
        narrow = kind == "f32"
        if name in ("to_f32", "narrow", "to_f64", "to_real"):
            (first,) = arguments
            rounds = narrow and first.type != "f32"
            return Text(f"fround({texts})", kind) if rounds else Text(first.text, kind, first.level)
        if name == "zeros8":
            return Text("[0, 0, 0, 0, 0, 0, 0, 0]", kind)
        wide_call, narrow_call = _CALLS.get(name, (f"{name}({{}})",) * 2)
        return Text((narrow_call if narrow else wide_call).format(texts), kind)

    def conditional(self, test: str, then: str, otherwise: str) -> str:
        return f"{test} ? {then} : {otherwise}"

    def structure(self, name: str, fields: dict[str, str], doc: str) -> str:
        return f"// {name} {{{', '.join(fields)}}}: {doc}"

    def structured(self, name: str, values: dict[str, str]) -> str:
        return f"{{ {', '.join(f'{field}: {value}' for field, value in values.items())} }}"

    def table(self, table: Table) -> str:
        return f"const {table.name} = [\n{decimals(table, table.kind)}\n];"

    def constant(self, name: str, value: float, kind: str) -> str:
        return f"const {name} = {literal(value, kind)};"

    def function(self, function: Parsed, body: list[str]) -> str:
        doc = f"// {function.doc}\n" if function.doc else ""
        return doc + "\n".join(
            self.block(f"function {function.name}({', '.join(function.parameters)})", body)
        )

    def block(self, head: str, body: list[str]) -> list[str]:
        return [f"{head} {{", *(f"    {line}" for line in body), "}"]

    def statement(self, text: str) -> str:
        return f"{text};"

    def element(self, array: Text, index: str) -> str:
        return f"{array.text}[{index}]"

    def argument(self, text: Text, level: int) -> str:
        return text.within(level)

    def declaration(self, name: str, value: Text, constant: bool) -> str:
        return f"{'const' if constant else 'let'} {name} = {value.text};"


PRIMITIVES = {
    "copysign": """\
// The magnitude of x with the sign of y
function copysign(x, y) {
    return signbit(x) === signbit(y) ? x : -x;
}""",
    "two_to_the": """\
// 2^k, for k from -1022 to 1023
function two_to_the(k) {
    bits[0] = 0n;
    halves[1] = (k + 1023) << 20;
    return double[0];
}""",
    "bits32": """\
function bits32(x) {
    single[0] = x;
    return single_bits[0];
}""",
    "high_bits": """\
function high_bits(x) {
    double[0] = x;
    return halves[1];
}""",
    "rough_reciprocal": """\
// 1 / y within 6 %: bits count a logarithm, nearly
function rough_reciprocal(y) {
    double[0] = y;
    bits[0] = 0x7fde5f73aabb2400n - bits[0];
    return double[0];
}""",
}

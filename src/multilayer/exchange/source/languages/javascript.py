"""Kernels as JavaScript, whose numbers are float64: a float32 operation is rounded once more."""

from __future__ import annotations

from typing import ClassVar

from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.decimals import decimals
from multilayer.exchange.source.languages.dialect import Float64Dialect, Parsed, Text

__all__ = ["NOT_FINITE", "JavaScript", "literal"]

NOT_FINITE = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}


_FUNCTIONS = {
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


class JavaScript(Float64Dialect):
    """The dialect of JavaScript, ES2022."""

    functions = _FUNCTIONS
    comparisons: ClassVar[dict[str, str]] = {"==": "===", "!=": "!=="}
    rounded = "fround({})"
    not_finite = NOT_FINITE
    calls: ClassVar[dict[str, tuple[str, str]]] = {
        "fma": ("fma64({})", "fma32({})"),
        "absolute": ("Math.abs({})", "Math.abs({})"),
        "sqrt": ("Math.sqrt({})", "fround(Math.sqrt({}))"),
        "to_int": ("Math.trunc({})", "Math.trunc({})"),
        "zeros8": ("[0, 0, 0, 0, 0, 0, 0, 0]",) * 2,
    }

    def structure(self, name: str, fields: dict[str, str], doc: str) -> str:
        return f"// {name} {{{', '.join(fields)}}}: {doc}"

    def structured(self, name: str, values: dict[str, str]) -> str:
        return f"{{ {', '.join(f'{field}: {value}' for field, value in values.items())} }}"

    def table(self, table: Table) -> str:
        return f"const {table.name} = [\n{decimals(table, table.kind)}\n];"

    def constant(self, name: str, value: float, kind: str) -> str:
        return f"const {name} = {self.number(value, kind)};"

    def function(self, function: Parsed, body: list[str]) -> str:
        doc = f"// {function.doc}\n" if function.doc else ""
        return doc + "\n".join(
            self.block(f"function {function.name}({', '.join(function.parameters)})", body)
        )

    def declaration(self, name: str, value: Text, constant: bool) -> str:
        return f"{'const' if constant else 'let'} {name} = {value.text};"


literal = JavaScript().number

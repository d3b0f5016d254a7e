"""Kernels as C99."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.decimals import in_lines
from multilayer.exchange.source.languages.dialect import UNARY, Dialect, Parsed, Text

__all__ = ["C", "number", "numbers"]

_TYPES = {"f32": "float", "f64": "double", "i32": "int", "bool": "int", "None": "void"}
_POINTERS = {"table32": "const float *", "table64": "const double *", "numbers64": "double *"}
_SUFFIXED = {"fma": "fma", "absolute": "fabs", "copysign": "copysign", "sqrt": "sqrt"}


def number(value: float, kind: str) -> str:
    """Return a number of C, exact."""
    if math.isnan(value):
        return "NAN"
    if math.isinf(value):
        return "INFINITY" if value > 0 else "-INFINITY"
    suffix = "f" if kind == "f32" else ""
    with np.errstate(all="ignore"):
        value = float(np.float32(value)) if kind == "f32" else float(value)
    if math.isinf(value):
        return number(value, kind)
    short = f"{value:.1f}" if abs(value) < 1e6 else ""
    if short and float(short) == value:
        return short + suffix
    mantissa, exponent = value.hex().split("p")
    return f"{mantissa.rstrip('0').rstrip('.')}p{exponent}{suffix}"


def numbers(values: Iterable[float], kind: str) -> str:
    """Return numbers separated by commas, in lines."""
    return in_lines(number(value, kind) for value in values)


_FUNCTIONS = {
    "two_to_the": """\
/* 2^k, for k from -1022 to 1023 */
static inline double two_to_the(int k) {
    const uint64_t bits = (uint64_t)(k + 1023) << 52;
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}""",
    "narrow": """\
/* The nearest float; gcc 12 with -O2 would leave out this rounding for two doubles side by side */
static inline float narrow(double x) {
    const volatile float nearest = (float)x;
    return nearest;
}""",
    "bits32": """\
static inline int bits32(float x) {
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (int)bits;
}""",
    "high_bits": """\
static inline int high_bits(double x) {
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (int)(bits >> 32);
}""",
    "rough_reciprocal": """\
/* 1 / y within 6 %: bits count a logarithm, nearly */
static inline double rough_reciprocal(double y) {
    uint64_t bits;
    double x;
    memcpy(&bits, &y, sizeof bits);
    bits = UINT64_C(0x7fde5f73aabb2400) - bits;
    memcpy(&x, &bits, sizeof x);
    return x;
}""",
}


class C(Dialect):
    """The dialect of C99, for networks of type `real`."""

    functions = _FUNCTIONS

    def __init__(self, real: str) -> None:
        self.real = real

    def type(self, kind: str) -> str:
        return _TYPES.get(self.real if kind == "real" else kind, kind)

    def parameter(self, kind: str, name: str) -> str:
        if kind == "row":
            return f"{_TYPES[self.real]} *{name}, const int stride"
        return f"{_POINTERS[kind]}{name}" if kind in _POINTERS else f"{self.type(kind)} {name}"

    def number(self, value: float, kind: str) -> str:
        return number(value, kind)

    def primitive(self, name: str, arguments: Sequence[Text], kind: str) -> Text:
        texts = [argument.text for argument in arguments]
        if name in _SUFFIXED:
            return Text(f"{_SUFFIXED[name]}{'f' if kind == 'f32' else ''}({', '.join(texts)})", kind)
        if name in ("to_f32", "to_f64", "to_real", "to_int"):
            (argument,) = arguments
            if argument.type == kind:
                return argument
            return Text(f"({self.type(kind)}){argument.within(UNARY)}", kind, UNARY)
        if name == "signbit":
            return Text(f"(signbit({texts[0]}) != 0)", kind)
        if name == "zeros8":
            return Text("{0.0}", kind)
        return Text(f"{name}({', '.join(texts)})", kind)

    def structure(self, name: str, fields: dict[str, str], doc: str) -> str:
        members = " ".join(f"{self.type(kind)} {field};" for field, kind in fields.items())
        return f"/* {doc} */\ntypedef struct {{ {members} }} {name};"

    def structured(self, name: str, values: dict[str, str]) -> str:
        return f"({name}){{{', '.join(values.values())}}}"

    def table(self, table: Table) -> str:
        kind = self.type(table.kind)
        return f"static const {kind} {table.name}[{len(table)}] = {{\n{numbers(table, table.kind)}}};"

    def constant(self, name: str, value: float, kind: str) -> str:
        return f"static const {self.type(kind)} {name} = {number(value, kind)};"

    def function(self, function: Parsed, body: list[str]) -> str:
        parameters = ", ".join(self.parameter(kind, name) for name, kind in function.parameters.items())
        result = self.type(function.result)
        doc = f"/* {function.doc} */\n" if function.doc else ""
        if "row" in function.parameters.values():  # short rows are computed side by side, without loops
            body = [f"UNROLL {line}" if line.startswith("while (i <") else line for line in body]
        return doc + "\n".join(self.block(f"INLINE {result} {function.name}({parameters})", body))

    def element(self, array: Text, index: str) -> str:
        return f"{array.text}[{index} * stride]" if array.type == "row" else f"{array.text}[{index}]"

    def argument(self, text: Text, level: int) -> str:
        return f"{text.text}, stride" if text.type == "row" else text.within(level)

    def declaration(self, name: str, value: Text, constant: bool) -> str:
        if value.type == "numbers64":
            return f"double {name}[8] = {value.text};"
        return f"{'const ' if constant else ''}{self.type(value.type)} {name} = {value.text};"

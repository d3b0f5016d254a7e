"""Kernels as Python of the standard library, whose numbers are float64: a float32 operation is rounded once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from multilayer.exchange.source.kernels.coefficients import Table
from multilayer.exchange.source.languages.decimals import decimals
from multilayer.exchange.source.languages.dialect import COMPARE, MULTIPLY, Float64Dialect, Parsed, Text

__all__ = ["NOT_FINITE", "Python", "literal"]

_TYPES = {"f32": "float", "f64": "float", "i32": "int", "row": "list[float]", "numbers64": "list[float]"}
_TYPES |= {"table32": "tuple[float, ...]", "table64": "tuple[float, ...]", "real": "float"}
NOT_FINITE = {"inf": "math.inf", "-inf": "-math.inf", "nan": "math.nan"}


_FUNCTIONS = {
    "bits32": '''\
def bits32(x: float) -> int:
    """Return the bits of a float32."""
    return int.from_bytes(struct.pack("<f", x), "little")''',
    "high_bits": '''\
def high_bits(x: float) -> int:
    """Return the higher 32 bits of a float64."""
    return int.from_bytes(struct.pack("<d", x), "little") >> 32''',
    "rough_reciprocal": '''\
def rough_reciprocal(y: float) -> float:
    """Return 1 / y within 6 %: bits count a logarithm, nearly."""
    bits = 0x7FDE5F73AABB2400 - int.from_bytes(struct.pack("<d", y), "little")
    return struct.unpack("<d", bits.to_bytes(8, "little"))[0]''',
}


class Python(Float64Dialect):
    """The dialect of Python 3.11."""

    functions = _FUNCTIONS
    heads: ClassVar[dict[str, str]] = {"while": "while {}", "if": "if {}", "else": "else"}
    words: ClassVar[dict[str, str]] = {"and": "and", "or": "or", "not": "not "}
    rounded = "f32({})"
    not_finite = NOT_FINITE
    calls: ClassVar[dict[str, tuple[str, str]]] = {
        "fma": ("fma64({})", "fma32({})"),
        "absolute": ("abs({})", "abs({})"),
        "sqrt": ("sqrt({})", "f32(sqrt({}))"),
        "to_int": ("int({})", "int({})"),
        "two_to_the": ("ldexp(1.0, {})", "ldexp(1.0, {})"),
    }

    def primitive(self, name: str, arguments: Sequence[Text], kind: str) -> Text:
        if name == "signbit":
            return Text(f"copysign(1.0, {arguments[0].text}) < 0.0", kind, COMPARE)
        if name == "zeros8":
            return Text("[0.0] * 8", kind, MULTIPLY)
        return super().primitive(name, arguments, kind)

    def conditional(self, test: str, then: str, otherwise: str) -> str:
        return f"{then} if {test} else {otherwise}"

    def structure(self, name: str, fields: dict[str, str], doc: str) -> str:
        lines = [f'"""{doc}"""', "", *(f"{field}: {_type(kind)}" for field, kind in fields.items())]
        return "\n".join(self.block(f"class {name}(NamedTuple)", lines))

    def structured(self, name: str, values: dict[str, str]) -> str:
        return f"{name}({', '.join(values.values())})"

    def table(self, table: Table) -> str:
        return f"{table.name} = (\n{decimals(table, table.kind)},\n)"

    def constant(self, name: str, value: float, kind: str) -> str:
        return f"{name} = {self.number(value, kind)}"

    def function(self, function: Parsed, body: list[str]) -> str:
        parameters = ", ".join(f"{name}: {_type(kind)}" for name, kind in function.parameters.items())
        lines = [f'"""{function.doc}"""', *body] if function.doc else body
        head = f"def {function.name}({parameters}) -> {_type(function.result)}"
        return "\n".join(self.block(head, lines))

    def block(self, head: str, body: list[str]) -> list[str]:
        return [f"{head}:", *(f"    {line}" if line else "" for line in body)]

    def statement(self, text: str) -> str:
        return text

    def declaration(self, name: str, value: Text, constant: bool) -> str:
        return f"{name} = {value.text}"


literal = Python().number


def _type(kind: str) -> str:
    return _TYPES.get(kind, kind)

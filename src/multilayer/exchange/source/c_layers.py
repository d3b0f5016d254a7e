"""The layers of a network as C: their arrays, their activations, and texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from multilayer.exchange.source.languages.c99 import number, numbers
from multilayer.exchange.source.plan import LayerPlan

__all__ = ["BLOCK_BYTES", "TYPES", "activation_of", "c_string", "dense_widths", "strings", "weights_of"]

BLOCK_BYTES = 128
"""Of one number of each row that is computed side by side: two registers of AVX-512."""
TYPES = {"f32": "float", "f64": "double"}


def c_string(text: str) -> str:
    """Return a text as a C string of ASCII, whatever it holds.

    >>> print(c_string('5" / ??/ é'))
    "5\\" / \\?\\?/ \\303\\251"
    """
    encoded = text.encode("utf-8", "surrogatepass")
    plain = b'"\\?'
    parts = (
        f"\\{chr(byte)}" if byte in plain else chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
        for byte in encoded
    )
    return f'"{"".join(parts)}"'


def strings(name: str, texts: Sequence[str]) -> str:
    """Return an array of texts."""
    lines = ",\n".join(f"    {c_string(text)}" for text in texts)
    return f"const char *const {name}[{len(texts)}] = {{\n{lines}}};\n"


def _array(name: str, values: Any, kind: str) -> str:
    return f"static const {TYPES[kind]} {name}[{values.size}] = {{\n{numbers(values.ravel().tolist(), kind)}}};\n"


def weights_of(layer: LayerPlan, real: str) -> list[str]:
    """Return the arrays of a layer."""
    n = layer.number
    slopes = (_array(name, values, "f64") for name, values in layer.slopes.items())
    return [
        f"/* Layer {n}: W of shape ({layer.inputs}, {layer.units}), and b */",
        _array(f"W{n}", layer.W, real),
        _array(f"b{n}", layer.b, real),
        *slopes,
    ]


def activation_of(layer: LayerPlan) -> str:
    """Return the function that replaces the sums of a layer by its outputs; nothing for the identity.

    It takes one row, or rows side by side, and their number.
    """
    n, units, kernel = layer.number, layer.units, layer.kernel.__name__
    if kernel == "identity":
        return ""
    if layer.of_row:
        array = [f"        double array[{units}];"] if layer.takes_array else []
        call = f"{kernel}(z + r, rows, {units}{', array' if layer.takes_array else ''})"
        body = ["    for (int r = 0; r < rows; r++) {", *array, f"        {call};", "    }"]
    elif layer.per_unit:
        call = f"{kernel}(z[j * rows + r]{layer.constants('j', number)})"
        body = [
            f"    for (int j = 0; j < {units}; j++)",
            f"        for (int r = 0; r < rows; r++) z[j * rows + r] = {call};",
        ]
    else:
        call = f"{kernel}(z[i]{layer.constants('', number)})"
        body = [f"    for (int i = 0; i < {units} * rows; i++) z[i] = {call};"]
    head = f"INLINE void activate{n}(const int rows, real *restrict z) {{"
    return "\n".join([head, *body, "}\n"])


def dense_widths(real: str) -> str:
    """Return the loops of `dense`, over so many columns at once."""
    columns = BLOCK_BYTES // (4 if real == "f32" else 8)
    return "\n".join(
        f"    for (; j + {width} <= units; j += {width}) columns({width}, x, inputs, W + j, b + j, units, a + j);"
        for width in (columns, columns // 2, columns // 4, columns // 8, 1)
    )

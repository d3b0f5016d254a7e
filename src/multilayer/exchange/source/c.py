"""A network as one C99 file with its header, of the same bits as `net(x)`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from multilayer._base.storage import AnyPath
from multilayer.exchange.source.c_main import MAIN, PRINT_TEXT
from multilayer.exchange.source.c_text import (
    BLOCK_DENSE,
    CLASS,
    CLASS_HEADER,
    CLASS_LINES,
    DENSE,
    HEADER,
    LOOK_UP,
    PREDICT,
    TOP,
    UNROLL,
)
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.languages.c99 import PRIMITIVES, C, number, numbers
from multilayer.exchange.source.lookups import lookups_of
from multilayer.exchange.source.plan import LayerPlan, Plan, plan_of
from multilayer.exchange.source.program import Program

__all__ = ["c_source", "c_string", "write_c"]

_BLOCK_BYTES = 128
"""Of one number of each row that is computed side by side: two registers of AVX-512."""
_SHORT_ROW = 16
"""So many outputs at most are computed without loops, for several rows at once."""
_TYPES = {"f32": "float", "f64": "double"}


def c_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.c and `name`.h, a network as C99 with the same bits as `net(x)`: file names with their text.

    The library part allocates nothing and prints nothing: const arrays, and areas on the stack, of the widest layer for
    one row and of 128 bytes for each of its units where rows are computed side by side.
    A compiler needs `fma` and `fmaf` that round once, as C99 has them.

    Raises
    ------
    InputError
        For what has no source (see `multilayer.exchange.source`), and a name that makes no identifier.
    """
    plan = plan_of(network, name)
    places = _places(plan)
    class_header = CLASS_HEADER.format_map(places) if plan.class_names else ""
    header = HEADER.format_map(places | {"class_header": class_header})
    return {f"{plan.name}.c": "\n".join(_parts(plan, places)), f"{plan.name}.h": header}


def write_c(network: Any, path_stem: AnyPath, *, name: str | None = None) -> tuple[Path, ...]:
    """Write the files of `c_source` beside `path_stem`, and return their paths.

    The name is that of the path, as an identifier, unless given.
    """
    return write_source(path_stem, (".c", ".h"), lambda made: c_source(network, made), name)


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


def _places(plan: Plan) -> dict[str, Any]:
    columns = _BLOCK_BYTES // plan.network.dtype.itemsize
    rows = [layer.units for layer in plan.layers if layer.of_row]
    return {
        "origin": "\n * ".join(plan.origin),
        "name": plan.name,
        "upper": plan.name.upper(),
        "inputs": plan.inputs,
        "units": plan.units,
        "classes": len(plan.class_names),
        "widest": plan.widest,
        "real": _TYPES[plan.real],
        "rows_at_once": columns,
        "unroll": "" if not rows else UNROLL if max(rows) <= _SHORT_ROW else "#define UNROLL\n",
        "columns": columns,
        "fma": "fmaf" if plan.real == "f32" else "fma",
        "zero": number(0.0, plan.real),
        "widths": "\n".join(
            f"    for (; j + {width} <= units; j += {width}) "
            f"columns({width}, x, inputs, W + j, b + j, units, a + j);"
            for width in (columns, columns // 2, columns // 4, columns // 8, 1)
        ),
        "layers": "\n".join(chain.from_iterable(_layer_lines(plan, layer) for layer in plan.layers)),
        "block_layers": "\n".join(chain.from_iterable(map(_block_lines, plan.layers))),
        "block_outputs": _area(plan.layers[-1]),
        "found": "best" if plan.units > 1 else f"y[0] > {number(plan.threshold, plan.real)}",
    }


def _parts(plan: Plan, places: dict[str, Any]) -> list[str]:
    program = Program(C(plan.real), plan.real)
    for layer in plan.layers:
        program.add(layer.kernel)
    used = [text for name, text in PRIMITIVES.items() if name in program.primitives]
    names = {"input": plan.input_names, "output": plan.output_names, "class": plan.class_names}
    return [
        TOP.format_map(places),
        *(_strings(f"{plan.name}_{kind}_names", texts) for kind, texts in names.items() if texts),
        *chain.from_iterable(_weights(plan, layer) for layer in plan.layers),
        *(f"{text}\n" for text in (*used, *program.parts.values())),
        DENSE.format_map(places),
        BLOCK_DENSE.format_map(places),
        *_looked_up(plan.layers, places),
        *filter(None, map(_activation, plan.layers)),
        PREDICT.format_map(places),
        *([CLASS.format_map(places)] if plan.class_names else []),
        MAIN.format_map(places | _test(plan)),
    ]


def _strings(name: str, texts: Sequence[str]) -> str:
    lines = ",\n".join(f"    {c_string(text)}" for text in texts)
    return f"const char *const {name}[{len(texts)}] = {{\n{lines}}};\n"


def _array(name: str, values: Any, kind: str) -> str:
    return f"static const {_TYPES[kind]} {name}[{values.size}] = {{\n{numbers(values.ravel().tolist(), kind)}}};\n"


def _weights(plan: Plan, layer: LayerPlan) -> list[str]:
    n = layer.number
    slopes = (_array(name, values, "f64") for name, values in layer.slopes.items())
    return [
        f"/* Layer {n}: W of shape ({layer.inputs}, {layer.units}), and b */",
        _array(f"W{n}", layer.W, plan.real),
        _array(f"b{n}", layer.b, plan.real),
        *slopes,
    ]


def _activation(layer: LayerPlan) -> str:
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


def _area(layer: LayerPlan) -> str:
    """Return the name of the area that a layer writes; they take turns."""
    return ("even", "odd")[layer.number % 2]


def _layer_lines(plan: Plan, layer: LayerPlan) -> list[str]:
    """Return the statements of a layer for one row."""
    n = layer.number
    x = "x" if n == 1 else _area(plan.layers[n - 2])
    z = "y" if n == len(plan.layers) else _area(layer)
    lines = [f"    dense({x}, {layer.inputs}, W{n}, b{n}, {layer.units}, {z});"]
    return [*lines, f"    activate{n}(1, {z});"] if _activation(layer) else lines


def _block_lines(layer: LayerPlan) -> list[str]:
    """Return the statements of a layer for rows side by side."""
    n, z = layer.number, _area(layer)
    x = "inputs" if n == 1 else ("odd", "even")[n % 2]
    lines = [f"    dense_of_block({x}, {layer.inputs}, W{n}, b{n}, {layer.units}, {z});"]
    lookups = lookups_of(layer.kernel)
    if lookups:
        return [*lines, f"    {lookups.name}({z}, {layer.units} * ROWS_AT_ONCE);"]
    return [*lines, f"    activate{n}(ROWS_AT_ONCE, {z});"] if _activation(layer) else lines


def _looked_up(layers: Sequence[LayerPlan], places: dict[str, Any]) -> list[str]:
    """Return the functions of blocks of all kernels with tables, each once, and what they call."""
    texts = {lookups.text: None for layer in layers if (lookups := lookups_of(layer.kernel))}
    return [LOOK_UP.format_map(places), *texts] if texts else []


def _test(plan: Plan) -> dict[str, Any]:
    return {
        "test_rows": len(plan.rows),
        "test_x": numbers(plan.rows.ravel().tolist(), plan.real),
        "test_y": numbers(plan.outputs.ravel().tolist(), plan.real),
        "format": "%.9g" if plan.real == "f32" else "%.17g",
        "print_text": PRINT_TEXT.format() if plan.class_names else "",
        "class_lines": CLASS_LINES.format(name=plan.name) if plan.class_names else "",
    }

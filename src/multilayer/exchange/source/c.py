"""A network as one C99 file with its header, of the same bits as `net(x)`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from multilayer._base.storage import AnyPath
from multilayer.exchange.source.c_layers import (
    BLOCK_BYTES,
    TYPES,
    activation_of,
    dense_widths,
    strings,
    weights_of,
)
from multilayer.exchange.source.c_main import MAIN, PRINT_TEXT
from multilayer.exchange.source.c_text import (
    BLOCK_DENSE,
    BLOCK_SIZES,
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
from multilayer.exchange.source.languages.c99 import C, number, numbers
from multilayer.exchange.source.lookups import lookups_of
from multilayer.exchange.source.plan import LayerPlan, Plan, plan_of
from multilayer.exchange.source.program import Program
from multilayer.exchange.source.table_c import table_source
from multilayer.tables.model import Model

__all__ = ["c_source", "write_c"]

_SHORT_ROW = 16
"""So many outputs at most are computed without loops, for several rows at once."""


def c_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.c and `name`.h, a network as C99 with the same bits as `net(x)`: file names with their text.

    The library part allocates nothing and prints nothing: const arrays, and areas on the stack, of the widest layer for
    one row and of 128 bytes for each of its units where rows are computed side by side.
    A model of a table is written with what becomes of its columns, and takes rows of texts. A compiler needs `fma` and
    `fmaf` that round once, as C99 has them.

    Raises
    ------
    InputError
        For what has no source (see `multilayer.exchange.source`), and a name that makes no identifier.
    """
    if isinstance(network, Model):
        return table_source(network, name)
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


def _places(plan: Plan) -> dict[str, Any]:
    columns = BLOCK_BYTES // plan.network.dtype.itemsize
    rows = [layer.units for layer in plan.layers if layer.of_row]
    return {
        "origin": "\n * ".join(plan.origin),
        "name": plan.name,
        "upper": plan.name.upper(),
        "inputs": plan.inputs,
        "units": plan.units,
        "classes": len(plan.class_names),
        "widest": plan.widest,
        "real": TYPES[plan.real],
        "rows_at_once": columns,
        "unroll": "" if not rows else UNROLL if max(rows) <= _SHORT_ROW else "#define UNROLL\n",
        "columns_at_once": columns,
        "fma": "fmaf" if plan.real == "f32" else "fma",
        "zero": number(0.0, plan.real),
        "widths": dense_widths(plan.real),
        "layers": "\n".join(chain.from_iterable(_layer_lines(plan, layer) for layer in plan.layers)),
        "block_layers": "\n".join(chain.from_iterable(map(_block_lines, plan.layers))),
        "block_outputs": _area(plan.layers[-1]),
        "found": "best" if plan.units > 1 else f"y[0] > {number(plan.threshold, plan.real)}",
    }


def _parts(plan: Plan, places: dict[str, Any]) -> list[str]:
    program = Program(C(plan.real), plan.real)
    for layer in plan.layers:
        program.add(layer.kernel)
    names = {"input": plan.input_names, "output": plan.output_names, "class": plan.class_names}
    return [
        TOP.format_map(places),
        BLOCK_SIZES.format_map(places),
        *(strings(f"{plan.name}_{kind}_names", texts) for kind, texts in names.items() if texts),
        *chain.from_iterable(weights_of(layer, plan.real) for layer in plan.layers),
        *(f"{text}\n" for text in program.texts()),
        DENSE.format_map(places),
        BLOCK_DENSE.format_map(places),
        *_looked_up(plan.layers, places),
        *filter(None, map(activation_of, plan.layers)),
        PREDICT.format_map(places),
        *([CLASS.format_map(places)] if plan.class_names else []),
        MAIN.format_map(places | _test(plan)),
    ]


def _area(layer: LayerPlan) -> str:
    """Return the name of the area that a layer writes; they take turns."""
    return ("even", "odd")[layer.number % 2]


def _layer_lines(plan: Plan, layer: LayerPlan) -> list[str]:
    """Return the statements of a layer for one row."""
    n = layer.number
    x = "x" if n == 1 else _area(plan.layers[n - 2])
    z = "y" if n == len(plan.layers) else _area(layer)
    lines = [f"    dense({x}, {layer.inputs}, W{n}, b{n}, {layer.units}, {z});"]
    return [*lines, f"    activate{n}(1, {z});"] if activation_of(layer) else lines


def _block_lines(layer: LayerPlan) -> list[str]:
    """Return the statements of a layer for rows side by side."""
    n, z = layer.number, _area(layer)
    x = "inputs" if n == 1 else ("odd", "even")[n % 2]
    lines = [f"    dense_of_block({x}, {layer.inputs}, W{n}, b{n}, {layer.units}, {z});"]
    lookups = lookups_of(layer.kernel)
    if lookups:
        return [*lines, f"    {lookups.name}({z}, {layer.units} * ROWS_AT_ONCE);"]
    return [*lines, f"    activate{n}(ROWS_AT_ONCE, {z});"] if activation_of(layer) else lines


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

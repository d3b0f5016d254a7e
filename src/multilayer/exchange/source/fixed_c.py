"""A network as C99 of whole numbers, for processors without floating point."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from multilayer._base.language import in_language
from multilayer._base.storage import AnyPath
from multilayer.exchange.source.c_layers import c_string
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.fixed_point import FixedPoint, fixed_point
from multilayer.exchange.source.fixed_text import CLASS, END, HEADER, TOP
from multilayer.exchange.source.languages.c99 import number
from multilayer.exchange.source.languages.decimals import in_lines
from multilayer.exchange.source.plan import Plan, plan_of

__all__ = ["fixed_c_source", "write_fixed_c"]


def fixed_c_source(network: Any, samples: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.c and `name`.h, a network as C99 with int8 weights and int16 activations: file names with text.

    There is no floating point in the library part. The samples, rows as for `net(x)`, show how large numbers become;
    the header states the error on them, and the bytes of flash and RAM. See `fixed_point`, whose numbers these are.

    Raises
    ------
    InputError
        For what has no source in whole numbers, and a name that makes no identifier.
    """
    plan = plan_of(network, name)
    fixed = fixed_point(plan.network, samples)
    places = _places(plan, fixed)
    parts = [
        TOP.format_map(places),
        *chain.from_iterable(_constants(n, fixed) for n in range(1, len(fixed.layers) + 1)),
        END.format_map(places),
    ]
    return {f"{plan.name}.c": "\n".join(parts), f"{plan.name}.h": HEADER.format_map(places)}


def write_fixed_c(
    network: Any, path_stem: AnyPath, *, samples: Any, name: str | None = None
) -> tuple[Path, ...]:
    """Write the files of `fixed_c_source` beside `path_stem`, and return their paths."""
    return write_source(path_stem, (".c", ".h"), lambda made: fixed_c_source(network, samples, made), name)


def _places(plan: Plan, fixed: FixedPoint) -> dict[str, Any]:
    test_x = fixed.quantize(plan.rows)
    last = fixed.layers[-1]
    limit = 0 if last.table is None else int(last.table[last.table.size // 2])
    with in_language("en"):  # source is for every reader
        report = fixed.report()
    places = {
        "origin": "\n * ".join(plan.origin),
        "report": report.replace("\n", "\n * "),
        "name": plan.name,
        "upper": plan.name.upper(),
        "inputs": plan.inputs,
        "units": plan.units,
        "classes": len(plan.class_names),
        "widest": plan.widest,
        "exponent": fixed.output_exponent,
        "outputs": (
            f"the weighted sums before {fixed.leaves_out.facts.name}" if fixed.leaves_out else "the outputs"
        ),
        "found": "best" if plan.units > 1 else f"y[0] > {limit}",
        "scales": in_lines(number(2.0**-e, "f32") for e in fixed.input_exponents),
        "exponents": in_lines(map(str, fixed.input_exponents)),
        "layers": "\n".join(
            chain.from_iterable(_layer_lines(n, fixed) for n in range(1, len(fixed.layers) + 1))
        ),
        "test_rows": len(test_x),
        "test_x": _numbers(test_x),
        "test_y": _numbers(fixed.whole(test_x)),
        "output_scale": number(2.0**fixed.output_exponent, "f32"),
    }
    strings = in_lines(map(c_string, plan.class_names)) if plan.class_names else ""
    declared, defined = (text.format_map(places | {"strings": strings}) for text in CLASS)
    return places | {
        "class_declared": declared if plan.class_names else "",
        "class_defined": defined if plan.class_names else "",
    }


def _numbers(values: Any) -> str:
    return in_lines(map(str, values.ravel().tolist()))


def _array(kind: str, name: str, values: Any) -> str:
    return f"static const {kind} {name}[{values.size}] = {{\n{_numbers(values)}}};\n"


def _table_of(n: int, fixed: FixedPoint) -> int | None:
    """Return which table layer n has, from 1."""
    table = fixed.layers[n - 1].table
    if table is None:
        return None
    return 1 + next(i for i, one in enumerate(fixed.tables) if np.array_equal(one, table))


def _constants(n: int, fixed: FixedPoint) -> Iterable[str]:
    layer = fixed.layers[n - 1]
    inputs, units = layer.W.shape
    yield f"/* Layer {n}: weights of shape ({units}, {inputs}), a row for each unit, biases and shifts */"
    yield _array("int8_t", f"W{n}", layer.W.T)
    yield _array("int32_t", f"b{n}", layer.b)
    yield _array("uint8_t", f"s{n}", layer.shifts)
    table = _table_of(n, fixed)
    if table is not None and all(_table_of(before, fixed) != table for before in range(1, n)):
        name = layer.activation.facts.name
        yield f"/* {name} from -2^{15 + layer.a_exponent} to 2^{15 + layer.a_exponent} */"
        yield _array("int16_t", f"table{table}", layer.table)


def _layer_lines(n: int, fixed: FixedPoint) -> Iterable[str]:
    layer = fixed.layers[n - 1]
    inputs, units = layer.W.shape
    areas = ("even", "odd")
    x = "x" if n == 1 else areas[(n - 1) % 2]
    z = "y" if n == len(fixed.layers) else areas[n % 2]
    yield f"    dense({x}, {inputs}, W{n}, b{n}, s{n}, {units}, {z});"
    table = _table_of(n, fixed)
    if table is not None:
        yield f"    for (int i = 0; i < {units}; i++) {z}[i] = look_up(table{table}, {z}[i]);"
    elif layer.activation.facts.name == "relu":
        yield f"    for (int i = 0; i < {units}; i++) {z}[i] = {z}[i] > 0 ? {z}[i] : 0;"

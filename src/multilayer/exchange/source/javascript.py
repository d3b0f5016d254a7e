"""A network as one JavaScript module with its types, of the same bits as `net(x)`."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from multilayer._base.storage import AnyPath
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.javascript_text import ARITHMETIC, END, MAIN, TOP, TYPES
from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.javascript import NOT_FINITE, PRIMITIVES, JavaScript, literal
from multilayer.exchange.source.plan import LayerPlan, Plan, plan_of
from multilayer.exchange.source.program import Program

__all__ = ["javascript_source", "module_text", "script_string", "write_javascript"]

_ARRAYS = {"f32": "Float32Array", "f64": "Float64Array"}


def javascript_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.mjs and `name`.d.mts, a network as an ES module: file names with their text.

    It has the same bits as `net(x)`, imports nothing, and runs in browsers and in Node.

    Raises
    ------
    InputError
        For what has no source, and a name that makes no identifier (see `multilayer.exchange.source`).
    """
    plan = plan_of(network, name)
    places = _places(plan)
    text = "\n".join([module_text(plan), MAIN.format_map(places)])
    return {f"{plan.name}.mjs": text, f"{plan.name}.d.mts": TYPES.format_map(places)}


def write_javascript(network: Any, path_stem: AnyPath, *, name: str | None = None) -> tuple[Path, ...]:
    """Write the files of `javascript_source` beside `path_stem`, and return their paths."""
    return write_source(path_stem, (".mjs", ".d.mts"), lambda made: javascript_source(network, made), name)


def module_text(plan: Plan) -> str:
    """Return the module without its command line."""
    program = Program(JavaScript(), plan.real)
    for layer in plan.layers:
        program.add(layer.kernel)
    used = (text for name, text in PRIMITIVES.items() if name in program.primitives)
    places = _places(plan)
    parts = [
        TOP.format_map(places),
        ARITHMETIC,
        *(f"{text}\n" for text in chain(used, program.parts.values())),
        *chain.from_iterable(_weights(plan, layer) for layer in plan.layers),
        END.format_map(places),
    ]
    return "\n".join(parts)


def script_string(value: Any) -> str:
    """Return a text, or a list of them, as JavaScript of ASCII that ends no comment and no HTML element.

    >>> print(script_string(["</script>", "*/", "é"]))
    ["\\u003c/script\\u003e", "*\\/", "\\u00e9"]
    """
    text = json.dumps(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("*/", "*\\/")


def _places(plan: Plan) -> dict[str, Any]:
    narrow = plan.real == "f32"
    return {
        "origin": "\n// ".join(plan.origin),
        "name": plan.name,
        "inputs": plan.inputs,
        "units": plan.units,
        "input_names": script_string(plan.input_names),
        "output_names": script_string(plan.output_names),
        "class_names": script_string(plan.class_names),
        "fma": "fma32" if narrow else "fma64",
        "real": "fround" if narrow else "Number",
        "array": _ARRAYS[plan.real],
        "layers": "\n".join(chain.from_iterable(map(_layer_lines, plan.layers))),
        "found": (
            "y.indexOf(Math.max(...y))"
            if plan.units > 1
            else f"y[0] > {literal(plan.threshold, plan.real)} ? 1 : 0"
        ),
        "test_rows": len(plan.rows),
        "test_count": plan.outputs.size,
        "test_x": shortest(plan.rows, NOT_FINITE),
        "test_y": shortest(plan.outputs, NOT_FINITE),
        "digits": 9 if narrow else 17,
    }


def _array(name: str, values: Any) -> str:
    kind = "Float32Array" if values.dtype == np.float32 else "Float64Array"
    return f"const {name} = {kind}.of(\n{shortest(values, NOT_FINITE)},\n);\n"


def _weights(plan: Plan, layer: LayerPlan) -> list[str]:
    n = layer.number
    arrays = [_array(f"W{n}", layer.W), _array(f"b{n}", layer.b)]
    arrays += [_array(name, values) for name, values in layer.slopes.items()]
    return [f"// Layer {n}: W of shape ({layer.inputs}, {layer.units}), and b", *arrays]


def _layer_lines(layer: LayerPlan) -> list[str]:
    n, kernel = layer.number, layer.kernel.__name__
    lines = [f"    z = dense(z, W{n}, b{n});"]
    constants = layer.constants("j", literal)
    if layer.of_row:
        array = ", new Float64Array(z.length)" if layer.takes_array else ""
        lines.append(f"    {kernel}(z, z.length{array});")
    elif kernel != "identity":
        indexed = "(a, j)" if layer.per_unit else "(a)"
        lines.append(f"    z = z.map({indexed} => {kernel}(a{constants}));")
    return lines

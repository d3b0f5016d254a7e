"""A network as one JavaScript module with its types, of the same bits as `net(x)`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from multilayer._base.storage import AnyPath
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.javascript_layers import layer_lines, script_string, weights_of
from multilayer.exchange.source.javascript_text import ARITHMETIC, END, MAIN, TOP, TYPES
from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.javascript import NOT_FINITE, JavaScript, literal
from multilayer.exchange.source.plan import Plan, plan_of
from multilayer.exchange.source.program import Program
from multilayer.exchange.source.table_javascript import table_source
from multilayer.tables.model import Model

__all__ = ["javascript_source", "module_text", "write_javascript"]

_ARRAYS = {"f32": "Float32Array", "f64": "Float64Array"}


def javascript_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.mjs and `name`.d.mts, a network as an ES module: file names with their text.

    It has the same bits as `net(x)`, imports nothing, and runs in browsers and in Node. A model of a table is written
    with what becomes of its columns, and takes rows of numbers and texts.

    Raises
    ------
    InputError
        For what has no source, and a name that makes no identifier (see `multilayer.exchange.source`).
    """
    if isinstance(network, Model):
        return table_source(network, name)
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
    places = _places(plan)
    parts = [
        TOP.format_map(places),
        ARITHMETIC,
        *(f"{text}\n" for text in program.texts()),
        *chain.from_iterable(map(weights_of, plan.layers)),
        END.format_map(places),
    ]
    return "\n".join(parts)


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
        "layers": "\n".join(chain.from_iterable(map(layer_lines, plan.layers))),
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

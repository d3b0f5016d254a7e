"""A network as one Python file of the standard library, of the same bits as `net(x)`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

from multilayer._base.storage import AnyPath
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.python3 import NOT_FINITE, Python, literal
from multilayer.exchange.source.plan import Plan, plan_of
from multilayer.exchange.source.program import Program
from multilayer.exchange.source.python_layers import layer_lines, weights_of
from multilayer.exchange.source.python_text import ARITHMETIC, END, TOP
from multilayer.exchange.source.table_python import table_source
from multilayer.tables.model import Model

__all__ = ["python_source", "write_python"]


def python_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.py, a network as Python with the same bits as `net(x)`: a file name with its text.

    A model of a table is written with what becomes of its columns, and takes rows of numbers and texts. It imports the
    standard library alone. float32 takes about 0.3 microseconds for a weight, float64 about 1.5.

    Raises
    ------
    InputError
        For what has no source, and a name that makes no identifier (see `multilayer.exchange.source`).
    """
    if isinstance(network, Model):
        return table_source(network, name)
    plan = plan_of(network, name)
    program = Program(Python(), plan.real)
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
    return {f"{plan.name}.py": "\n\n".join(parts)}


def write_python(network: Any, path_stem: AnyPath, *, name: str | None = None) -> tuple[Path, ...]:
    """Write the file of `python_source` beside `path_stem`, and return its path in a tuple."""
    return write_source(path_stem, (".py",), lambda made: python_source(network, made), name)


def _places(plan: Plan) -> dict[str, Any]:
    narrow = plan.real == "f32"
    return {
        "origin": "\n".join(plan.origin),
        "name": plan.name,
        "inputs": plan.inputs,
        "units": plan.units,
        "input_names": ascii(plan.input_names),
        "output_names": ascii(plan.output_names),
        "class_names": ascii(plan.class_names),
        "fma": "fma32" if narrow else "fma64",
        "real": "f32" if narrow else "float",
        "code": "f" if narrow else "d",
        "layers": "\n".join(chain.from_iterable(map(layer_lines, plan.layers))),
        "found": (
            "max(range(len(y)), key=y.__getitem__)"
            if plan.units > 1
            else f"int(y[0] > {literal(plan.threshold, plan.real)})"
        ),
        "test_rows": len(plan.rows),
        "test_count": plan.outputs.size,
        "test_x": shortest(plan.rows, NOT_FINITE),
        "test_y": shortest(plan.outputs, NOT_FINITE),
        "format": ".9g" if narrow else ".17g",
    }

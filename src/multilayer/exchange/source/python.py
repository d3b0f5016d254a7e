"""A network as one Python file of the standard library, of the same bits as `net(x)`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from multilayer._base.storage import AnyPath
from multilayer.exchange.source.files import write_source
from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.python3 import NOT_FINITE, PRIMITIVES, Python, literal
from multilayer.exchange.source.plan import LayerPlan, Plan, plan_of
from multilayer.exchange.source.program import Program
from multilayer.exchange.source.python_text import ARITHMETIC, END, TOP

__all__ = ["python_source", "write_python"]


def python_source(network: Any, name: str = "network") -> dict[str, str]:
    """Return `name`.py, a network as Python with the same bits as `net(x)`: a file name with its text.

    It imports the standard library alone. float32 takes about 0.3 microseconds for a weight, float64 about 1.5.

    Raises
    ------
    InputError
        For what has no source, and a name that makes no identifier (see `multilayer.exchange.source`).
    """
    plan = plan_of(network, name)
    program = Program(Python(), plan.real)
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
        "layers": "\n".join(chain.from_iterable(map(_layer_lines, plan.layers))),
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


def _array(name: str, values: Any) -> str:
    code = "f" if values.dtype == np.float32 else "d"
    return f'{name} = array("{code}", [\n{shortest(values, NOT_FINITE)},\n])'


def _weights(plan: Plan, layer: LayerPlan) -> list[str]:
    n = layer.number
    arrays = [_array(f"W{n}", layer.W), _array(f"b{n}", layer.b)]
    arrays += [_array(name, values) for name, values in layer.slopes.items()]
    return [f"# Layer {n}: W of shape ({layer.inputs}, {layer.units}), and b", *arrays]


def _layer_lines(layer: LayerPlan) -> list[str]:
    n, kernel = layer.number, layer.kernel.__name__
    lines = [f"    z = dense(z, W{n}, b{n})"]
    constants = layer.constants("j", literal)
    if layer.of_row:
        lines.append(f"    {kernel}(z, len(z){', [0.0] * len(z)' if layer.takes_array else ''})")
    elif layer.per_unit:
        lines.append(f"    z = [{kernel}(a{constants}) for j, a in enumerate(z)]")
    elif kernel != "identity":
        lines.append(f"    z = [{kernel}(a{constants}) for a in z]")
    return lines

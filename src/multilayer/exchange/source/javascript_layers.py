"""The layers of a network as JavaScript: their arrays, the statements that compute them, and texts."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.javascript import NOT_FINITE, literal
from multilayer.exchange.source.plan import LayerPlan

__all__ = ["layer_lines", "script_string", "weights_of"]


def script_string(value: Any) -> str:
    """Return a text, or a list of them, as JavaScript of ASCII that ends no comment and no HTML element.

    >>> print(script_string(["</script>", "*/", "é"]))
    ["\\u003c/script\\u003e", "*\\/", "\\u00e9"]
    """
    text = json.dumps(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("*/", "*\\/")


def _array(name: str, values: Any) -> str:
    kind = "Float32Array" if values.dtype == np.float32 else "Float64Array"
    return f"const {name} = new {kind}([\n{shortest(values, NOT_FINITE)},\n]);\n"


def weights_of(layer: LayerPlan) -> list[str]:
    """Return the arrays of a layer."""
    n = layer.number
    arrays = [_array(f"W{n}", layer.W), _array(f"b{n}", layer.b)]
    arrays += [_array(name, values) for name, values in layer.slopes.items()]
    return [f"// Layer {n}: W of shape ({layer.inputs}, {layer.units}), and b", *arrays]


def layer_lines(layer: LayerPlan) -> list[str]:
    """Return the statements that replace the numbers z by those of the layer."""
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

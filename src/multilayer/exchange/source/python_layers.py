"""The layers of a network as Python: their arrays, and the statements that compute them."""

from __future__ import annotations

from typing import Any

import numpy as np

from multilayer.exchange.source.languages.decimals import shortest
from multilayer.exchange.source.languages.python3 import NOT_FINITE, literal
from multilayer.exchange.source.plan import LayerPlan

__all__ = ["layer_lines", "weights_of"]


def _array(name: str, values: Any) -> str:
    code = "f" if values.dtype == np.float32 else "d"
    return f'{name} = array("{code}", [\n{shortest(values, NOT_FINITE)},\n])'


def weights_of(layer: LayerPlan) -> list[str]:
    """Return the arrays of a layer."""
    n = layer.number
    arrays = [_array(f"W{n}", layer.W), _array(f"b{n}", layer.b)]
    arrays += [_array(name, values) for name, values in layer.slopes.items()]
    return [f"# Layer {n}: W of shape ({layer.inputs}, {layer.units}), and b", *arrays]


def layer_lines(layer: LayerPlan) -> list[str]:
    """Return the statements that replace the numbers z by those of the layer."""
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

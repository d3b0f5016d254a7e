"""Measures the largest error of every elementwise activation, and keeps the table of them.

    python -m tests.activations.measure_errors [NAME ...]

writes largest_errors.json anew, and refuses to raise a figure. Figures are rounded up to the next tenth of an
ulp, so that the last digit of another machine's exp does not matter.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from multilayer import backend
from multilayer.activations import Elementwise
from tests.activations.cases import SETTINGS, points
from tests.reference.activations import REFERENCES, evaluate
from tests.reference.ulp import ulp_error

__all__ = ["KINDS", "LIMITS", "TABLE", "errors", "key", "largest_error"]

TABLE = Path(__file__).with_name("largest_errors.json")
KINDS = ("value", "derivative")
# No activation may be further off than this, whatever is stored.
LIMITS = {
    "numpy": {np.float32: 2.0, np.float64: 4.0},
    "native": {np.float32: 1.0, np.float64: 2.0},
}[backend.info().backend]


def key(activation: Elementwise, dtype: Any, kind: str) -> str:
    """Return the key of a figure: backend, type, activation with its parameters, kind.

    The native core has one figure for all instruction-set levels: its bits are the same at each.
    """
    return f"{backend.info().backend}/{np.dtype(dtype).name}/{activation!r}/{kind}"


def errors(activation: Elementwise, dtype: Any, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the points, and the error at each in ulps.

    Within a quarter (in the scale of the zero) of a zero of the derivative the unit is the ulp of the
    derivative's largest value.
    """
    reference = REFERENCES[activation.facts.name]
    parameters = tuple(float(p) for p in activation.parameters)
    zeros = reference.zeros(*parameters)
    x = points(activation, dtype, zeros)
    found = activation(x) if kind == "value" else activation.derivative(x)
    exact = evaluate(reference.value if kind == "value" else reference.derivative, x, parameters)
    error = ulp_error(found, exact)
    if kind == "derivative":
        scale = np.full_like(exact.nearest, reference.largest_derivative(*parameters))
        absolute = ulp_error(found, exact, scale)
        for zero in zeros:
            near = np.abs(x.astype(np.float64) - zero) <= 0.25 * abs(zero)
            error = np.where(near, absolute, error)
    return x, error


def largest_error(activation: Elementwise, dtype: Any, kind: str) -> tuple[float, float]:
    """Return the largest error, and the point at which it is."""
    x, error = errors(activation, dtype, kind)
    worst = int(error.argmax())
    return float(error[worst]), float(x[worst])


def main(names: list[str]) -> int:
    """Measure, print, and store; return 1 if a figure would have to be raised."""
    stored = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    table, raised = dict(stored), []
    for activation in SETTINGS:
        if names and activation.facts.name not in names:
            continue
        for dtype, limit in LIMITS.items():
            for kind in KINDS:
                error, at = largest_error(activation, dtype, kind)
                name = key(activation, dtype, kind)
                figure = math.ceil(10 * error) / 10 if math.isfinite(error) else math.inf
                sys.stdout.write(f"{error:8.3f}  {name}  at {at!r}\n")
                if figure > stored.get(name, limit):
                    raised.append(f"{name}: {figure} at {at!r}, but {stored.get(name, limit)} stands")
                else:
                    table[name] = figure
    if raised:
        sys.stderr.write("not stored, for the table may only shrink:\n" + "\n".join(raised) + "\n")
        return 1
    TABLE.write_text(json.dumps(table, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Wrong answers as learners give them: one of each slip, on networks of every kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from multilayer.network import MLP, Dense
from multilayer.web.aim import AimRequest, aim_of
from multilayer.web.session import Rows, State
from multilayer.web.slips.calculation import Calculation, Steps, Work
from multilayer.web.slips.table import SLIPS
from multilayer.web.slips.verdict import arrays_of

__all__ = ["answers", "text_of", "works"]

_HIDDEN = ("sigmoid", "tanh", "relu", "softplus", "elu", "gelu")
_OUTPUTS = (
    ("identity", "squared"),
    ("sigmoid", "squared"),
    ("softmax", ""),
    ("sigmoid", ""),
    ("tanh", "mse"),
    ("identity", "mse"),
)


def works(count, seed=0):
    """Yield networks of 2 to 3 layers, square and not, with one row or several, as learners have them."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        depth = 2 + number % 2
        inner = [int(n) for n in rng.integers(2, 5, depth)]
        if number % 3 == 0:
            inner[0] = inner[1] = 3
        widths = [*inner, int(rng.integers(2, 4))]
        output, loss = _OUTPUTS[number % len(_OUTPUTS)]
        layers = []
        for n in range(depth):
            h = output if n == depth - 1 else _HIDDEN[(number + n) % len(_HIDDEN)]
            W, b = rng.normal(0, 1, (widths[n], widths[n + 1])), rng.normal(0, 0.5, widths[n + 1])
            layers.append(Dense(W.round(1), b.round(1), h))
        rows = 1 if number % 4 == 1 else int(rng.integers(2, 5))
        X = rng.normal(0, 1, (rows, widths[0])).round(1)
        y = np.eye(widths[-1])[rng.integers(0, widths[-1], rows)]
        state = State(MLP(layers), Rows(X, y))
        yield Work(aim_of(state, AimRequest(0, rows, loss)), 0.1)


def saturated(work):
    """The same work with weights so large that exp overflows."""
    layers = [Dense(layer.W * 3000, layer.b, layer.activation) for layer in work.aim.network.layers]
    return Work(replace(work.aim, network=MLP(layers)), work.rate)


def text_of(array, digits):
    """An array as it would be pasted, with so many significant digits."""
    return "\n".join(" ".join(f"{number:.{digits}g}" for number in row) for row in np.atleast_2d(array))


def answers(slip, work, digits, rng):
    """Return an array's name and its wrong text: the slip in a random place, seen in the first array it changes."""
    entry = next(each for each in SLIPS if each.name == slip)
    work = saturated(work) if slip == "softmax without maximum" else work
    known, possible = arrays_of(work), []
    for variant in entry.variants(work, Steps.of(work)):
        calculation = Calculation(work, variant.steps)
        for name, right in known.items():
            if variant.about and not name.startswith(variant.about):
                continue
            wrong = calculation[name]
            if wrong is not None and not np.allclose(wrong, right, rtol=10.0**-digits, atol=1e-12):
                possible.append((name, text_of(wrong, digits)))
                break
    return (work, *possible[rng.integers(len(possible))]) if possible else None

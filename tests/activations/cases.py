"""The parameter settings and the points at which the accuracy of the catalogue is measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from multilayer.activations import Activation, AlongAxis, Elementwise, catalogue, get

__all__ = ["ALONG_AXIS", "ELEMENTWISE", "SETTINGS", "points"]

# Beside its defaults, each activation with parameters is measured with these.
_OTHER_PARAMETERS: dict[str, tuple[dict[str, Any], ...]] = {
    "leaky_relu": ({"slope": 0.2}, {"slope": 0.0}, {"slope": -0.3}),
    "prelu": ({"slope": 3.7},),
    "thresholded_relu": ({"theta": 0.0}, {"theta": -0.7}),
    "elu": ({"alpha": 0.3}, {"alpha": 7.7}),
    "celu": ({"alpha": 0.1}, {"alpha": 3.3}, {"alpha": 1e-200}, {"alpha": 1e200}),
    "silu": ({"beta": 1.702}, {"beta": 0.1}, {"beta": 1e-200}, {"beta": 1e200}),
    "softplus": ({"beta": 0.1}, {"beta": 3.3}, {"beta": 1e-200}, {"beta": 1e200}),
    "squareplus": ({"b": 0.1}, {"b": 1e-20}, {"b": 1e20}),
    "hard_sigmoid": ({"alpha": 0.2}, {"alpha": 0.5}, {"alpha": 0.01, "beta": -3.7}),
    "hard_tanh": ({"low": 0.0, "high": 1.3}, {"low": -1e-3, "high": 7.7}),
    "soft_shrink": ({"threshold": 1.7},),
    "hard_shrink": ({"threshold": 1.7},),
}

ELEMENTWISE = [entry for entry in catalogue if isinstance(entry, Elementwise)]
ALONG_AXIS = [entry for entry in catalogue if isinstance(entry, AlongAxis)]
SETTINGS: list[Elementwise] = [
    entry
    for default in ELEMENTWISE
    for entry in (
        default,
        *(get(default.facts.name, **p) for p in _OTHER_PARAMETERS.get(default.facts.name, ())),
    )
    if isinstance(entry, Elementwise)
]

# Where exponentials of float32 and float64 overflow, turn subnormal, and vanish; where squares of them do.
_EXPONENTIALS = [709.782712893384, 708.3964185322641, 744.4400719213812, 745.1332191019412, 36.7368005696771]
_EXPONENTIALS += [
    88.72283905206835,
    87.3365447505531,
    103.27892990343184,
    103.97207708399179,
    18.714973875118524,
]
_SQUARES = [27.226, 26.615, 10.16, 9.34, 38.6, 38.45, 13.2, 14.4, 5.6, 8.3, 21.9, 1e154, 1.34e154, 1.8e19]
_OF_FORMULAS = [0.5, 0.75, 1.0, 1.5, 3.0, 6.0, 20.0, 600.0]
# The worst that searches by random points have found.
_HARD = [7.327443693289179, 8.30817507736695, 4.861797585749081, 1.27351412335406, 3.73856735425934]
_HARD += [9.834542772589803, 6.903278572395225, 2.334725169806392, 1.3265679252804627, 5.303017304814012e-06]


@np.errstate(all="ignore")
def points(activation: Activation, kind: Any, zeros: tuple[float, ...] = ()) -> np.ndarray:
    """Return the points for one activation: fixed, in every binade, and close around what is special."""
    limits = np.finfo(kind)
    rng = np.random.default_rng(20170612)
    lowest = int(limits.minexp) - int(limits.nmant)
    exponents = np.arange(lowest, int(limits.maxexp))
    signs = rng.choice([-1.0, 1.0], exponents.size)
    binades = np.ldexp(signs * rng.uniform(1.0, 2.0, exponents.size), exponents)
    dense = np.ldexp(rng.uniform(1.0, 2.0, 800), rng.integers(-30, 11, 800)) * rng.choice([-1.0, 1.0], 800)
    wide = float(-np.log(float(limits.smallest_subnormal))) * 1.01
    even = np.concatenate([rng.uniform(-wide, wide, 200), rng.uniform(-10, 10, 300), rng.uniform(-2, 2, 200)])
    around = np.concatenate([zero + np.linspace(-0.3, 0.3, 21) for zero in zeros]) if zeros else np.zeros(0)
    exact = np.concatenate([activation.facts.kinks, zeros, _EXPONENTIALS, _SQUARES, _OF_FORMULAS, _HARD])
    exact = np.concatenate([exact, -exact]).astype(kind)
    steps = [exact]
    for _ in range(2):
        steps += [np.nextafter(steps[-1], kind(np.inf)), np.nextafter(steps[0], kind(-np.inf))]
    edges = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, limits.max, -limits.max], kind)
    tiny = np.array([limits.smallest_subnormal, -limits.smallest_subnormal, limits.smallest_normal], kind)
    ordinary = np.concatenate([binades, dense, even])
    if activation != type(activation)():
        ordinary = ordinary[::3]
    return np.concatenate([ordinary.astype(kind), around.astype(kind), *steps, edges, tiny])

"""An activation and its derivative, with the saturated regions shaded."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer.activations import Activation
from multilayer.measure.property import is_elementwise
from multilayer.plots.figures import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes

__all__ = ["activation_curve"]

_REACH, _FARTHEST, _BEYOND = 6.0, 12.0, 1.2
_TALLEST = 4.0


def activation_curve(activation: Activation, saturated: tuple[tuple[float, float], ...], ax: Axes) -> None:
    """Draw h(a) and h'(a) around 0 on `ax`, and shade where |h'| is next to nothing, far enough to see that begin.

    An activation along an axis is drawn as the first output for the row (a, 0), and its derivative by the first input.
    """
    ends = [abs(end) for region in saturated for end in region if abs(end) < _FARTHEST / _BEYOND]
    reach = max(_REACH, _BEYOND * max(ends, default=0.0))
    value, slope = _functions(activation)
    shade = None
    for low, high in saturated:
        if low < reach and high > -reach:
            shade = ax.axvspan(max(low, -reach), min(high, reach), color=GREY, alpha=0.22, linewidth=0)
    ax.axhline(0.0, color=GREY, linewidth=0.6)
    lines = []
    for function, color, dashes in ((value, BLUE, "-"), (slope, ORANGE, "--")):
        pieces = [_drawn(function, piece) for piece in _pieces(activation.facts.kinks, reach)]
        for a, y in pieces:
            (line,) = ax.plot(a, y, dashes, color=color)
        lines.append(line)
    ax.set_xlim(-reach, reach)
    low, high = ax.get_ylim()
    ax.set_ylim(max(low, -_TALLEST), min(high, _TALLEST))
    ax.set_xlabel("a")
    named = dict(zip(("h(a)", "h'(a)"), lines, strict=True)) | ({"saturated": shade} if shade else {})
    ax.legend(named.values(), named.keys(), loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3)


def _pieces(kinks: tuple[float, ...], reach: float) -> list[NDArray[np.float64]]:
    """Points between the kinks, so that no line joins the two sides of a jump."""
    edges = [-reach, *sorted(kink for kink in kinks if -reach < kink < reach), reach]
    return [
        np.linspace(np.nextafter(low, high), np.nextafter(high, low), max(3, int(40 * (high - low) / 2)))
        for low, high in pairwise(edges)
    ]


def _drawn(function: Any, a: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    y = np.asarray(function(a), np.float64)
    seen = np.isfinite(y) & (np.abs(y) < 2 * _TALLEST)
    return a[seen], y[seen]


def _functions(activation: Activation) -> tuple[Any, Any]:
    if is_elementwise(activation):
        return activation, activation.derivative

    def row(a: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([a, np.zeros_like(a)], axis=-1)

    return lambda a: activation(row(a))[..., 0], lambda a: activation.derivative(row(a))[..., 0, 0]

"""Pictures of measured activations: the curve, the gradient by depth, cost against accuracy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.activations import Activation, curves_of
from multilayer.measure.gradients import Depth
from multilayer.plots.figures import BLUE, GREEN, GREY, ORANGE, PURPLE

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes

__all__ = ["activation_curve", "cost_accuracy", "gradient_depth"]

_REACH, _FARTHEST, _BEYOND = 6.0, 12.0, 1.2
_TALLEST = 4.0
_STYLES = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, ":", "^"), (PURPLE, "-.", "D"))
_AT_THE_EDGE = {0.0: (N_("exactly 0"), True), np.inf: (N_("∞"), False)}


def activation_curve(activation: Activation, saturated: tuple[tuple[float, float], ...], ax: Axes) -> None:
    """Draw h(a) and h'(a) around 0 on `ax`, and shade the saturated regions, whose beginnings are in view.

    An activation along an axis is drawn as the first output for the row (a, 0), and its derivative by the first input.
    """
    ends = [abs(end) for region in saturated for end in region if abs(end) < _FARTHEST / _BEYOND]
    reach = max(_REACH, _BEYOND * max(ends, default=0.0))
    value, slope = curves_of(activation)
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
    named = dict(zip(("h(a)", "h'(a)"), lines, strict=True)) | ({fill("saturated"): shade} if shade else {})
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


def gradient_depth(depth: Depth, ax: Axes) -> None:
    """Draw the median of each initializer over the number of layers on `ax`, and its confidence interval as a band.

    The scale is logarithmic. The line of a gradient that is 0 or infinite runs along the edge, with a label at its end.
    """
    depths = np.array(depth.depths)
    bottom, top = _limits([s for survival in depth.survivals for s in (survival.low, survival.high)])
    ax.axhline(1.0, color=GREY, linewidth=0.6)
    ends: dict[float, tuple[int, float]] = {}
    for survival, (color, dashes, marker) in zip(depth.survivals, _STYLES, strict=False):
        low, median, high = (
            np.clip(values, bottom, top) for values in (survival.low, survival.median, survival.high)
        )
        name = survival.initializer.split("(")[0]
        label = fill("{initializer} (chosen)", initializer=name) if survival.chosen else name
        ax.fill_between(depths, low, high, color=color, alpha=0.2, linewidth=0)
        ax.plot(depths, median, dashes, color=color, marker=marker, markersize=3, label=label)
        ends[survival.median[-1]] = (depths[-1], median[-1])
    for value, (word, above) in _AT_THE_EDGE.items():
        if value in ends:
            shift, side = ((0, 4), "bottom") if above else ((0, -4), "top")
            ax.annotate(fill(word), ends[value], shift, textcoords="offset points", ha="center", va=side)
    ax.set_yscale("log")
    ax.set_ylim(bottom, top)
    ax.set_xlabel(fill("layers"))
    ax.set_ylabel(fill("fraction of the gradient"))
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, columnspacing=1.0, handlelength=1.8)


def _limits(bands: Sequence[tuple[float, ...]]) -> tuple[float, float]:
    values: NDArray[np.float64] = np.array(bands)
    drawn = values[np.isfinite(values) & (values > 0)]
    low, high = (drawn.min(), drawn.max()) if drawn.size else (1.0, 1.0)
    return min(float(low) / 10.0, 1e-2), max(float(high) * 10.0, 1e2)


def cost_accuracy(points: Mapping[str, tuple[float, float]], ax: Axes) -> None:
    """Draw a row per name on `ax`, the cheapest on top: its cost as a dot, and its largest error in ulp beside it.

    `points` holds (ns per element, ulp). The costs are on a logarithmic scale. Filled: at most half an ulp.
    """
    rows = sorted(points.items(), key=lambda item: item[1], reverse=True)
    cheapest = rows[-1][1][0]
    for row, (_, (ns, ulp)) in enumerate(rows):
        error = f"{ulp:.2g}"
        best = float(error) <= 0.5
        ax.plot([cheapest / 1.3, ns], [row, row], color=GREY, linewidth=0.6)
        ax.plot([ns], [row], "o", color=BLUE if best else ORANGE, markerfacecolor=None if best else "none")
        ax.annotate(
            f"{error} ulp", (ns, row), xytext=(7, 0), textcoords="offset points", fontsize=8, va="center"
        )
    ax.set_yticks(range(len(rows)), [name for name, _ in rows])
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xscale("log", subs=[2, 5])
    ax.set_xlim(cheapest / 1.3, rows[0][1][0] * 1.6)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.xaxis.set_minor_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel(fill("ns per element, float32, forward"))

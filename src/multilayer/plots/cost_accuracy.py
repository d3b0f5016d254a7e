"""What each activation costs, against how far its float32 results are off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from multilayer.plots.figures import BLUE, GREY

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes

__all__ = ["cost_accuracy"]

_NEAR_NS, _NEAR_ULP = 0.09, 0.03


def cost_accuracy(
    points: Mapping[str, tuple[float, float]], ax: Axes, *, relu_ns: float | None = None
) -> None:
    """Mark each name at its (ns per element, largest error in ulp) on `ax`; the costs are on a logarithmic scale.

    Activations at nearly the same place share a mark, and are named together. `relu_ns` is drawn as a line.
    """
    if relu_ns is not None:
        ax.axvline(relu_ns, color=GREY, linewidth=0.8, linestyle=":")
    ax.axhline(0.5, color=GREY, linewidth=0.8, linestyle=":")
    for names, (ns, ulp) in _grouped(points):
        ax.plot([ns], [ulp], "o", color=BLUE)
        ax.annotate(
            ", ".join(names), (ns, ulp), xytext=(6, 0), textcoords="offset points", fontsize=8, va="center"
        )
    ax.set_xscale("log")
    ax.set_xlabel("ns per element, float32, forward")
    ax.set_ylabel("largest error, ulp")


def _grouped(points: Mapping[str, tuple[float, float]]) -> Iterable[tuple[list[str], tuple[float, float]]]:
    groups: list[tuple[list[str], tuple[float, float]]] = []
    for name, (ns, ulp) in sorted(points.items(), key=lambda item: item[1]):
        for names, (x, y) in groups:
            if abs(np.log10(ns / x)) < _NEAR_NS and abs(ulp - y) < _NEAR_ULP:
                names.append(name)
                break
        else:
            groups.append(([name], (ns, ulp)))
    return groups

"""What is left of a gradient behind so many layers, for each way to draw the weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from multilayer.measure.gradients import Depth
from multilayer.plots.figures import BLUE, GREEN, GREY, ORANGE, PURPLE

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes

__all__ = ["gradient_depth"]

_LOOKS = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, ":", "^"), (PURPLE, "-.", "D"))
_WORDS = {0.0: ("exactly 0", True), np.inf: ("∞", False)}


def gradient_depth(depth: Depth, ax: Axes) -> None:
    """Draw the median of each initializer over the number of layers on `ax`, and its confidence interval as a band.

    The scale is logarithmic. Where a gradient is 0 or infinite its line runs along the edge, and says so at the end.
    """
    depths = np.array(depth.depths)
    bottom, top = _limits([s for survival in depth.survivals for s in (survival.low, survival.high)])
    ax.axhline(1.0, color=GREY, linewidth=0.6)
    ends: dict[float, tuple[int, float]] = {}
    for survival, (color, dashes, marker) in zip(depth.survivals, _LOOKS, strict=False):
        low, median, high = (
            np.clip(values, bottom, top) for values in (survival.low, survival.median, survival.high)
        )
        label = survival.initializer.split("(")[0] + (" (chosen)" if survival.chosen else "")
        ax.fill_between(depths, low, high, color=color, alpha=0.2, linewidth=0)
        ax.plot(depths, median, dashes, color=color, marker=marker, markersize=3, label=label)
        ends[survival.median[-1]] = (depths[-1], median[-1])
    for value, (word, above) in _WORDS.items():
        if value in ends:
            ax.annotate(word, ends[value], xytext=(0, 4 if above else -4), textcoords="offset points", ha="center",
                        va="bottom" if above else "top")  # fmt: skip
    ax.set_yscale("log")
    ax.set_ylim(bottom, top)
    ax.set_xlabel("layers")
    ax.set_ylabel("share of the gradient")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, columnspacing=1.0, handlelength=1.8)


def _limits(bands: Sequence[tuple[float, ...]]) -> tuple[float, float]:
    values: NDArray[np.float64] = np.array(bands)
    drawn = values[np.isfinite(values) & (values > 0)]
    low, high = (drawn.min(), drawn.max()) if drawn.size else (1.0, 1.0)
    return min(float(low) / 10.0, 1e-2), max(float(high) * 10.0, 1e2)

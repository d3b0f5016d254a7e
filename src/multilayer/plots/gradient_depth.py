"""What is left of a gradient behind so many layers, for each way to draw the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from multilayer.plots.figures import BLUE, GREEN, GREY, ORANGE, PURPLE
from multilayer.properties.depth import Depth

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes

__all__ = ["gradient_depth"]

_FLOOR, _CEILING = 1e-40, 1e20
_LOOKS = ((BLUE, "-", "o"), (ORANGE, "--", "s"), (GREEN, ":", "^"), (PURPLE, "-.", "D"))


def gradient_depth(depth: Depth, ax: Axes) -> None:
    """Draw the median of each initializer over the number of layers on `ax`, and its confidence interval as a band.

    The scale is logarithmic; what is 0 or infinite lies on the edge.
    """
    depths = np.array(depth.depths)
    ax.axhline(1.0, color=GREY, linewidth=0.6)
    for survival, (color, dashes, marker) in zip(depth.survivals, _LOOKS, strict=False):
        median = _clipped(survival.median)
        label = survival.initializer.split("(")[0] + (" (chosen)" if survival.chosen else "")
        ax.fill_between(
            depths, _clipped(survival.low), _clipped(survival.high), color=color, alpha=0.2, linewidth=0
        )
        ax.plot(depths, median, dashes, color=color, marker=marker, markersize=3, label=label)
    ax.set_yscale("log")
    bottom, top = ax.get_ylim()
    ax.set_ylim(max(min(bottom, 1e-2), _FLOOR), min(max(top, 1e2), _CEILING))
    ax.set_xlabel("layers")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, columnspacing=1.0, handlelength=1.8)


def _clipped(values: tuple[float, ...]) -> NDArray[np.float64]:
    clipped: NDArray[np.float64] = np.clip(np.array(values), _FLOOR, _CEILING)
    return clipped

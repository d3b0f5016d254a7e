"""What each activation costs, and how far its float32 results are off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from multilayer.plots.figures import BLUE, GREY, ORANGE

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes

__all__ = ["cost_accuracy"]


def cost_accuracy(points: Mapping[str, tuple[float, float]], ax: Axes) -> None:
    """Draw a row per name on `ax`, the cheapest on top: its cost as a dot, and its largest error in ulp beside it.

    `points` holds (ns per element, ulp). The costs are on a logarithmic scale. Filled: rounded as well as can be.
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
    ax.set_xscale("log")
    ax.set_xlim(cheapest / 1.3, rows[0][1][0] * 1.6)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.set_xlabel("ns per element, float32, forward")

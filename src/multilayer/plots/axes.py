"""What the pictures' axes have in common: layers to count, and numbers of many sizes in plain digits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from multilayer._base.text import one_line

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes

__all__ = ["label", "legend", "legend_above", "log_line", "log_scale", "number", "over_layers", "percent"]


def label(name: str, longest: int) -> str:
    """Return a name as a picture shows it: in one line, printable, its end left out where it is too long."""
    name = one_line(name)
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def legend_above(ax: Axes, *, left: bool = False, columns: int = 3, **options: Any) -> None:
    """Put the legend above the axes where the figure makes room for it, else inside, so that nothing is cut off.

    It has fewer columns where the figure is too narrow for as many.
    """
    figure = ax.get_figure(root=True)
    place: dict[str, Any] = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0)}
    if left:
        place = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0)}
    if figure is not None and figure.get_layout_engine() is not None:
        for count in range(columns, 0, -1):
            drawn = legend(ax, **place, ncols=count, **options)
            if drawn.get_window_extent().width < figure.bbox.width:
                return
    legend(ax, loc="best")


def legend(ax: Axes, **options: Any) -> Any:
    """Draw the legend, in which a name with dollar signs is no formula, and return it."""
    drawn = ax.legend(**options)
    for text in drawn.get_texts():
        text.set_parse_math(False)
    return drawn


def number(value: float | None) -> str:
    """Return a number as tables and captions write it; a dash where there is none."""
    return "–" if value is None else f"{value:.3g}"


def percent(share: float) -> str:
    """Return a share as a percentage, which is 0 % or 100 % only where the share is exactly 0 or 1.

    >>> percent(0.25), percent(0.9996), percent(1.0), percent(2.5e-9)
    ('25\\xa0%', '99.96\\xa0%', '100\\xa0%', '2e-07\\xa0%')
    """
    exact = share in {0.0, 1.0}
    texts = (f"{100 * share:.{digits}f}" for digits in range(5))
    fitting = (text for text in texts if exact or float(text) not in {0.0, 100.0})
    return f"{next(fitting, f'{100 * share:.1g}')}\u00a0%"


def over_layers(ax: Axes, count: int) -> None:
    """Make x the number of the layer, from 1."""
    step = -(-count // 20)
    ax.set_xticks(range(1, count + 1, step))
    ax.set_xlim(0.6, count + 0.4)
    ax.set_xlabel("layer, from input to output")


def log_scale(ax: Axes, values: ArrayLike) -> None:
    """Make y logarithmic, wide enough for the positive ones of `values`, with plain numbers beside it."""
    drawn = np.asarray(values, np.float64)
    drawn = drawn[np.isfinite(drawn) & (drawn > 0)]
    low, high = (drawn.min(), drawn.max()) if drawn.size else (0.1, 1.0)
    decades = float(np.log10(high / low))
    ax.set_yscale("log", subs=[2, 5] if decades < 3 else [])
    margin = 10 ** max(0.15, 0.06 * decades)
    ax.set_ylim(max(low / margin, 5e-324), high * margin)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_minor_formatter(lambda value, _: f"{value:g}" if decades < 1.5 else "")
    ax.grid(axis="y", alpha=0.25, linewidth=0.6)


def log_line(ax: Axes, values: Sequence[float], name: str, **style: object) -> None:
    """Draw values by layer on a logarithmic scale; those it has no place for stand in words at the bottom."""
    layers, y = np.arange(1, len(values) + 1), np.asarray(values, np.float64)
    shown = np.isfinite(y) & (y > 0)
    (line,) = ax.plot(layers, np.where(shown, y, np.nan), label=name, **{"marker": "o", **style})  # type: ignore[arg-type]
    for layer, value in zip(layers[~shown], y[~shown], strict=True):
        ax.annotate(
            f"{value:g}",
            (layer, 0.02),
            xycoords=("data", "axes fraction"),
            ha="center",
            va="bottom",
            color=line.get_color(),
            weight="bold",
        )

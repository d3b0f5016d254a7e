"""The only importer of matplotlib: style, new axes, SVG, and what the axes of several pictures share."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.table import Table
from multilayer._base.text import fill, one_line
from multilayer.plots.fonts import families

__all__ = [
    "BLUE",
    "GREEN",
    "GREY",
    "INK",
    "ORANGE",
    "PURPLE",
    "RED",
    "Axes",
    "Figure",
    "Picture",
    "drawn_on",
    "label",
    "legend",
    "legend_above",
    "log_line",
    "log_scale",
    "measured",
    "nothing_measured",
    "number",
    "over_layers",
    "style",
    "svg",
]

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from multilayer.diagnosis import Evidence


def measured(source: Any, missing: Callable[[Evidence], str | None]) -> Evidence:
    """Return what a diagnosis measured, given as it is or as the diagnosis.

    Raises
    ------
    InputError
        For anything else, and where what the picture shows is missing.
    """
    from multilayer.diagnosis import Diagnosis, Evidence

    found = source.evidence if isinstance(source, Diagnosis) else source
    if not isinstance(found, Evidence):
        raise InputError(
            "this is drawn of a diagnosis, as multilayer.diagnose(network, X, y) returns it; got {kind}",
            kind=type(source).__name__,
        )
    reason = missing(found)
    if reason is not None:
        raise InputError("there is nothing to draw: {reason}", reason=reason)
    return found


@dataclass(frozen=True)
class Picture:
    """A picture for the page of a diagnosis; `reports.diagnosis.pictures` lists them in its order."""

    name: str
    """Letters and hyphens, for ids."""
    heading: str
    shows: str
    """What is drawn, and how to read it; like the heading a template of `fill`."""
    draw: Callable[[Evidence, Figure], object]
    words: Callable[[Evidence], str]
    """What it shows, in numbers, for screen readers."""
    numbers: Callable[[Evidence], Table]
    size: Callable[[Evidence], tuple[float, float]]
    """Width and height in inches."""
    missing: Callable[[Evidence], str | None] = lambda _: None
    """Why it cannot be drawn, if so."""


def nothing_measured(evidence: Evidence) -> str | None:
    """Return why there is nothing to draw of any layer, if so."""
    if evidence.layers:
        return None
    return fill("no sample comes through the network with finite numbers only")


# Each stands out by 3 : 1 or more from a white page and from a dark one (WCAG 1.4.11).
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#2f7fd1", "#d0700c", "#2b9a66", "#d1495b", "#8b6cd8", "#7d8590"

INK = "#1f2430"
"""Of text and axes; a page replaces it by the colour of its own text."""
_SETTINGS: dict[str, Any] = {
    "font.family": "sans-serif",
    # Verdana is as wide as DejaVu Sans, which the layout is measured with.
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Geneva", "sans-serif"],
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.formatter.use_mathtext": False,
    "axes.prop_cycle": f"cycler('color', {[BLUE, ORANGE, GREEN, RED, PURPLE, GREY]!r})",
    "lines.linewidth": 1.6,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "image.composite_image": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "multilayer",
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "axes.titlecolor", "xtick.color", "ytick.color"),
        INK,
    ),
}


@contextmanager
def style() -> Iterator[None]:
    """Let matplotlib draw as in the reports, whatever the user's own settings are.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise MissingExtraError("a picture", "matplotlib", "plot") from None
    with mpl.rc_context():
        mpl.rcdefaults()
        settings: Any = mpl.rcParams
        settings.update(_SETTINGS)
        settings["font.family"] = families(["sans-serif"]) or [
            "sans-serif"
        ]  # what the layout is measured with
        yield


def drawn_on(ax: Axes | None) -> Axes:
    """Return the axes to draw on: those given, or new ones of pyplot.

    Raises
    ------
    InputError
        When ax is something else.
    MissingExtraError
        When matplotlib is not installed.
    """
    if ax is not None:
        if not hasattr(ax, "set_xlabel"):
            raise InputError(
                "ax must be axes of matplotlib, or None for new ones; got {kind}", kind=type(ax).__name__
            )
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise MissingExtraError("a picture", "matplotlib", "plot") from None
    return pyplot.subplots(layout="constrained")[1]


def svg(draw: Callable[[Figure], object], size: tuple[float, float] = (7.2, 3.0)) -> str:
    """Return a picture as SVG, the same text for the same picture.

    Parameters
    ----------
    draw : callable
        Draws on the empty figure it is called with; pyplot is not involved.
    size : (width, height)
        In inches.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    with style(), warnings.catch_warnings():
        # A browser has the characters that the font for measuring the layout lacks.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        from matplotlib.figure import Figure

        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    return written.getvalue()


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
    """Return a number for tables and captions; a dash for None."""
    return "–" if value is None else f"{value:.3g}"


def over_layers(ax: Axes, count: int) -> None:
    """Make x the number of the layer, from 1."""
    step = -(-count // 20)
    ax.set_xticks(range(1, count + 1, step))
    ax.set_xlim(0.6, count + 0.4)
    ax.set_xlabel(fill("layer, from input to output"))


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
    """Draw values by layer on a logarithmic scale; 0, nan and infinities are written at the bottom."""
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

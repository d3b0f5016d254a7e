"""Where matplotlib is imported, and how a picture becomes part of a page: an SVG element that needs nothing else.

Text stays text: it can be selected, searched and enlarged, and a browser without the first font takes the next.
What is drawn in the ink's colour takes the colour of the text around it, on dark pages as on light ones.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from multilayer._base.errors import InputError, MissingExtraError
from multilayer._base.text import printable
from multilayer.plots.page import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "RED", "Axes", "Figure", "drawn_on", "style", "svg"]

# Each stands out by 3 : 1 or more from a white page and from a dark one (WCAG 1.4.11).
BLUE, ORANGE, GREEN, RED, PURPLE, GREY = "#2f7fd1", "#d0700c", "#2b9a66", "#d1495b", "#8b6cd8", "#7d8590"

_INK = "#1f2430"
_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"

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
        _INK,
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
            raise InputError(f"ax must be axes of matplotlib, or None for new ones; got {type(ax).__name__}")
        return ax
    try:
        from matplotlib import pyplot
    except ImportError:
        raise MissingExtraError("a picture", "matplotlib", "plot") from None
    return pyplot.subplots(layout="constrained")[1]


def svg(
    draw: Callable[[Figure], object],
    name: str,
    title: str,
    description: str,
    size: tuple[float, float] = (7.2, 3.0),
) -> Markup:
    """Return a picture as an SVG element for a page: the same bytes for the same picture.

    Parameters
    ----------
    draw : callable
        Draws on the empty figure it is given; pyplot is not involved.
    name : str
        What its ids begin with: letters, digits and hyphens, another name for each picture of a page.
    title, description : str
        What a screen reader says instead: what the picture is, and what it shows, in numbers.
    size : (width, height)
        In inches; the page scales it to the width it has.

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
    root = ElementTree.fromstring(written.getvalue())  # noqa: S314  (matplotlib's own, a line ago)
    _embed(root, name, title, description)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _embed(root: ElementTree.Element, name: str, title: str, description: str) -> None:
    """Make a file of its own into an element of a page: no names that could meet others, no fixed size."""
    for child in [*root]:
        if child.tag == f"{_SVG}metadata" or child.find(f"{_SVG}style") is not None:
            root.remove(child)
    used = set(re.findall(r"#([\w.-]+)", " ".join(_references(root))))
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        target = element.attrib.pop(_LINK, None)
        if target is not None:
            element.set("href", f"#{name}-{target[1:]}" if target.startswith("#") else target)
        identity = element.attrib.pop("id", None)
        if identity in used:
            element.set("id", f"{name}-{identity}")
        for key in ("clip-path", "style"):
            value = element.get(key)
            if value is not None:
                element.set(key, value.replace("url(#", f"url(#{name}-").replace(_INK, "currentColor"))
        if element.text is not None and not element.text.strip():
            element.text = None
        element.tail = None
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib |= {
        "viewBox": box,
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-description",
        "stroke-linejoin": "round",
        "fill": "currentColor",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, id=f"{name}-{'description' if tag == 'desc' else tag}")
        element.text = printable(text)
        root.insert(place, element)


def _references(root: ElementTree.Element) -> list[str]:
    return [
        value
        for element in root.iter()
        for key, value in element.attrib.items()
        if (key == _LINK and value.startswith("#")) or value.startswith("url(#")
    ]

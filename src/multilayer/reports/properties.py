"""Measured activations as one page: the comparison, and a card with pictures of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer.activations import Activation
from multilayer.measure import PROPERTIES, Properties, comparison, document
from multilayer.measure.curve import Saturation
from multilayer.measure.gradients import Depth
from multilayer.measure.performance import Accuracy, Cost
from multilayer.measure.property import NotMeasured, Property, is_elementwise, lines_of, shown, span
from multilayer.plots.activation_curve import activation_curve
from multilayer.plots.cost_accuracy import cost_accuracy
from multilayer.plots.figures import svg
from multilayer.plots.gradient_depth import gradient_depth
from multilayer.plots.page import Markup, Section, details, figure, page, paragraph, table

if TYPE_CHECKING:
    from multilayer.plots.figures import Figure

__all__ = ["properties_page"]

_TABLE_WIDTH = 134
"""In characters of a terminal; where headings may wrap, a page shows as much without scrolling."""


def properties_page(found: Sequence[Properties]) -> bytes:
    """Return the page, UTF-8; without scripts, and readable without network and by screen readers.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    machine = document(())["machine"]
    about = (
        f"{machine['processor']}, {machine['backend']} backend {machine['level']}, NumPy {machine['numpy']}"
    )
    lead = [
        paragraph("Every figure is measured on this machine, none is taken from a book."),
        paragraph(f"{about}. – means that a figure does not apply; the cards say why.", "soft"),
    ]
    sections = []
    if len(found) > 1:
        sections.append(Section("Comparison", tuple(_comparison(found))))
    sections += [
        Section(each.activation.facts.name, tuple(_card(each, number))) for number, each in enumerate(found)
    ]
    name = found[0].activation.facts.name if len(found) == 1 else "Activations"
    return page(f"{name}, measured", lead, sections, f"multilayer activations --measure, on {about}").encode()


def _comparison(found: Sequence[Properties]) -> Iterator[Markup]:
    for compared in comparison(found, _TABLE_WIDTH):
        rows = tuple((name, *map(_unbroken, cells)) for name, *cells in compared.rows)
        yield table(replace(compared, rows=rows))
    points = {}
    for each in found:
        cost, accuracy = each.get("cost"), each.get("accuracy")
        if isinstance(cost, Cost) and isinstance(accuracy, Accuracy):
            points[each.activation.facts.name] = (cost.of("forward", "float32").ns, accuracy.ulp)
    if points:
        yield _cost_picture(points)


def _cost_picture(points: dict[str, tuple[float, float]]) -> Markup:
    cheap, dear = (choose(points, key=lambda name: points[name][0]) for choose in (min, max))
    worst = max(points, key=lambda name: points[name][1])
    said = (
        f"From {shown(points[cheap][0], 2)} ns per element for {cheap} to {shown(points[dear][0], 2)} ns for {dear}; "
        f"the largest error is {shown(points[worst][1], 2)} ulp, of {worst}. The table has all figures."
    )
    picture = svg(
        lambda drawn: cost_accuracy(points, drawn.subplots()),
        "cost-accuracy",
        "Cost against accuracy",
        said,
        (7.2, 0.8 + 0.19 * len(points)),
    )
    return figure(
        picture,
        f"Cost against accuracy in float32, both sampled. {said} Filled: at most half an ulp, as rounding alone.",
    )


def _card(each: Properties, number: int) -> Iterator[Markup]:
    activation = each.activation
    name = activation.facts.name
    yield paragraph(f"h(a) = {activation.facts.formula}")
    saturation, depth = each.get("saturation"), each.get("depth")
    regions = saturation.regions if isinstance(saturation, Saturation) else ()

    def draw(drawn: Figure) -> None:
        left, *right = np.atleast_1d(drawn.subplots(1, 1 + isinstance(depth, Depth)))
        activation_curve(activation, regions, left)
        if isinstance(depth, Depth):
            gradient_depth(depth, right[0])

    said = f"Left: {_drawn(activation)}; saturated {_where(saturation)}."
    if isinstance(depth, Depth):
        left_over = "; ".join(
            f"{survival.initializer.split('(')[0]} {shown(survival.median[-1], 2)}"
            for survival in depth.survivals
        )
        said += (
            f" Right: the share of the gradient's norm that passes back through 1 to {depth.depths[-1]} layers, median "
            f"of {depth.seeds} networks with its {100 * depth.confidence:.0f} % interval; at the end: {left_over}."
        )
    yield figure(svg(draw, f"card-{number}", f"{name}: curve, and gradient by depth", said), said)
    rows = tuple((PROPERTIES[key].title, "; ".join(lines_of(result))) for key, result in each.items())
    yield details(f"All figures of {name}", table(Table(f"{name}, measured", ("property", "measured"), rows)))


def _drawn(activation: Activation) -> str:
    return "h and its derivative" + (
        "" if is_elementwise(activation) else ", first output for the row (a, 0)"
    )


def _unbroken(cell: str) -> str:
    """Let a cell break between its parts only."""
    return cell.replace(" ", "\u00a0").replace(";\u00a0", "; ").replace(",\u00a0", ", ")


def _where(saturation: Saturation | NotMeasured | Property | None) -> str:
    if isinstance(saturation, NotMeasured):
        return f"regions are not measured: {saturation.reason}"
    if not isinstance(saturation, Saturation):
        return "regions were not asked for"
    return (
        "where " + ", ".join(span(*region, digits=3) for region in saturation.regions)
        if saturation.regions
        else "nowhere"
    )

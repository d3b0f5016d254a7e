"""Measured activations as one page: the comparison, and a card with pictures of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.measure import PROPERTIES, NoFigure, Properties, Property, comparison, document
from multilayer.measure.curve import Saturation
from multilayer.measure.gradients import Depth
from multilayer.measure.performance import Accuracy, Cost
from multilayer.measure.property import is_elementwise, lines_of, shown, span
from multilayer.plots.activations import activation_curve, cost_accuracy, gradient_depth
from multilayer.reports.page import Markup, Section, details, figure, page, paragraph, picture, table

if TYPE_CHECKING:
    from multilayer.plots.figures import Figure

__all__ = ["properties_page"]

_TABLE_WIDTH = 134
"""In characters of a terminal; where headings may wrap, a page shows as much without scrolling."""


def properties_page(found: Sequence[Properties]) -> bytes:
    """Return the page, UTF-8; without scripts, and readable without network and by screen readers.

    Parameters
    ----------
    found : sequence of Properties
        As `multilayer.measure.measure` returns them.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    about = "{processor}, {backend} backend {level}, NumPy {numpy}".format_map(document(())["machine"])
    lead = [
        paragraph(fill("Every figure is measured on this machine.")),
        paragraph(
            fill("{machine}. – means that a figure does not apply; the cards say why.", machine=about), "soft"
        ),
    ]
    sections = []
    if len(found) > 1:
        sections.append(Section(fill("Comparison"), tuple(_comparison(found))))
    sections += [
        Section(each.activation.facts.name, tuple(_card(each, number))) for number, each in enumerate(found)
    ]
    name = found[0].activation.facts.name if len(found) == 1 else fill("Activations")
    footer = fill("multilayer activations --measure, on {machine}", machine=about)
    return page(fill("{name}, measured", name=name), lead, sections, footer).encode()


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
    cheap, expensive = (choose(points, key=lambda name: points[name][0]) for choose in (min, max))
    worst = max(points, key=lambda name: points[name][1])
    words = fill(
        "From {low} ns per element for {cheap} to {high} ns for {expensive}; the largest error is {ulp} ulp, of "
        "{worst}. The table has all figures.",
        low=shown(points[cheap][0], 2),
        high=shown(points[expensive][0], 2),
        ulp=shown(points[worst][1], 2),
        cheap=cheap,
        expensive=expensive,
        worst=worst,
    )
    drawn = picture(
        lambda canvas: cost_accuracy(points, canvas.subplots()),
        "cost-accuracy",
        fill("Cost against accuracy"),
        words,
        (7.2, 0.8 + 0.19 * len(points)),
    )
    template = N_(
        "Cost against accuracy in float32, both sampled. {words} Filled: at most half an ulp, the error of rounding "
        "alone."
    )
    return figure(drawn, fill(template, words=words))


def _card(each: Properties, number: int) -> Iterator[Markup]:
    activation = each.activation
    name = activation.facts.name
    yield paragraph(f"h(a) = {activation.facts.formula}")
    saturation, depth = each.get("saturation"), each.get("depth")
    regions = saturation.regions if isinstance(saturation, Saturation) else ()

    def draw(canvas: Figure) -> None:
        left, *right = np.atleast_1d(canvas.subplots(1, 1 + isinstance(depth, Depth)))
        activation_curve(activation, regions, left)
        if isinstance(depth, Depth):
            gradient_depth(depth, right[0])

    words = [fill("Left: h and its derivative.")]
    if not is_elementwise(activation):
        words = [fill("Left: h and its derivative, first output for the row (a, 0).")]
    words.append(_saturated(saturation))
    if isinstance(depth, Depth):
        words.append(_right(depth))
    caption = " ".join(words)
    title = fill("{name}: curve, and gradient by depth", name=name)
    yield figure(picture(draw, f"card-{number}", title, caption), caption)
    rows = tuple((PROPERTIES[key].title, "; ".join(lines_of(result))) for key, result in each.items())
    columns = (fill("property"), fill("measured"))
    figures = table(Table(fill("{name}, measured", name=name), columns, rows))
    yield details(fill("All figures of {name}", name=name), figures)


def _right(depth: Depth) -> str:
    return fill(
        "Right: the fraction of the gradient's norm that passes back through 1 to {layers} layers, median of {seeds} "
        "networks with its {confidence:.0f} % interval; at the end: {ends}.",
        layers=depth.depths[-1],
        seeds=depth.seeds,
        confidence=100 * depth.confidence,
        ends="; ".join(
            f"{survival.initializer.split('(')[0]} {shown(survival.median[-1], 2)}"
            for survival in depth.survivals
        ),
    )


def _saturated(saturation: Saturation | NoFigure | Property | None) -> str:
    if isinstance(saturation, NoFigure):
        return fill("Saturated regions are not measured: {reason}.", reason=saturation.reason)
    if not isinstance(saturation, Saturation):
        return fill("Saturated regions were not asked for.")
    if not saturation.regions:
        return fill("It is saturated nowhere.")
    where = ", ".join(span(*region, digits=3) for region in saturation.regions)
    return fill("It is saturated where {where}.", where=where)


def _unbroken(cell: str) -> str:
    """Let a cell break between its parts only."""
    return cell.replace(" ", "\u00a0").replace(";\u00a0", "; ").replace(",\u00a0", ", ")

"""The distribution of a layer's weighted sums, and where its activation is saturated."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import Table
from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.network import Dense
from multilayer.plots.figures import BLUE, RED, Picture, drawn_on, nothing_measured, number
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.diagnosis import Evidence
    from multilayer.diagnosis.evidence import Histogram, LayerStatistics
    from multilayer.plots.figures import Axes, Figure

__all__ = ["picture", "weighted_sums"]

_COLUMNS = 3


@captioned
def weighted_sums(layer: LayerStatistics, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw the histogram of a layer's a over all samples and units, the saturated region shaded.

    Saturated is where |h'(a)| is below 1 % of its largest value. An activation along an axis has no such region.
    """
    if not isinstance(getattr(layer, "layer", None), Dense):
        raise InputError(
            "weighted sums are drawn of a layer that a diagnosis measured, as "
            "diagnosis.evidence.layers[0]; got {kind}",
            kind=type(layer).__name__,
        )
    ax = drawn_on(ax)
    counts, edges = layer.a.counts, layer.a.edges
    ax.stairs(counts / max(int(counts.sum()), 1), edges, fill=True, color=BLUE)
    for low, high in saturated_spans(layer):
        ax.axvspan(low, high, color=RED, alpha=0.18, linewidth=0)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ax.locator_params(axis="x", nbins=4)
    if title:
        ax.set_title(title, parse_math=False)
    return ax


def saturated_spans(layer: LayerStatistics) -> list[tuple[float, float]]:
    """Return where, within the histogram of a, every unit of the layer is saturated."""
    # Imported here, so that a curve in the terminal does not load the diagnosis.
    from multilayer.diagnosis.layers import sensitivity

    found = sensitivity(layer.layer.activation)
    if found is None:
        return []
    points = np.linspace(layer.a.edges[0], layer.a.edges[-1], 1025)
    each = np.repeat(points[:, np.newaxis], layer.layer.units, axis=1)
    with np.errstate(all="ignore"):
        slopes = np.abs(np.asarray(layer.layer.activation.derivative(each), np.float64))
    inside: NDArray[Any] = np.concatenate([[False], (slopes < found.threshold).all(axis=1), [False]])
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    last = points.size - 1
    return [(float(points[start]), float(points[min(end, last)])) for start, end in _pairs(turns)]


def _pairs(turns: NDArray[Any]) -> list[tuple[int, int]]:
    return [(int(start), int(end)) for start, end in list(pairwise(turns))[::2]]


def _fraction_saturated(layer: LayerStatistics) -> float | None:
    if layer.saturated is None:
        return None
    return float(layer.saturated.sum()) / (layer.samples * layer.layer.units)


def _title(number_: int, layer: LayerStatistics) -> str:
    fraction, name = _fraction_saturated(layer), layer.layer.activation.facts.name
    if fraction is None:
        return fill("{layer}: {activation}", layer=number_, activation=name)
    template = N_("{layer}: {activation}, {fraction} saturated")
    return fill(template, layer=number_, activation=name, fraction=percent(fraction))


def _draw(evidence: Evidence, figure: Figure) -> None:
    rows = -(-len(evidence.layers) // _COLUMNS)
    columns = min(_COLUMNS, len(evidence.layers))
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for number_, (ax, layer) in enumerate(zip(axes, evidence.layers, strict=False), 1):
        weighted_sums(layer, ax, _title(number_, layer))
    for ax in axes[len(evidence.layers) :]:
        ax.set_axis_off()


def _size(evidence: Evidence) -> tuple[float, float]:
    return 7.2, 0.35 + 1.35 * -(-len(evidence.layers) // _COLUMNS)


def _words(evidence: Evidence) -> str:
    listed = []
    for number_, layer in enumerate(evidence.layers, 1):
        low, high = _quantiles(layer.a, (0.05, 0.95))
        fraction = _fraction_saturated(layer)
        template = N_("layer {layer}: from {low} to {high}")
        if fraction is not None:
            template = N_("layer {layer}: from {low} to {high}, {fraction} of them saturated")
        saturated = "" if fraction is None else percent(fraction)
        listed.append(fill(template, layer=number_, low=number(low), high=number(high), fraction=saturated))
    return fill("90 % of the weighted sums: {layers}.", layers="; ".join(listed))


def _quantiles(histogram: Histogram, fractions: Sequence[float]) -> list[float]:
    below = np.concatenate([[0.0], np.cumsum(histogram.counts)])
    if not below[-1]:
        return [float("nan")] * len(fractions)
    return [float(np.interp(fraction * below[-1], below, histogram.edges)) for fraction in fractions]


def _numbers(evidence: Evidence) -> Table:
    rows = []
    for number_, layer in enumerate(evidence.layers, 1):
        fraction = _fraction_saturated(layer)
        quantiles = _quantiles(layer.a, (0.05, 0.25, 0.5, 0.75, 0.95))
        saturated = "–" if fraction is None else percent(fraction)
        name = layer.layer.activation.facts.name
        rows.append((str(number_), name, saturated, *map(number, quantiles)))
    columns = (
        N_("layer"),
        N_("activation"),
        N_("saturated"),
        N_("5 %"),
        N_("25 %"),
        N_("median"),
        N_("75 %"),
        N_("95 %"),
    )
    caption = fill("Weighted sums a of each layer, from their histogram")
    return Table(caption, tuple(map(fill, columns)), tuple(rows))


picture = Picture(
    name="sums",
    heading=N_("Weighted sums by layer"),
    shows=N_(
        "The weighted sums a of each layer over all samples and units. Shaded: saturated, where the activation's "
        "derivative is below 1 % of its maximum and a unit hardly learns."
    ),
    draw=_draw,
    words=_words,
    numbers=_numbers,
    size=_size,
    missing=nothing_measured,
)

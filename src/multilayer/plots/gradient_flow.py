"""What arrives of the loss at each layer on the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer.plots.axes import legend_above, log_line, log_scale, number, over_layers, percent
from multilayer.plots.figures import BLUE, ORANGE, drawn_on
from multilayer.plots.picture import Picture, measured, nothing_measured

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import GradientStatistics
    from multilayer.plots.figures import Axes

__all__ = ["gradient_flow", "picture"]


def gradient_flow(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw, layer by layer and on a logarithmic scale, the size of the loss's gradient.

    One line is the root mean square of da over samples and units, with its span over the units; the other is the norm
    of dW of the mean loss. A gradient that is exactly 0 is written as such at the bottom.
    """
    evidence, ax = measured(source, picture.missing), drawn_on(ax)
    found = _gradients(evidence)
    spans = [(least, largest) for least, largest in (_span(layer) for layer in found)]
    sizes = [_size(layer) for layer in found]
    norms = [layer.norm_dW for layer in found]
    log_line(ax, sizes, "da, root mean square", color=BLUE)
    log_line(ax, norms, "dW of the mean loss, norm", color=ORANGE, marker="s")
    layers = np.arange(1, len(found) + 1)
    low, high = np.array(spans).T
    ax.vlines(layers, low, high, color=BLUE, alpha=0.35, linewidth=5, label="da, least to largest unit")
    log_scale(ax, [*sizes, *norms, *low, *high])
    over_layers(ax, len(found))
    ax.set_ylabel("size of the gradient")
    legend_above(ax)
    return ax


def _gradients(evidence: Evidence) -> tuple[GradientStatistics, ...]:
    assert evidence.gradients is not None  # noqa: S101  (a picture that is `missing` is not drawn)
    return evidence.gradients


def _size(layer: GradientStatistics) -> float:
    return float(np.sqrt(np.mean(layer.rms_da**2)))


def _span(layer: GradientStatistics) -> tuple[float, float]:
    drawn = layer.rms_da[np.isfinite(layer.rms_da) & (layer.rms_da > 0)]
    return (float(drawn.min()), float(drawn.max())) if drawn.size else (np.nan, np.nan)


def _missing(evidence: Evidence) -> str | None:
    return nothing_measured(evidence) or (None if evidence.gradients else "gradients need y and a loss")


def _words(evidence: Evidence) -> str:
    found = _gradients(evidence)
    sizes = ", ".join(f"layer {number_}: {number(_size(layer))}" for number_, layer in enumerate(found, 1))
    first, last = _size(found[0]), _size(found[-1])
    if len(found) == 1:
        return f"Root mean square of the gradient da: {sizes}."
    share = f" The first layer has {number(first / last)} of what the last layer has." if last else ""
    return f"Root mean square of the gradient da: {sizes}.{share}"


def _numbers(evidence: Evidence) -> Table:
    rows = tuple(
        (
            str(layer),
            number(_size(found)),
            number(float(found.rms_da.min())),
            number(float(found.rms_da.max())),
            percent(float(found.zero_da.mean())),
            number(found.norm_dW),
            number(found.norm_W),
            number(found.norm_dW / found.norm_W if found.norm_W else None),
        )
        for layer, found in enumerate(_gradients(evidence), 1)
    )
    columns = (
        *("layer", "da, root mean square", "least unit", "largest unit", "exactly 0"),
        *("norm of dW", "norm of W", "dW / W"),
    )
    return Table("Gradient of the loss in each layer", columns, rows)


picture = Picture(
    name="gradient",
    heading="What arrives of the gradient",
    shows="The size of the loss's gradient in each layer, on a logarithmic scale. Where it falls from the output "
    "(right) to the input (left), the first layers learn slower than the last.",
    draw=lambda evidence, figure: gradient_flow(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=lambda _: (7.2, 3.0),
    missing=_missing,
)

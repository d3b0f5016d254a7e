"""What passes through the layers: the signal forward, and the gradient of the loss back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.plots.figures import (
    BLUE,
    ORANGE,
    Picture,
    drawn_on,
    legend_above,
    log_line,
    log_scale,
    measured,
    nothing_measured,
    number,
    over_layers,
)
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import GradientStatistics, LayerStatistics
    from multilayer.plots.figures import Axes

__all__ = ["gradient_flow", "gradient_picture", "signal_flow", "signal_picture"]


@captioned
def signal_flow(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw the fraction of each layer's output power that differs between samples, on a logarithmic scale.

    The fraction is sum of variance / sum of E[z^2]; where it falls towards 0, the next layer receives nearly the same
    for all samples. Dashed, where they are known: the network before training, and a newly initialized one of the same
    shape.
    """
    evidence, ax = measured(source, signal_picture.missing), drawn_on(ax)
    lines = {fill("this network"): _fractions(evidence.layers)}
    lines |= {fill(name): fractions for name, fractions in _compared(evidence).items()}
    for place, (name, values) in enumerate(lines.items()):
        style = {"linestyle": ("--", ":")[place - 1], "marker": ".", "linewidth": 1.0} if place else {}
        log_line(ax, values, name, **style)
    log_scale(ax, [value for values in lines.values() for value in values] + [1.0, 0.3])
    ax.set_ylim(top=1.3)
    over_layers(ax, len(evidence.layers))
    ax.set_ylabel(fill("fraction that differs\nbetween samples"))
    if len(lines) > 1:
        legend_above(ax)
    return ax


def _compared(evidence: Evidence) -> dict[str, list[float]]:
    """Return the fractions by layer of the networks that this one is compared with."""
    networks = {N_("before training"): evidence.start, N_("newly initialized"): evidence.reference}
    return {name: _fractions(layers) for name, layers in networks.items() if layers is not None}


def _fractions(layers: Sequence[LayerStatistics]) -> list[float]:
    return [_fraction(layer) for layer in layers]


def _fraction(layer: LayerStatistics) -> float:
    # 1 - constant_fraction, but from the variance, so that a fraction far below 1e-16 is exact too.
    power = float(layer.mean_square_z.sum())
    return float(layer.variance_z.sum()) / power if power else 0.0


def _signal_words(evidence: Evidence) -> str:
    return fill(
        "Fraction of the power of each layer's outputs that differs between samples: {layers}.",
        layers=_by_layer(_fractions(evidence.layers)),
    )


def _by_layer(values: Sequence[float]) -> str:
    listed = (
        fill("layer {layer}: {value}", layer=n, value=number(value)) for n, value in enumerate(values, 1)
    )
    return ", ".join(listed)


def _signal_numbers(evidence: Evidence) -> Table:
    compared = _compared(evidence)
    rows = tuple(
        (
            str(layer),
            found.layer.activation.facts.name,
            str(found.layer.units),
            number(_fraction(found)),
            number(float(found.mean_z.mean())),
            number(float(found.variance_z.mean()) ** 0.5),
            number(float(found.minimum_z.min())),
            number(float(found.maximum_z.max())),
            *(number(values[layer - 1]) for values in compared.values()),
        )
        for layer, found in enumerate(evidence.layers, 1)
    )
    columns = (
        N_("layer"),
        N_("activation"),
        N_("units"),
        N_("fraction that differs"),
        N_("mean"),
        N_("std"),
        N_("min"),
        N_("max"),
    )
    others = (fill("fraction that differs, {network}", network=name) for name in compared)
    return Table(fill("Outputs z of each layer"), (*map(fill, columns), *others), rows)


signal_picture = Picture(
    name="signal",
    heading=N_("Signal by layer"),
    shows=N_(
        "The fraction of each layer's output power that differs between samples. Where it is near 0, "
        "the next layer receives nearly the same input for every sample."
    ),
    draw=lambda evidence, figure: signal_flow(evidence, figure.subplots()),
    words=_signal_words,
    numbers=_signal_numbers,
    size=lambda _: (7.2, 2.6),
    missing=nothing_measured,
)


@captioned
def gradient_flow(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw the size of the loss's gradient by layer, on a logarithmic scale.

    One line is the root mean square of da over samples and units, with its range over the units; the other is the norm
    of dW of the mean loss. A gradient that is exactly 0 is written as such at the bottom.
    """
    evidence, ax = measured(source, gradient_picture.missing), drawn_on(ax)
    found = evidence.gradients or ()
    sizes = [layer.size_da for layer in found]
    norms = [layer.norm_dW for layer in found]
    log_line(ax, sizes, fill("da, root mean square"), color=BLUE)
    log_line(ax, norms, fill("dW of the mean loss, norm"), color=ORANGE, marker="s")
    low, high = np.array([_range(layer) for layer in found]).T
    layers = np.arange(1, len(found) + 1)
    label = fill("da, smallest to largest unit")
    ax.vlines(layers, low, high, color=BLUE, alpha=0.35, linewidth=5, label=label)
    log_scale(ax, [*sizes, *norms, *low, *high])
    over_layers(ax, len(found))
    ax.set_ylabel(fill("size of the gradient"))
    legend_above(ax)
    return ax


def _range(layer: GradientStatistics) -> tuple[float, float]:
    drawn = layer.rms_da[np.isfinite(layer.rms_da) & (layer.rms_da > 0)]
    return (float(drawn.min()), float(drawn.max())) if drawn.size else (np.nan, np.nan)


def _gradient_missing(evidence: Evidence) -> str | None:
    return nothing_measured(evidence) or (None if evidence.gradients else fill("gradients need y and a loss"))


def _gradient_words(evidence: Evidence) -> str:
    sizes = [layer.size_da for layer in evidence.gradients or ()]
    if len(sizes) == 1 or not sizes[-1]:
        return fill("Root mean square of the gradient da: {layers}.", layers=_by_layer(sizes))
    return fill(
        "Root mean square of the gradient da: {layers}. The first layer has {ratio} times that of the last layer.",
        layers=_by_layer(sizes),
        ratio=number(sizes[0] / sizes[-1]),
    )


def _gradient_numbers(evidence: Evidence) -> Table:
    rows = tuple(
        (
            str(layer),
            number(found.size_da),
            number(float(found.rms_da.min())),
            number(float(found.rms_da.max())),
            percent(float(found.zero_da.mean())),
            number(found.norm_dW),
            number(found.norm_W),
            number(found.norm_dW / found.norm_W if found.norm_W else None),
        )
        for layer, found in enumerate(evidence.gradients or (), 1)
    )
    columns = (
        *(N_("layer"), N_("da, root mean square"), N_("smallest unit"), N_("largest unit"), N_("exactly 0")),
        *(N_("norm of dW"), N_("norm of W"), N_("dW / W")),
    )
    return Table(fill("Gradient of the loss in each layer"), tuple(map(fill, columns)), rows)


gradient_picture = Picture(
    name="gradient",
    heading=N_("Gradient by layer"),
    shows=N_(
        "The size of the loss's gradient in each layer, on a logarithmic scale. Where it falls from the output "
        "(right) to the input (left), the first layers learn slower than the last."
    ),
    draw=lambda evidence, figure: gradient_flow(evidence, figure.subplots()),
    words=_gradient_words,
    numbers=_gradient_numbers,
    size=lambda _: (7.2, 3.0),
    missing=_gradient_missing,
)

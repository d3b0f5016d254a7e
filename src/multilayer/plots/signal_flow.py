"""How much of what a layer puts out depends on the sample at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from multilayer.plots.axes import log_line, log_scale, number, over_layers
from multilayer.plots.picture import Numbers, Picture, nothing_measured

if TYPE_CHECKING:
    from multilayer.diagnosis import Evidence
    from multilayer.diagnosis.evidence import LayerStatistics
    from multilayer.plots.figures import Axes

__all__ = ["picture", "signal_flow"]


def signal_flow(evidence: Evidence, ax: Axes) -> Axes:
    """Draw the share of each layer's output power that differs between samples, on a logarithmic scale.

    The share is 1 - sum of mean^2 / sum of E[z^2]; where it falls towards 0, all samples look alike to the next layer.
    Dashed, where they are known: the network before training, and a newly initialized one of the same shape.
    """
    varying = _varying(evidence.layers)
    lines = {"this network": varying}
    if evidence.start is not None:
        lines["before training"] = _varying(evidence.start)
    if evidence.reference is not None:
        lines["newly initialized"] = _varying(evidence.reference)
    for label, values in lines.items():
        style = {} if label == "this network" else {"linestyle": "--", "marker": ".", "linewidth": 1.0}
        log_line(ax, values, label, **style)
    log_scale(ax, [value for values in lines.values() for value in values] + [1.0, 0.3])
    ax.set_ylim(top=1.3)
    over_layers(ax, len(varying))
    ax.set_ylabel("share that differs\nbetween samples")
    if len(lines) > 1:
        ax.legend()
    return ax


def _varying(layers: Sequence[LayerStatistics]) -> list[float]:
    return [1.0 - layer.constant_share for layer in layers]


def _words(evidence: Evidence) -> str:
    shares = ", ".join(
        f"layer {layer}: {number(value)}" for layer, value in enumerate(_varying(evidence.layers), 1)
    )
    return f"Share of the power of each layer's outputs that differs between samples: {shares}."


def _numbers(evidence: Evidence) -> Numbers:
    rows = tuple(
        (
            str(layer),
            found.layer.activation.facts.name,
            str(found.layer.units),
            number(1.0 - found.constant_share),
            number(float(found.mean_z.mean())),
            number(float(found.variance_z.mean()) ** 0.5),
            number(float(found.least_z.min())),
            number(float(found.largest_z.max())),
        )
        for layer, found in enumerate(evidence.layers, 1)
    )
    columns = ("layer", "activation", "units", "share that differs", "mean", "deviation", "least", "largest")
    return Numbers("Outputs z of each layer", columns, rows)


picture = Picture(
    name="signal",
    heading="What is left of the signal",
    shows="The share of each layer's output power that differs between samples. Where it is near 0, the next layer is "
    "told the same of every sample.",
    draw=lambda evidence, figure: signal_flow(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=lambda _: (7.2, 2.6),
    missing=nothing_measured,
)

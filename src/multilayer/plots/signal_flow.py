"""How much of what a layer puts out depends on the sample at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from multilayer._base.table import Table
from multilayer.plots.axes import legend_above, log_line, log_scale, number, over_layers
from multilayer.plots.figures import drawn_on
from multilayer.plots.picture import Picture, measured, nothing_measured

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import LayerStatistics
    from multilayer.plots.figures import Axes

__all__ = ["picture", "signal_flow"]

_THIS = "this network"


def signal_flow(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw the share of each layer's output power that differs between samples, on a logarithmic scale.

    The share is sum of variance / sum of E[z^2]; where it falls towards 0, all samples look alike to the next layer.
    Dashed, where they are known: the network before training, and a newly initialized one of the same shape.
    """
    evidence, ax = measured(source, picture.missing), drawn_on(ax)
    lines = _lines(evidence)
    for place, (name, values) in enumerate(lines.items()):
        style = {"linestyle": ("--", ":")[place - 1], "marker": ".", "linewidth": 1.0} if place else {}
        log_line(ax, values, name, **style)
    log_scale(ax, [value for values in lines.values() for value in values] + [1.0, 0.3])
    ax.set_ylim(top=1.3)
    over_layers(ax, len(evidence.layers))
    ax.set_ylabel("share that differs\nbetween samples")
    if len(lines) > 1:
        legend_above(ax)
    return ax


def _lines(evidence: Evidence) -> dict[str, list[float]]:
    """Return the shares by layer of this network, and of those it can be compared with."""
    networks = {
        _THIS: evidence.layers,
        "before training": evidence.start,
        "newly initialized": evidence.reference,
    }
    return {name: _varying(layers) for name, layers in networks.items() if layers is not None}


def _varying(layers: Sequence[LayerStatistics]) -> list[float]:
    return [_share(layer) for layer in layers]


def _share(layer: LayerStatistics) -> float:
    # 1 - constant_share, from the variance: a share far below 1e-16 is told as well.
    power = float(layer.mean_square_z.sum())
    return float(layer.variance_z.sum()) / power if power else 0.0


def _words(evidence: Evidence) -> str:
    shares = ", ".join(
        f"layer {layer}: {number(value)}" for layer, value in enumerate(_varying(evidence.layers), 1)
    )
    return f"Share of the power of each layer's outputs that differs between samples: {shares}."


def _numbers(evidence: Evidence) -> Table:
    compared = {name: values for name, values in _lines(evidence).items() if name != _THIS}
    rows = tuple(
        (
            str(layer),
            found.layer.activation.facts.name,
            str(found.layer.units),
            number(_share(found)),
            number(float(found.mean_z.mean())),
            number(float(found.variance_z.mean()) ** 0.5),
            number(float(found.least_z.min())),
            number(float(found.largest_z.max())),
            *(number(values[layer - 1]) for values in compared.values()),
        )
        for layer, found in enumerate(evidence.layers, 1)
    )
    columns = (
        *("layer", "activation", "units", "share that differs", "mean", "deviation", "least", "largest"),
        *(f"share that differs {name}" for name in compared),
    )
    return Table("Outputs z of each layer", columns, rows)


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

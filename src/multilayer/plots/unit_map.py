"""Every unit of the network as a cell: how often it is saturated, and whether it is dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from multilayer._base.table import Table
from multilayer._base.text import fill, percent
from multilayer._base.translation import N_
from multilayer.plots.figures import Picture, drawn_on, legend_above, measured, nothing_measured
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import Integers, LayerStatistics
    from multilayer.plots.figures import Axes

__all__ = ["picture", "unit_map"]

_NEVER, _ALWAYS, _DEAD = np.array([205, 217, 230]), np.array([24, 78, 140]), np.array([214, 64, 52])
_PIXELS = 10  # of a cell, one of them for the gap to the next
_NAMED = 12


@captioned
def unit_map(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw each unit as a cell, layers below one another, the units of a layer in reading order.

    The darker a cell, the larger the fraction of samples on which the unit is saturated; red cells are dead: their
    derivative is 0 on every sample. Layers whose activation works along an axis are left out.
    """
    evidence, ax = measured(source, picture.missing), drawn_on(ax)
    width = _width(evidence)
    blocks, labels, row = [], [], 0
    for number, layer in _layers(evidence):
        block = _cells(layer, width)
        labels.append((row + block.shape[0] / 2, number))
        blocks += [block, np.zeros((1, width, 4), np.uint8)]
        row += block.shape[0] + 1
    cells = np.concatenate(blocks[:-1])
    pixels = cells.repeat(_PIXELS, axis=0).repeat(_PIXELS, axis=1)
    pixels[_PIXELS - 1 :: _PIXELS] = 0
    pixels[:, _PIXELS - 1 :: _PIXELS] = 0
    height = cells.shape[0]
    ax.imshow(pixels, extent=(0, width, height, 0), interpolation="none", aspect="equal")
    ax.set_yticks(
        [place for place, _ in labels], [fill("layer {layer}", layer=number) for _, number in labels]
    )
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    for colour, label in (
        (_NEVER, N_("never saturated")),
        (_ALWAYS, N_("always saturated")),
        (_DEAD, N_("dead")),
    ):
        ax.plot([], [], "s", color=colour / 255, markersize=7, label=fill(label))
    legend_above(ax, left=True, borderaxespad=0.2, handletextpad=0.2)
    return ax


def _layers(evidence: Evidence) -> list[tuple[int, LayerStatistics]]:
    return [(n, layer) for n, layer in enumerate(evidence.layers, 1) if layer.saturated is not None]


def _width(evidence: Evidence) -> int:
    widest = max(layer.layer.units for _, layer in _layers(evidence))
    return 40 if widest <= 200 else 80


def _cells(layer: LayerStatistics, width: int) -> NDArray[np.uint8]:
    """Return colours of shape (rows, width, 4), transparent beyond the last unit."""
    fraction = _saturated(layer)[:, np.newaxis] / layer.samples
    colours = _NEVER + fraction * (_ALWAYS - _NEVER)
    colours[_dead(layer)] = _DEAD
    cells = np.zeros((-(-layer.layer.units // width) * width, 4), np.uint8)
    cells[: layer.layer.units, :3] = colours.round()
    cells[: layer.layer.units, 3] = 255
    return cells.reshape(-1, width, 4)


def _saturated(layer: LayerStatistics) -> Integers:
    assert layer.saturated is not None  # noqa: S101  (_layers chose)
    return layer.saturated


def _dead(layer: LayerStatistics) -> NDArray[np.bool_]:
    return np.zeros(layer.layer.units, bool) if layer.active is None else layer.active == 0


def _mostly(layer: LayerStatistics) -> NDArray[np.bool_]:
    return (_saturated(layer) > 0.5 * layer.samples) & ~_dead(layer)


def _size(evidence: Evidence) -> tuple[float, float]:
    width = _width(evidence)
    rows = sum(-(-layer.layer.units // width) + 1 for _, layer in _layers(evidence)) - 1
    return 7.2, 0.45 + 6.3 * rows / width


def _missing(evidence: Evidence) -> str | None:
    return nothing_measured(evidence) or (
        None if _layers(evidence) else fill("every activation works along an axis")
    )


def _words(evidence: Evidence) -> str:
    sentences, fine = [], []
    for number, layer in _layers(evidence):
        dead, mostly = int(_dead(layer).sum()), int(_mostly(layer).sum())
        if dead or mostly:
            template = N_(
                "Of the {units} units of layer {layer}, {dead} are dead and {saturated} others are saturated on most "
                "samples."
            )
            sentences.append(
                fill(template, units=layer.layer.units, layer=number, dead=dead, saturated=mostly)
            )
        else:
            fine.append(str(number))
    if fine:
        template = N_("No unit is dead, or saturated on most samples, in layer {layers}.")
        sentences.append(fill(template, layers=", ".join(fine)))
    return " ".join(sentences)


def _numbers(evidence: Evidence) -> Table:
    rows = tuple(
        (
            str(number),
            str(layer.layer.units),
            str(_dead(layer).sum()),
            _listed(_dead(layer)),
            str(_mostly(layer).sum()),
            _listed(_mostly(layer)),
            percent(float(_saturated(layer).mean()) / layer.samples),
        )
        for number, layer in _layers(evidence)
    )
    columns = (
        *(N_("layer"), N_("units"), N_("dead"), N_("which"), N_("saturated on most samples"), N_("which")),
        N_("saturated, mean over units"),
    )
    return Table(fill("Dead and saturated units of each layer"), tuple(map(fill, columns)), rows)


def _listed(chosen: NDArray[np.bool_]) -> str:
    units = (np.flatnonzero(chosen) + 1).tolist()
    listed = ", ".join(map(str, units[:_NAMED])) or "–"
    if len(units) <= _NAMED:
        return listed
    return fill("{units} and {count} more", units=listed, count=len(units) - _NAMED)


picture = Picture(
    name="units",
    heading=N_("Dead and saturated units"),
    shows=N_(
        "Each cell is a unit, in reading order. The darker it is, the larger the fraction of samples on which it "
        "is saturated; red units are dead: their derivative is 0 on every sample."
    ),
    draw=lambda evidence, figure: unit_map(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=_size,
    missing=_missing,
)

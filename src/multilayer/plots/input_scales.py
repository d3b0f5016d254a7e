"""The scales of the inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.plots.figures import (
    BLUE,
    GREY,
    ORANGE,
    Picture,
    drawn_on,
    label,
    legend_above,
    measured,
    number,
)
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import InputStatistics
    from multilayer.plots.figures import Axes

__all__ = ["input_scales", "picture"]

_LABELS = (N_("minimum to maximum"), N_("mean ± standard deviation"), N_("mean"))
_NAMED = 24
_ONE_COLUMN = N_("One column: values from {min} to {max}, standard deviation {std_max}.")
_COLUMNS = N_(
    "{columns} columns: values from {min} to {max}; standard deviations from {std_min} ({narrow}) to {std_max} "
    "({wide})."
)
_LONGEST_NAME = 24
_ROWS = 200
_DRAWN = 1e300


@captioned
def input_scales(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw the range, the mean and the standard deviation of each column of X.

    A column is a row with its name; more than 24 columns are drawn as a profile. The scale is
    linear up to the smallest standard deviation and logarithmic beyond where the columns differ a hundredfold.
    """
    evidence, ax = measured(source, picture.missing), drawn_on(ax)
    if evidence.inputs.mean.size <= _NAMED:
        _by_name(evidence, ax)
    else:
        _profile(evidence, ax)
    return ax


def _by_name(evidence: Evidence, ax: Axes) -> None:
    inputs, names = _drawable(evidence.inputs), _names(evidence)
    rows = np.arange(len(names))
    range_label, std_label, mean_label = map(fill, _LABELS)
    ax.hlines(rows, inputs.minimum, inputs.maximum, color=BLUE, alpha=0.4, linewidth=2, label=range_label)
    low, high = inputs.mean - inputs.std, inputs.mean + inputs.std
    ax.hlines(rows, low, high, color=BLUE, linewidth=6, label=std_label)
    ax.plot(inputs.mean, rows, "o", color=ORANGE, markersize=5, label=mean_label)
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.set_yticks(rows, [label(name, _LONGEST_NAME) for name in names], parse_math=False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    _scale(ax, "x", evidence)
    legend_above(ax)


def _profile(evidence: Evidence, ax: Axes) -> None:
    inputs = _drawable(evidence.inputs)
    columns = np.arange(1, inputs.mean.size + 1)
    low, high = inputs.mean - inputs.std, inputs.mean + inputs.std
    ax.fill_between(columns, inputs.minimum, inputs.maximum, step="mid", color=BLUE, alpha=0.25, linewidth=0)
    ax.fill_between(columns, low, high, step="mid", color=BLUE, alpha=0.6, linewidth=0)
    ax.step(columns, inputs.mean, where="mid", color=ORANGE, linewidth=1.0)
    for name, colour, alpha in zip(_LABELS, (BLUE, BLUE, ORANGE), (0.25, 0.6, 1.0), strict=True):
        ax.fill_between([], [], color=colour, alpha=alpha, label=fill(name))
    ax.set_xlim(0.5, columns.size + 0.5)
    ax.set_xlabel(fill("column of X"))
    _scale(ax, "y", evidence)
    legend_above(ax)


def _drawable(inputs: InputStatistics) -> InputStatistics:
    """Return the statistics within the numbers that matplotlib can multiply by lengths in pixels."""
    names = ("mean", "std", "minimum", "maximum")
    return replace(inputs, **{name: np.clip(getattr(inputs, name), -_DRAWN, _DRAWN) for name in names})


def _scale(ax: Axes, axis: Any, evidence: Evidence) -> None:
    linear = _linear_up_to(evidence)
    if linear is None:
        return
    (ax.set_xscale if axis == "x" else ax.set_yscale)("symlog", linthresh=linear)
    along = ax.xaxis if axis == "x" else ax.yaxis
    along.set_major_formatter(lambda value, _: f"{value:g}")


def _linear_up_to(evidence: Evidence) -> float | None:
    """Return the end of the linear part of a logarithmic scale, or None for a linear one."""
    inputs = evidence.inputs
    sizes = np.minimum(np.maximum(np.abs(inputs.minimum), np.abs(inputs.maximum)), _DRAWN)
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not sizes.size or sizes.max() <= 100 * sizes.min():
        return None
    return float(10 ** np.floor(np.log10(max(sizes.min(), sizes.max() * 1e-8))))


def _names(evidence: Evidence) -> tuple[str, ...]:
    return evidence.network.input_names or tuple(
        fill("column {number}", number=n) for n in range(1, evidence.inputs.mean.size + 1)
    )


def _size(evidence: Evidence) -> tuple[float, float]:
    count = evidence.inputs.mean.size
    return (7.2, 0.8 + 0.24 * count) if count <= _NAMED else (7.2, 2.8)


def _words(evidence: Evidence) -> str:
    inputs = evidence.inputs
    std, names = inputs.std, _names(evidence)
    narrow, wide = int(std.argmin()), int(std.argmax())
    return fill(
        _ONE_COLUMN if std.size == 1 else _COLUMNS,
        columns=std.size,
        min=number(float(inputs.minimum.min())),
        max=number(float(inputs.maximum.max())),
        std_min=number(float(std[narrow])),
        std_max=number(float(std[wide])),
        narrow=names[narrow],
        wide=names[wide],
    )


def _numbers(evidence: Evidence) -> Table:
    inputs = evidence.inputs
    columns = {
        fill("mean"): inputs.mean,
        fill("std"): inputs.std,
        fill("min"): inputs.minimum,
        fill("max"): inputs.maximum,
    }
    if inputs.target_correlation is not None:
        columns[fill("correlation with a target")] = inputs.target_correlation
    names = _names(evidence)
    shown = range(min(len(names), _ROWS))
    rows = tuple((names[j], *(number(float(column[j])) for column in columns.values())) for j in shown)
    template = (
        N_("The columns of X (the first {shown} of {count})")
        if len(names) > _ROWS
        else N_("The columns of X")
    )
    return Table(fill(template, shown=_ROWS, count=len(names)), (fill("column"), *columns), rows)


picture = Picture(
    name="inputs",
    heading=N_("The scales of the inputs"),
    shows=N_(
        "The range, the mean and the standard deviation of each column of X. A network learns best "
        "from columns with mean 0 and standard deviation 1."
    ),
    draw=lambda evidence, figure: input_scales(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=_size,
)

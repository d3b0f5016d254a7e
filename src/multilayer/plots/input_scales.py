"""On what scales the inputs come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from multilayer._base.table import Table
from multilayer.plots.axes import label, legend_above, number
from multilayer.plots.figures import BLUE, GREY, ORANGE, drawn_on
from multilayer.plots.picture import Picture, measured

if TYPE_CHECKING:
    from multilayer.diagnosis import Diagnosis, Evidence
    from multilayer.diagnosis.evidence import InputStatistics
    from multilayer.plots.figures import Axes

__all__ = ["input_scales", "picture"]

_NAMED = 24
_LONGEST_NAME = 24
_ROWS = 200
_DRAWN = 1e300


def input_scales(source: Diagnosis | Evidence, ax: Axes | None = None) -> Axes:
    """Draw of each column of X the span from least to largest, and mean and standard deviation.

    A column is a row with its name; of more than 24 columns the profile over all of them is drawn. The scale is
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
    ax.hlines(
        rows, inputs.least, inputs.largest, color=BLUE, alpha=0.4, linewidth=2, label="least to largest"
    )
    low, high = inputs.mean - inputs.standard_deviation, inputs.mean + inputs.standard_deviation
    ax.hlines(rows, low, high, color=BLUE, linewidth=6, label="mean ± standard deviation")
    ax.plot(inputs.mean, rows, "o", color=ORANGE, markersize=5, label="mean")
    ax.axvline(0, color=GREY, linewidth=0.8, zorder=0)
    ax.set_yticks(rows, [label(name, _LONGEST_NAME) for name in names], parse_math=False)
    ax.set_ylim(len(names) - 0.4, -0.6)
    _scale(ax, "x", evidence)
    legend_above(ax)


def _profile(evidence: Evidence, ax: Axes) -> None:
    inputs = _drawable(evidence.inputs)
    columns = np.arange(1, inputs.mean.size + 1)
    low, high = inputs.mean - inputs.standard_deviation, inputs.mean + inputs.standard_deviation
    ax.fill_between(columns, inputs.least, inputs.largest, step="mid", color=BLUE, alpha=0.25, linewidth=0)
    ax.fill_between(columns, low, high, step="mid", color=BLUE, alpha=0.6, linewidth=0)
    ax.step(columns, inputs.mean, where="mid", color=ORANGE, linewidth=1.0)
    for said, colour, alpha in _LEGEND:
        ax.fill_between([], [], color=colour, alpha=alpha, label=said)
    ax.set_xlim(0.5, columns.size + 0.5)
    ax.set_xlabel("column of X")
    _scale(ax, "y", evidence)
    legend_above(ax)


_LEGEND = (("least to largest", BLUE, 0.25), ("mean ± standard deviation", BLUE, 0.6), ("mean", ORANGE, 1.0))


def _drawable(inputs: InputStatistics) -> InputStatistics:
    """Return the statistics with numbers that a picture has room for: it multiplies them by lengths in pixels."""
    names = ("mean", "standard_deviation", "least", "largest")
    return replace(inputs, **{name: np.clip(getattr(inputs, name), -_DRAWN, _DRAWN) for name in names})


def _scale(ax: Axes, axis: Any, evidence: Evidence) -> None:
    linear = _linear_up_to(evidence)
    if linear is None:
        return
    (ax.set_xscale if axis == "x" else ax.set_yscale)("symlog", linthresh=linear)
    along = ax.xaxis if axis == "x" else ax.yaxis
    along.set_major_formatter(lambda value, _: f"{value:g}")


def _linear_up_to(evidence: Evidence) -> float | None:
    """Return where a logarithmic scale begins, or None for a linear one."""
    inputs = evidence.inputs
    sizes = np.minimum(np.maximum(np.abs(inputs.least), np.abs(inputs.largest)), _DRAWN)
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not sizes.size or sizes.max() <= 100 * sizes.min():
        return None
    return float(10 ** np.floor(np.log10(max(sizes.min(), sizes.max() * 1e-8))))


def _names(evidence: Evidence) -> tuple[str, ...]:
    return evidence.network.inputs or tuple(f"column {n}" for n in range(1, evidence.inputs.mean.size + 1))


def _size(evidence: Evidence) -> tuple[float, float]:
    count = evidence.inputs.mean.size
    return (7.2, 0.8 + 0.24 * count) if count <= _NAMED else (7.2, 2.8)


def _words(evidence: Evidence) -> str:
    inputs = evidence.inputs
    deviation, names = inputs.standard_deviation, _names(evidence)
    narrow, wide = int(deviation.argmin()), int(deviation.argmax())
    span = f"values go from {number(float(inputs.least.min()))} to {number(float(inputs.largest.max()))}"
    if deviation.size == 1:
        return f"One column: {span}, standard deviation {number(float(deviation[0]))}."
    return (
        f"{deviation.size} columns: {span}; standard deviations from {number(float(deviation[narrow]))} "
        f"({names[narrow]}) to {number(float(deviation[wide]))} ({names[wide]})."
    )


def _numbers(evidence: Evidence) -> Table:
    inputs = evidence.inputs
    columns = {
        "mean": inputs.mean,
        "deviation": inputs.standard_deviation,
        "least": inputs.least,
        "largest": inputs.largest,
    }
    if inputs.target_correlation is not None:
        columns["correlation with a target"] = inputs.target_correlation
    names = _names(evidence)
    shown = range(min(len(names), _ROWS))
    rows = tuple((names[j], *(number(float(column[j])) for column in columns.values())) for j in shown)
    more = f" (the first {_ROWS} of {len(names)})" if len(names) > _ROWS else ""
    return Table(f"The columns of X{more}", ("column", *columns), rows)


picture = Picture(
    name="inputs",
    heading="The scales of the inputs",
    shows="Each column of X: its span, and mean and standard deviation. A network learns best from columns with mean 0 "
    "and standard deviation 1.",
    draw=lambda evidence, figure: input_scales(evidence, figure.subplots()),
    words=_words,
    numbers=_numbers,
    size=_size,
)

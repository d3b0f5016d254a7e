"""What matters to a model: importances, effects of a column, and what adds up to the prediction of a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer._base.translation import translated
from multilayer.plots.figures import BLUE, ORANGE, drawn_on, label, legend_above
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.plots.figures import Axes
    from multilayer.tables import Explanation

__all__ = ["column_effect", "importances", "row_contributions"]

_MOST = 20
_LONGEST_NAME = 24
_MOST_LINES = 6


@captioned
def importances(explanation: Explanation, ax: Axes | None = None) -> Axes:
    """Draw how much worse the score becomes when a column is shuffled, with the spread; the 20 largest.

    Raises
    ------
    InputError
        When the table had no target, so that there are none.
    """
    if not explanation.importances:
        raise InputError("there is nothing to draw: the table had no target, so importances are not measured")
    ax, found = drawn_on(ax), explanation.importances[:_MOST]
    places = np.arange(len(found))
    ax.barh(places, [one.mean for one in found], xerr=[one.spread for one in found], color=BLUE, height=0.6)
    ax.set_yticks(places, [label(one.column, _LONGEST_NAME) for one in found], parse_math=False)
    ax.set_ylim(len(found) - 0.4, -0.6)
    ax.set_xlabel(
        fill("how much worse {score} becomes without the column", score=translated(explanation.score))
    )
    return ax


@captioned
def column_effect(explanation: Explanation, column: str, ax: Axes | None = None) -> Axes:
    """Draw the mean prediction when a column has one value in all rows: its partial dependence.

    Of two classes the probability of the second is drawn, of more that of the first six.

    Raises
    ------
    InputError
        When there is no such column.
    """
    one = next((one for one in explanation.dependences if one.column == column), None)
    if one is None:
        raise InputError("the explanation has no column {column!r}", column=column)
    ax, classes = drawn_on(ax), explanation.classes
    chosen = [1] if len(classes) == 2 else list(range(min(_MOST_LINES, len(classes))))
    lines = (
        [one.predictions] if not classes else [one.predictions[:, number] for number in chosen if one.values]
    )
    numbers = one.kind == "number"
    x = np.array(one.values, np.float64) if numbers else np.arange(len(one.values))
    for place, line in enumerate(lines):
        name = label(str(classes[chosen[place]]), _LONGEST_NAME) if classes else ""
        ax.plot(x, line, "o-" if numbers else "o", label=name)
    if not numbers:
        texts = [label(str(value), _LONGEST_NAME) for value in one.values]
        ax.set_xticks(x, texts, rotation=90 if len(texts) > 6 else 0, parse_math=False)
    ax.set_xlabel(label(column, 2 * _LONGEST_NAME), parse_math=False)
    target = label(explanation.target, _LONGEST_NAME)
    if len(classes) == 2:
        ax.set_ylabel(
            fill("{target} is {label}", target=target, label=label(str(classes[1]), 12)), parse_math=False
        )
    else:
        ax.set_ylabel(target, parse_math=False)
    if len(lines) > 1:
        legend_above(ax)
    return ax


@captioned
def row_contributions(explanation: Explanation, row: int = 1, ax: Axes | None = None) -> Axes:
    """Draw what each column adds to the prediction of a row, the largest first, from the base to the prediction.

    Parameters
    ----------
    explanation : Explanation
    row : int
        The number of the row, from 1 as in the table.
    ax : axes, optional

    Raises
    ------
    InputError
        When this row is not explained.
    """
    found = explanation.attributions
    if row not in found.rows:
        raise InputError(
            "row {row!r} is not explained; expected one of the first {rows} rows",
            row=row,
            rows=len(found.rows),
        )
    place = found.rows.index(row)
    ax, values = drawn_on(ax), found.values[place]
    order = np.argsort(-np.abs(values), kind="stable")[:_MOST]
    ends = found.base[place] + np.cumsum(values[order])
    starts = ends - values[order]
    places = np.arange(len(order))
    colours = [BLUE if value >= 0 else ORANGE for value in values[order]]
    ax.barh(places, values[order], left=starts, color=colours, height=0.6)
    ax.axvline(found.base[place], color=ORANGE, linewidth=0.8, linestyle=":", label=fill("base"))
    ax.axvline(found.prediction[place], color=BLUE, linewidth=0.8, linestyle="--", label=fill("prediction"))
    ax.set_yticks(places, [label(found.columns[n], _LONGEST_NAME) for n in order], parse_math=False)
    ax.set_ylim(len(order) - 0.4, -0.6)
    legend_above(ax)
    return ax

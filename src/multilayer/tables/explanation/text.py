"""An explanation as text and as HTML for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from multilayer._base.table import Table, to_html
from multilayer._base.text import fill, html_text, one_line
from multilayer._base.translation import translated

if TYPE_CHECKING:
    from multilayer.tables.explanation.explanation import Explanation
    from multilayer.tables.explanation.importance import Dependence

__all__ = ["attribution_table", "dependence_table", "html_of", "importance_table", "text_of"]

_COLUMNS = 8
_CLASSES = 4
_LONGEST = 24


def importance_table(explanation: Explanation) -> Table:
    """Return the importance of each column."""
    caption = fill(
        "How much worse {score} becomes when a column is shuffled", score=translated(explanation.score)
    )
    heads = (fill("column"), fill("importance"), fill("spread"))
    rows = tuple(
        (_short(one.column), f"{one.mean:.4g}", f"{one.spread:.2g}") for one in explanation.importances
    )
    return Table(caption, heads, rows, frozenset({0}))


def dependence_table(explanation: Explanation, one: Dependence) -> Table:
    """Return the mean prediction for each value of a column; of two classes the second."""
    predictions = one.predictions
    names: tuple[str, ...] = (_short(explanation.target),)
    if explanation.classes:
        chosen = (
            [1] if len(explanation.classes) == 2 else list(range(min(_CLASSES, len(explanation.classes))))
        )
        names = tuple(
            fill(
                "{target} is {label}",
                target=_short(explanation.target),
                label=_short(str(explanation.classes[n])),
            )
            for n in chosen
        )
        predictions = predictions[:, chosen] if len(predictions) else predictions.reshape(0, len(chosen))
    rows = tuple(
        (
            f"{value:.6g}" if isinstance(value, float) else _short(str(value)),
            *(f"{p:.4g}" for p in np.atleast_1d(found)),
        )
        for value, found in zip(one.values, predictions, strict=True)
    )
    caption = fill("The mean prediction when {column} has one value in all rows", column=_short(one.column))
    return Table(caption, (_short(one.column), *names), rows)


def attribution_table(explanation: Explanation) -> Table:
    """Return what each column adds to the prediction of each row, those that add little together."""
    found = explanation.attributions
    order = np.argsort(
        -np.abs(found.values).mean(axis=0) if len(found.rows) else np.zeros(len(found.columns))
    )
    first, others = order[:_COLUMNS], order[_COLUMNS:]
    rest = (fill("{count} others", count=len(others)),) if len(others) else ()
    heads = (
        fill("row"),
        *((fill("class"),) if explanation.classes else ()),
        fill("prediction"),
        fill("base"),
        *(_short(found.columns[n]) for n in first),
        *rest,
        fill("error"),
    )
    rows = tuple(
        (
            str(number),
            *((_short(str(found.classes[place])),) if explanation.classes else ()),
            f"{found.prediction[place]:.4g}",
            f"{found.base[place]:.4g}",
            *(f"{found.values[place, n]:+.3g}" for n in first),
            *((f"{found.values[place, others].sum():+.3g}",) if len(others) else ()),
            f"{found.error[place]:.1g}",
        )
        for place, number in enumerate(found.rows)
    )
    caption = fill(
        "What each column adds to the prediction of a row (integrated gradients): base + all = prediction, "
        "to within the error"
    )
    return Table(caption, heads, rows)


def _tables(explanation: Explanation) -> Iterator[Table]:
    if explanation.importances:
        yield importance_table(explanation)
    if explanation.attributions.rows:
        yield attribution_table(explanation)
    rank = {one.column: place for place, one in enumerate(explanation.importances)}
    for one in sorted(explanation.dependences, key=lambda one: rank.get(one.column, 0))[:_COLUMNS]:
        yield dependence_table(explanation, one)


def text_of(explanation: Explanation) -> str:
    """Return the tables one below the other, of dependences the first eight."""
    notes = (fill("Note: {note}.", note=note) for note in explanation.notes)
    return "\n\n".join([*(one.text() for one in _tables(explanation)), *notes])


def html_of(explanation: Explanation) -> str:
    """Return the same as an element for a notebook."""
    notes = "".join(f"<p>{html_text(note)}</p>" for note in explanation.notes)
    return f"<div>{to_html(_tables(explanation))}{notes}</div>"


def _short(text: str) -> str:
    return one_line(text, _LONGEST)

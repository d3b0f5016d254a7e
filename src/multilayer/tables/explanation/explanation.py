"""What matters to a model: columns by permutation importance, their effect, and each row's prediction by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base import random, strict_json
from multilayer._base.errors import InputError
from multilayer._base.fields import Limits
from multilayer._base.text import fill, percent, quoted
from multilayer._base.translation import N_
from multilayer.tables.columns import Columns
from multilayer.tables.conform import conform
from multilayer.tables.evaluation.scores import main_score
from multilayer.tables.explanation.attribution import Attributions, attributions
from multilayer.tables.explanation.importance import Dependence, Importance, dependences, importances
from multilayer.tables.explanation.text import html_of, text_of
from multilayer.tables.frames import columns_of
from multilayer.tables.model import Model
from multilayer.tables.suspicions import KnownRows

__all__ = ["Explanation", "explain"]

_ROWS_SHUFFLED, _ROWS_OF_DEPENDENCE = 5_000, 500
_REPEATS = Limits(minimum=1, maximum=1000, integer=True)
_ROWS = Limits(minimum=0, maximum=100_000, integer=True)


_SEEN = N_(
    "the model was trained on {seen:,} of these {rows:,} rows ({share}): importances may be different on new rows"
)
_SEEN_ABOUT = N_(
    "the model was trained on about {share} of these {rows:,} rows: importances may be different on new rows"
)


@dataclass(frozen=True, eq=False, repr=False)
class Explanation:
    """What matters to a model; printable, shown as HTML in a notebook, `to_json` for programs."""

    target: str
    classes: tuple[Any, ...]
    score: str
    """That importances are drops of."""
    importances: tuple[Importance, ...]
    """The most important column first; none where the table has no target."""
    dependences: tuple[Dependence, ...]
    attributions: Attributions
    notes: tuple[str, ...]

    def to_json(self) -> bytes:
        """Return all of it as JSON."""
        return strict_json.to_json(self)

    def __repr__(self) -> str:
        return text_of(self)

    def _repr_html_(self) -> str:
        return html_of(self)


def explain(
    model: Model, table: Any, *, rows: int = 20, repeats: int = 5, rng: random.Seed = 0
) -> Explanation:
    """Return what matters to a model.

    - **Permutation importance**: how much worse its main score (AUC, log-loss or RMSE) becomes when the values of a
      column are shuffled, with the spread over shufflings. Of two equal columns each may have little.
    - **Partial dependence**: the mean prediction when a column has one value in all rows.
    - **Integrated gradients**: how much each column adds to the prediction of a row, beside the mean encoded row. The
      sum of all is exact, and the error is shown.

    Parameters
    ----------
    model : Model
    table : Columns, data frame, or mapping from names to arrays
        With the target's column there are importances, without it there are none.
    rows : int
        Of the first rows predictions are explained.
    repeats : int
        Shufflings of each column.
    rng : int or Generator
        For the shufflings, and for samples: of more than 5,000 rows as many are shuffled, and 500 make dependences.

    Raises
    ------
    InputError
        When a column is missing, or the table has no rows.
    """
    generator = random.generator(rng)
    if not isinstance(generator, np.random.Generator):
        raise InputError("rng must be a seed or a numpy Generator; got a RandomState")
    rows, repeats = _ROWS.checked("rows", rows), _REPEATS.checked("repeats", repeats)
    given, target = columns_of(table), model.target
    columns = conform(given, model.encoder.schema)
    if not columns.rows:
        raise InputError("the table has no rows; expected one or more to explain")
    score, found, notes = main_score(len(target.classes)), [], []
    if target.name in given:
        y = target.unscaled(target.encode(given[target.name]))
        some = _sample(columns.rows, _ROWS_SHUFFLED, generator)
        found = list(importances(model, columns.take(some), y[some], score, repeats, generator))
        found.sort(key=lambda one: -one.mean)
        notes += _of_training(KnownRows.kept_by(model.record), columns, y)
    else:
        notes.append(
            fill(
                "the table has no column {target}, so importances are not measured",
                target=quoted(target.name),
            )
        )
    some = _sample(columns.rows, _ROWS_OF_DEPENDENCE, generator)
    return Explanation(
        target.name,
        target.classes,
        score.name,
        tuple(found),
        tuple(dependences(model, columns.take(some))),
        attributions(model, columns, np.arange(min(rows, columns.rows))),
        tuple(notes),
    )


def _of_training(known: KnownRows | None, columns: Columns, y: NDArray[Any]) -> list[str]:
    """Return a note where the model was trained on some of the rows."""
    seen = None if known is None else known.seen(columns, y)
    if seen is None:
        return []
    template = _SEEN_ABOUT if seen.is_estimate else _SEEN
    return [fill(template, seen=seen.count, rows=seen.rows, share=percent(round(seen.share, 3)))]


def _sample(rows: int, most: int, rng: np.random.Generator) -> Any:
    return slice(None) if rows <= most else np.sort(rng.choice(rows, most, replace=False))

"""An evaluation as text and as HTML for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from multilayer._base.table import Table, matrix_table
from multilayer._base.text import fill, html_text, one_line, percent
from multilayer._base.translation import translated
from multilayer._base.width import wrapped

if TYPE_CHECKING:
    from multilayer.tables.evaluation.result import Evaluation

__all__ = ["confusion_table", "html_of", "lines_of", "score_table", "text_of"]

_WIDTH = 100
_LONGEST_CLASS = 24


def score_table(evaluation: Evaluation) -> Table:
    """Return the scores of the model and of the baselines."""
    names = tuple(evaluation.scores[0].figures)
    rows = tuple(
        (one_line(translated(scored.name)), *(str(scored.figures[name]) for name in names))
        for scored in evaluation.scores
    )
    caption = fill("Scores on {rows:,} rows, with 90 % intervals", rows=evaluation.rows)
    return Table(caption, ("", *map(translated, names)), rows, frozenset({0}))


def confusion_table(evaluation: Evaluation) -> Table | None:
    """Return the confusion matrix; None for numbers."""
    counts = evaluation.confusion
    if counts is None:
        return None
    names = [one_line(str(name), _LONGEST_CLASS) for name in evaluation.classes]
    return matrix_table(
        fill("Rows by true class (down) and predicted class (across)"),
        counts.shape,
        lambda true, predicted: f"{counts[true, predicted]:,}",
        names,
        lambda true: names[true],
    )


def lines_of(evaluation: Evaluation) -> Iterator[str]:
    """Yield calibration and coverage, in sentences."""
    if evaluation.calibration_error is not None:
        yield fill(
            "Its probabilities are off by {error:.3f} on average (expected calibration error; perfect ones would have "
            "{chance:.3f} on as many rows).",
            error=evaluation.calibration_error,
            chance=evaluation.calibration_error_by_chance,
        )
    coverage = evaluation.coverage
    if coverage is not None:
        yield fill(
            "Sets that should hold the class in {asked} of the rows do so in {found} ({low} to {high}), with "
            "{size:.2f} classes on average."
            if evaluation.classes
            else "Intervals that should hold {asked} of the rows hold {found} ({low} to {high}), and are {size:.4g} "
            "wide on average.",
            asked=percent(coverage.asked),
            found=percent(coverage.found.value),
            low=percent(coverage.found.low),
            high=percent(coverage.found.high),
            size=coverage.size,
        )


def text_of(evaluation: Evaluation) -> str:
    """Return the verdict, what is suspicious, the scores and the rest, as lines."""
    blocks = [_wrapped(evaluation.verdict)]
    blocks += [
        _wrapped(fill("Suspicious ({name}): {sentence}.", name=one.name, sentence=one.sentence))
        for one in evaluation.suspicions
    ]
    blocks.append(score_table(evaluation).text())
    confusion = confusion_table(evaluation)
    if confusion is not None:
        blocks.append(confusion.text())
    blocks += map(_wrapped, lines_of(evaluation))
    blocks += [_wrapped(fill("Note: {note}.", note=note)) for note in evaluation.notes]
    return "\n\n".join(blocks)


def html_of(evaluation: Evaluation) -> str:
    """Return the same as an element for a notebook."""
    suspicions = "".join(f"<li>{html_text(str(one))}</li>" for one in evaluation.suspicions)
    confusion = confusion_table(evaluation)
    parts = [
        f"<p><strong>{html_text(evaluation.verdict)}</strong></p>",
        f"<ul>{suspicions}</ul>" if suspicions else "",
        score_table(evaluation).html(),
        "" if confusion is None else confusion.html(),
        *(f"<p>{html_text(text)}</p>" for text in (*lines_of(evaluation), *evaluation.notes)),
    ]
    return f"<div>{''.join(parts)}</div>"


def _wrapped(text: str) -> str:
    return "\n".join(wrapped(one_line(text, 4000), _WIDTH))

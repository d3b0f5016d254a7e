"""The pages of a model of tables: what it is worth, and what matters to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from multilayer._base.text import fill, one_line
from multilayer._base.translation import translated
from multilayer.plots.evaluation import model_scores
from multilayer.plots.explanation import column_effect, importances, row_contributions
from multilayer.reports.page import Markup, Section, details, figure, page, paragraph, picture, table
from multilayer.tables.evaluation.text import confusion_table, lines_of, score_table
from multilayer.tables.explanation.text import attribution_table, dependence_table, importance_table

if TYPE_CHECKING:
    from multilayer.tables import Evaluation, Explanation

__all__ = ["evaluation_page", "explanation_page"]

_EFFECTS, _ROWS = 12, 5
"""Columns whose effect is drawn, and rows whose prediction is."""


def evaluation_page(evaluation: Evaluation) -> str:
    """Return an evaluation as a page of HTML in one file, with a picture; it loads nothing and runs nothing.

    Parameters
    ----------
    evaluation : Evaluation

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    lead = [
        paragraph(evaluation.verdict, f"verdict {evaluation.level}"),
        *(paragraph(note, "soft") for note in evaluation.notes),
    ]
    sections = [Section(fill("Scores"), (_score_picture(evaluation), table(score_table(evaluation))))]
    if evaluation.suspicions:
        said = tuple(paragraph(one.sentence, "warning") for one in evaluation.suspicions)
        sections.insert(0, Section(fill("What is suspicious"), said))
    confusion = confusion_table(evaluation)
    honest = [*map(paragraph, lines_of(evaluation)), *([] if confusion is None else [table(confusion)])]
    if honest:
        sections.append(Section(fill("How far its predictions can be trusted"), tuple(honest)))
    title = fill("Evaluation of a model of {target}", target=one_line(evaluation.target))
    return page(title, lead, sections, fill("Made by multilayer: multilayer evaluate"))


def _score_picture(evaluation: Evaluation) -> Markup:
    score = evaluation.comparisons[0].score
    words = fill(
        "{score} of each model: {figures}.",
        score=translated(score),
        figures="; ".join(f"{translated(one.name)} {one.figures[score]}" for one in evaluation.scores),
    )
    drawn = picture(
        lambda canvas: model_scores(evaluation, canvas.subplots()),
        "scores",
        fill("The model beside simpler ones"),
        words,
        (7.2, 0.9 + 0.35 * len(evaluation.scores)),
    )
    return figure(drawn, words)


def explanation_page(explanation: Explanation) -> str:
    """Return an explanation as a page of HTML in one file, with pictures; it loads nothing and runs nothing.

    Parameters
    ----------
    explanation : Explanation

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    sections = []
    if explanation.importances:
        sections.append(Section(fill("What matters"), (_importance_picture(explanation),)))
    effects = tuple(_effects(explanation))
    if effects:
        sections.append(Section(fill("What a column does"), effects))
    if explanation.attributions.rows:
        rows = (table(attribution_table(explanation)), *_rows(explanation))
        sections.append(Section(fill("What makes a prediction"), rows))
    lead = [paragraph(note, "soft") for note in explanation.notes]
    if explanation.importances:
        most = explanation.importances[0]
        sentence = fill(
            "{column} matters most: {score} becomes worse by {mean:.3g} (± {spread:.2g}) when its values are shuffled.",
            column=one_line(most.column),
            score=translated(explanation.score),
            mean=most.mean,
            spread=most.spread,
        )
        lead.insert(0, paragraph(sentence, "verdict"))
    title = fill("What matters to a model of {target}", target=one_line(explanation.target))
    return page(title, lead, sections, fill("Made by multilayer: multilayer explain"))


def _importance_picture(explanation: Explanation) -> Markup:
    content = importance_table(explanation)
    drawn = picture(
        lambda canvas: importances(explanation, canvas.subplots()),
        "importances",
        fill("Importance of the columns"),
        content.caption,
        (7.2, 0.9 + 0.24 * min(20, len(explanation.importances))),
    )
    return figure(drawn, content.caption, details(fill("Numbers"), table(content)))


def _effects(explanation: Explanation) -> Iterator[Markup]:
    """Yield the effects of the most important columns."""
    rank = {one.column: place for place, one in enumerate(explanation.importances)}
    ordered = sorted(explanation.dependences, key=lambda one: rank.get(one.column, 0))
    for place, one in enumerate([one for one in ordered if one.values][:_EFFECTS]):
        content, column = dependence_table(explanation, one), one.column
        drawn = picture(
            lambda canvas, column=column: column_effect(explanation, column, canvas.subplots()),  # type: ignore[misc]
            f"effect-{place}",
            fill("The effect of {column}", column=one_line(column)),
            content.caption,
        )
        yield figure(drawn, content.caption, details(fill("Numbers"), table(content)))


def _rows(explanation: Explanation) -> Iterator[Markup]:
    found = explanation.attributions
    for place, number in enumerate(found.rows[:_ROWS]):
        words = fill(
            "Row {number}: from the base {base:.4g} to the prediction {prediction:.4g}.",
            number=number,
            base=float(found.base[place]),
            prediction=float(found.prediction[place]),
        )
        drawn = picture(
            lambda canvas, number=number: row_contributions(explanation, number, canvas.subplots()),  # type: ignore[misc]
            f"row-{number}",
            fill("Row {number}", number=number),
            words,
            (7.2, 1.2 + 0.24 * min(20, len(found.columns))),
        )
        yield figure(drawn, words)

"""The page of an evaluation: the verdict, what is suspicious, scores beside simpler models, how honest it is."""

from __future__ import annotations

from multilayer._base.text import fill
from multilayer.reports.page import Section, items, page, paragraph, table
from multilayer.tables.evaluation import Evaluation
from multilayer.tables.evaluation.text import confusion_table, lines_of, score_table

__all__ = ["evaluation_page"]


def evaluation_page(evaluation: Evaluation, *, lang: str = "en") -> str:
    """Return an evaluation as a page of HTML in one file; it needs no extra.

    Parameters
    ----------
    evaluation : Evaluation
        As `multilayer.tables.evaluation.evaluate` returns it.
    lang : str
        The language that the page declares. Its sentences are those of the translations in use.
    """
    lead = [
        paragraph(evaluation.verdict, "verdict"),
        *(paragraph(str(suspicion), "warning") for suspicion in evaluation.suspicions),
    ]
    sections = [Section(fill("Scores"), (table(score_table(evaluation)),))]
    confusion = confusion_table(evaluation)
    if confusion is not None:
        sections.append(Section(fill("Confusion"), (table(confusion),)))
    sections += [
        Section(fill("Certainty"), tuple(map(paragraph, lines_of(evaluation)))),
        Section(fill("Notes"), (items(evaluation.notes),)),
    ]
    title = fill("A model of {target}, evaluated", target=evaluation.target)
    return page(title, lead, sections, fill("multilayer evaluate"), lang)

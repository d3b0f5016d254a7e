"""The page of a diagnosis: the verdict, the findings, the pictures with their numbers, and what was checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer._base import storage
from multilayer._base.storage import AnyPath
from multilayer._base.table import Table
from multilayer.diagnosis import Diagnosis, Finding, Ranking
from multilayer.diagnosis.wording import lines_of, not_made, sentence, subject
from multilayer.plots.figures import style, svg
from multilayer.plots.page import Section, details, figure, items, page, paragraph, table
from multilayer.plots.picture import Picture
from multilayer.plots.table import pictures

__all__ = ["check_ready", "to_html", "write_html"]


def to_html(diagnosis: Diagnosis, ranking: Ranking | None = None) -> str:
    """Return the diagnosis as a page of HTML in one file, with pictures.

    It opens with the verdict. Every picture is said in words, and its numbers follow as a table. The page loads
    nothing and runs nothing, follows light and dark, and is the same text for the same diagnosis.

    Parameters
    ----------
    diagnosis : Diagnosis
        What `diagnose` found.
    ranking : Ranking, optional
        What `try_fixes` found.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    lead = [
        paragraph(sentence(diagnosis.verdict), f"verdict {_kind(diagnosis)}"),
        *(
            paragraph(sentence(text), "soft")
            for text in (subject(diagnosis.evidence), *diagnosis.evidence.notes)
        ),
    ]
    sections = [*_findings(diagnosis), *_remedies(ranking), _pictures(diagnosis), _checks(diagnosis)]
    return page("Diagnosis of a network", lead, sections, "Made by multilayer: multilayer diagnose")


def check_ready(path: AnyPath) -> None:
    """Raise before long work what `write_html` would raise behind it.

    Raises
    ------
    InputError
        When the file cannot be written.
    MissingExtraError
        When matplotlib is not installed.
    """
    storage.check_writable(path)
    with style():
        pass


def write_html(diagnosis: Diagnosis, path: AnyPath, ranking: Ranking | None = None) -> None:
    """Write the page to a file, whole or not at all.

    Raises
    ------
    InputError
        When the file cannot be written.
    MissingExtraError
        When matplotlib is not installed.
    """
    storage.write(path, to_html(diagnosis, ranking).encode("utf-8"))


def _kind(diagnosis: Diagnosis) -> str:
    return diagnosis.findings[0].severity if diagnosis.findings else "good"


def _findings(diagnosis: Diagnosis) -> Iterator[Section]:
    if diagnosis.findings:
        yield Section("Findings", tuple(_finding(finding, diagnosis) for finding in diagnosis.findings))


def _finding(finding: Finding, diagnosis: Diagnosis) -> Section:
    said = [
        paragraph(f"{heading}: {text}", finding.severity)
        for heading, text in lines_of(finding, diagnosis).items()
    ]
    return Section(
        f"{finding.severity.capitalize()}: {sentence(finding.title).removesuffix('.')}", tuple(said)
    )


def _remedies(ranking: Ranking | None) -> Iterator[Section]:
    if ranking is None:
        return
    spread = f"Median, least and largest of {len(ranking.seeds)} seeds, {ranking.samples} samples"
    yield Section(
        "Remedies that were tried",
        (
            paragraph(sentence(ranking.verdict)),
            table(replace(ranking.table(), caption=spread)),
            items(ranking.remarks()),
        ),
    )


def _pictures(diagnosis: Diagnosis) -> Section:
    evidence = diagnosis.evidence
    lacking = [(picture, picture.missing(evidence)) for picture in pictures]
    shown = tuple(_picture(picture, diagnosis) for picture, missing in lacking if missing is None)
    left = items(f"{picture.heading}: not drawn, as {missing}." for picture, missing in lacking if missing)
    return Section("Pictures", (*shown, *([Section("Not drawn", (left,))] if left else [])))


def _picture(picture: Picture, diagnosis: Diagnosis) -> Section:
    evidence = diagnosis.evidence
    words, numbers = picture.words(evidence), picture.numbers(evidence)
    drawn = svg(
        lambda canvas: picture.draw(evidence, canvas),
        picture.name,
        picture.heading,
        words,
        picture.size(evidence),
    )
    below = details("The numbers", table(numbers))
    return Section(picture.heading, (paragraph(picture.shows), figure(drawn, words, below)))


def _checks(diagnosis: Diagnosis) -> Section:
    counts = {check.name: 0 for check in diagnosis.checks}
    for finding in diagnosis.findings:
        counts[finding.check] = counts.get(finding.check, 0) + 1
    left = {outcome.check for outcome in diagnosis.not_measured}
    rows = [
        (check.name.replace("_", " "), check.question, _outcome(counts[check.name], check.name in left))
        for check in diagnosis.checks
    ]
    caption = "Every check, in the order of causes before consequences"
    parts = [table(Table(caption, ("check", "asks", "outcome"), tuple(rows)))]
    reasons = not_made(diagnosis)
    if reasons:
        parts += [paragraph("Not measured:"), items(f"{names}: {reason}" for names, reason in reasons)]
    return Section("What was checked", tuple(parts))


def _outcome(findings: int, left: bool) -> str:
    if findings:
        return f"{findings} finding{'s' if findings > 1 else ''}"
    return "not measured" if left else "nothing found"

"""The page of a diagnosis: the verdict, the findings, the pictures with their numbers, and what was checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer._base import storage
from multilayer._base.storage import AnyPath
from multilayer._base.table import Table
from multilayer._base.text import fill
from multilayer._base.translation import N_
from multilayer.diagnosis import Diagnosis, Finding, Ranking
from multilayer.diagnosis.phrases import sentence
from multilayer.diagnosis.text import about, lines_of, not_made
from multilayer.plots.figures import Picture, style
from multilayer.plots.flow import gradient_picture, signal_picture
from multilayer.plots.input_scales import picture as input_picture
from multilayer.plots.loss_curve import picture as loss_picture
from multilayer.plots.predictions import picture as class_picture
from multilayer.plots.unit_map import picture as unit_picture
from multilayer.plots.weighted_sums import picture as sum_picture
from multilayer.reports.page import Section, details, figure, items, page, paragraph, picture, table

__all__ = ["check_ready", "pictures", "to_html", "write_html"]

pictures = (
    loss_picture,
    class_picture,
    signal_picture,
    gradient_picture,
    sum_picture,
    unit_picture,
    input_picture,
)
"""The pictures of a diagnosis, in the order of the page."""

_SEVERITIES = {"error": N_("Error: {title}"), "warning": N_("Warning: {title}"), "note": N_("Note: {title}")}


def to_html(diagnosis: Diagnosis, ranking: Ranking | None = None) -> str:
    """Return the diagnosis as a page of HTML in one file, with pictures.

    It opens with the verdict. Every picture has a description in words, and its numbers follow as a table. The page
    loads nothing and runs nothing, follows light and dark, and is the same text for the same diagnosis.

    Parameters
    ----------
    diagnosis : Diagnosis
        As `diagnose` returns it.
    ranking : Ranking, optional
        As `try_fixes` returns it.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    kind = diagnosis.findings[0].severity if diagnosis.findings else "good"
    described = (about(diagnosis.evidence), *diagnosis.evidence.notes)
    lead = [
        paragraph(sentence(diagnosis.verdict), f"verdict {kind}"),
        *(paragraph(sentence(text), "soft") for text in described),
    ]
    sections = [*_findings(diagnosis), *_remedies(ranking), _pictures(diagnosis), _checks(diagnosis)]
    footer = fill("Made by multilayer: multilayer diagnose")
    return page(fill("Diagnosis of a network"), lead, sections, footer)


def check_ready(path: AnyPath, *sources: AnyPath) -> None:
    """Fail early if `write_html` could not succeed later, or the page would take the place of what is read.

    Raises
    ------
    InputError
        When the file cannot be written.
    MissingExtraError
        When matplotlib is not installed.
    """
    storage.check_not_read(path, *sources)
    storage.check_writable(path)
    with style():
        pass


def write_html(diagnosis: Diagnosis, path: AnyPath, ranking: Ranking | None = None) -> None:
    """Write the page of `to_html` to a file, whole or not at all.

    Raises
    ------
    InputError
        When the file cannot be written.
    MissingExtraError
        When matplotlib is not installed.
    """
    storage.write(path, to_html(diagnosis, ranking).encode("utf-8"))


def _findings(diagnosis: Diagnosis) -> Iterator[Section]:
    if diagnosis.findings:
        parts = tuple(_finding(finding, diagnosis) for finding in diagnosis.findings)
        yield Section(fill("Findings"), parts)


def _finding(finding: Finding, diagnosis: Diagnosis) -> Section:
    lines = lines_of(finding, diagnosis)
    parts = tuple(paragraph(f"{heading}: {text}", finding.severity) for heading, text in lines.items())
    title = sentence(finding.title).removesuffix(".")
    return Section(fill(_SEVERITIES[finding.severity], title=title), parts)


def _remedies(ranking: Ranking | None) -> Iterator[Section]:
    if ranking is None:
        return
    caption = fill(
        "Median, minimum and maximum over {seeds} seeds, {samples} samples",
        seeds=len(ranking.seeds),
        samples=ranking.samples,
    )
    tried = table(replace(ranking.table(), caption=caption))
    parts = (paragraph(sentence(ranking.verdict)), tried, items(ranking.remarks()))
    yield Section(fill("Remedies that were tried"), parts)


def _pictures(diagnosis: Diagnosis) -> Section:
    missing = {each: each.missing(diagnosis.evidence) for each in pictures}
    parts = [_picture(each, diagnosis) for each, reason in missing.items() if reason is None]
    left_out = [
        fill("{picture}: not drawn, as {reason}.", picture=fill(each.heading), reason=reason)
        for each, reason in missing.items()
        if reason is not None
    ]
    if left_out:
        parts.append(Section(fill("Not drawn"), (items(left_out),)))
    return Section(fill("Pictures"), tuple(parts))


def _picture(shown: Picture, diagnosis: Diagnosis) -> Section:
    evidence = diagnosis.evidence
    heading, words = fill(shown.heading), shown.words(evidence)
    drawn = picture(
        lambda canvas: shown.draw(evidence, canvas), shown.name, heading, words, shown.size(evidence)
    )
    numbers = details(fill("The numbers"), table(shown.numbers(evidence)))
    return Section(heading, (paragraph(fill(shown.shows)), figure(drawn, words, numbers)))


def _checks(diagnosis: Diagnosis) -> Section:
    findings = [finding.check for finding in diagnosis.findings]
    left_out = {outcome.check for outcome in diagnosis.not_measured}
    rows = tuple(
        (
            check.name.replace("_", " "),
            fill(check.question),
            _outcome(findings.count(check.name), check.name in left_out),
        )
        for check in diagnosis.checks
    )
    columns = tuple(map(fill, ("check", "question", "outcome")))
    parts = [table(Table(fill("Every check, causes before consequences"), columns, rows))]
    reasons = not_made(diagnosis)
    if reasons:
        parts += [paragraph(fill("Not measured:")), items(f"{names}: {reason}" for names, reason in reasons)]
    return Section(fill("What was checked"), tuple(parts))


def _outcome(findings: int, left_out: bool) -> str:
    if findings:
        return fill("1 finding") if findings == 1 else fill("{count} findings", count=findings)
    return fill("not measured") if left_out else fill("nothing found")

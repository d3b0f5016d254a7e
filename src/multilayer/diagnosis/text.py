"""A diagnosis as text and as HTML for notebooks: verdict, findings, what was not measured, what was checked."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from multilayer._base.text import fill, html_text, one_line, percent
from multilayer._base.translation import N_, translated
from multilayer._base.width import columns_of, wrapped
from multilayer.diagnosis.check import Finding
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.phrases import ranges, sentence, sentences
from multilayer.network import MLP

if TYPE_CHECKING:
    from multilayer.diagnosis.diagnosis import Diagnosis

__all__ = ["about", "lines_of", "made", "not_made", "spoken", "to_html", "to_text", "where"]

_NARROWEST, _WIDEST = 40, 100
_NAMES = 8
_SURE = 0.9
"""Above that nothing more is asked for."""
_SEVERITIES = {"error": N_("Error"), "warning": N_("Warning"), "note": N_("Note")}


def to_text(diagnosis: Diagnosis, width: int | None = None) -> str:
    """Return the diagnosis as lines of at most `width` characters: the terminal's, unless given."""
    if width is None:
        width = min(max(shutil.get_terminal_size().columns - 1, _NARROWEST), _WIDEST)
    return "\n\n".join("\n".join(block) for block in _blocks(diagnosis, width))


def _blocks(diagnosis: Diagnosis, width: int) -> Iterator[list[str]]:
    yield _wrapped(sentence(diagnosis.verdict), width)
    sure = certainty(diagnosis)
    if sure:
        yield _wrapped(sure, width)
    for number, finding in enumerate(diagnosis.findings, 1):
        head = f"{number}. {fill(_SEVERITIES[finding.severity])}: "
        lines = _wrapped(sentence(finding.title), width, head, "   ")
        for heading, text in lines_of(finding, diagnosis).items():
            lines += _wrapped(text, width, f"   {heading}: ")
        yield lines
    skipped = not_made(diagnosis)
    if skipped:
        entries = [_wrapped(f"{names}: {reason}", width, "- ", "  ") for names, reason in skipped]
        yield [fill("Not measured:"), *chain.from_iterable(entries)]
    last = _wrapped(made(diagnosis), width, f"{fill('Checked')}: ", "  ")
    last += _wrapped(about(diagnosis.evidence), width, f"{fill('Case')}: ", "  ")
    for note in diagnosis.evidence.notes:
        last += _wrapped(sentence(note), width, f"{fill('Note')}: ", "  ")
    yield last


def certainty(diagnosis: Diagnosis) -> str:
    """Return how sure the verdict is, its rival, and what else would decide; empty where there is no cause."""
    probability, rival = diagnosis.confidence, diagnosis.runner_up
    first = diagnosis.findings[0] if diagnosis.findings else None
    if first is None or first.severity == "note":
        return ""
    if probability is None and first.check not in {
        check.name for check in diagnosis.checks if check.catch_all
    }:
        return ""
    if probability is None:
        sure = fill("Not sure: this names what is wrong, and not the cause.")
    else:
        sure = fill(
            "Such a verdict names the main cause in {probability} of cases.", probability=percent(probability)
        )
    return sentences(
        sure,
        "" if rival is None else fill("Next in line: {title}.", title=rival.title),
        fill("More would help to decide: {reasons}.", reasons="; ".join(diagnosis.undecided))
        if diagnosis.undecided and (probability is None or probability < _SURE)
        else "",
    )


def _wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    later = " " * columns_of(first) if rest is None else rest
    return wrapped(text, width, first, later)


def to_html(diagnosis: Diagnosis) -> str:
    """Return the diagnosis as an element to show in a notebook, without scripts or styles; every text is escaped."""
    skipped = "".join(f"<li>{html_text(f'{names}: {reason}')}</li>" for names, reason in not_made(diagnosis))
    last = [fill("Checked: {checks}", checks=made(diagnosis)), about(diagnosis.evidence)]
    last += map(sentence, diagnosis.evidence.notes)
    return (
        f"<div><p><strong>{html_text(sentence(diagnosis.verdict))}</strong></p>"
        + (f"<p>{html_text(certainty(diagnosis))}</p>" if certainty(diagnosis) else "")
        + _list("ol", "".join(_item(finding, diagnosis) for finding in diagnosis.findings))
        + (f"<p>{fill('Not measured:')}</p>{_list('ul', skipped)}" if skipped else "")
        + "".join(f"<p>{html_text(text)}</p>" for text in last)
        + "</div>"
    )


def _item(finding: Finding, diagnosis: Diagnosis) -> str:
    lines = "".join(f"<br>{name}: {html_text(text)}" for name, text in lines_of(finding, diagnosis).items())
    severity = fill(_SEVERITIES[finding.severity])
    return f"<li><strong>{severity}:</strong> {html_text(sentence(finding.title))}{lines}</li>"


def _list(kind: str, entries: str) -> str:
    return f"<{kind}>{entries}</{kind}>" if entries else ""


def where(finding: Finding, network: MLP) -> str:
    """Return the place of a finding: "layer 2, units 1-3, 5"; empty for the network as a whole."""
    layer, units = finding.layer, finding.units
    if layer is None:
        return ""
    if layer == 0:
        names = network.input_names
        if not units:
            return fill("the inputs")
        if names and len(units) <= _NAMES:
            shown = ", ".join(one_line(names[unit - 1]) for unit in units)
            return fill("input {names}" if len(units) == 1 else "inputs {names}", names=shown)
        return fill(
            "input column {columns}" if len(units) == 1 else "input columns {columns}", columns=ranges(units)
        )
    if not units:
        return fill("layer {layer}", layer=layer)
    return fill(
        "layer {layer}, unit {units}" if len(units) == 1 else "layer {layer}, units {units}",
        layer=layer,
        units=ranges(units),
    )


def lines_of(finding: Finding, diagnosis: Diagnosis) -> dict[str, str]:
    """Return the lines below a finding's title, by heading, without repetition."""
    known = {str(unit) for unit in finding.units} <= set(re.findall(r"\w+", finding.title))
    in_verdict = finding == diagnosis.cause and finding.evidence in diagnosis.verdict
    lines = {
        fill("Where"): "" if known else where(finding, diagnosis.evidence.network),
        fill("Found"): "" if in_verdict else finding.evidence,
        fill("To do"): finding.advice,
    }
    return {heading: sentence(text) for heading, text in lines.items() if text}


def made(diagnosis: Diagnosis) -> str:
    """Return the names of the checks that were made, as a line; empty for none."""
    skipped = {outcome.check for outcome in diagnosis.not_measured}
    names = [translated(spoken(check.name)) for check in diagnosis.checks if check.name not in skipped]
    return f"{', '.join(names)}." if names else ""


def not_made(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Return the names of the checks that were skipped, and why, those with the same reason together."""
    reasons: dict[str, list[str]] = {}
    for outcome in diagnosis.not_measured:
        reasons.setdefault(sentence(outcome.reason), []).append(translated(spoken(outcome.check)))
    return [(", ".join(names), reason) for reason, names in reasons.items()]


def about(evidence: Evidence) -> str:
    """Return what was diagnosed: network, samples, loss."""
    network, samples = one_line(repr(evidence.network)), evidence.samples
    if evidence.loss is None:
        return fill(
            "{network} on one sample." if samples == 1 else "{network} on {samples:,} samples.",
            network=network,
            samples=samples,
        )
    return fill(
        "{network} on one sample, loss {loss}."
        if samples == 1
        else "{network} on {samples:,} samples, loss {loss}.",
        network=network,
        samples=samples,
        loss=evidence.loss.facts.name,
    )


def spoken(name: str) -> str:
    return name.replace("_", " ")

"""What the text, the page and the notebook say alike of findings: where they are, and as sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from multilayer._base.text import one_line
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.finding import Finding

if TYPE_CHECKING:
    from multilayer.diagnosis.diagnosis import Diagnosis

__all__ = ["lines_of", "made", "not_made", "sentence", "subject", "where"]

_LONGEST = 2000
_RANGES = 12
_NAMES = 8


def sentence(text: str) -> str:
    """Return text as a sentence in one line, with a capital and a full stop.

    >>> sentence("layer 2 passes on almost no signal")
    'Layer 2 passes on almost no signal.'
    """
    text = one_line(text.strip(), _LONGEST)
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")


def where(finding: Finding, evidence: Evidence) -> str:
    """Return the place of a finding: "layer 2, units 1-3 and 5"; empty for the network as a whole."""
    if finding.layer is None:
        return ""
    if finding.layer == 0:
        names = evidence.network.inputs
        if not finding.units:
            return "the inputs"
        if names and len(finding.units) <= _NAMES:
            return f"input {_joined([one_line(names[unit - 1]) for unit in finding.units])}"
        return f"input column{_ranges(finding.units)}"
    units = f", unit{_ranges(finding.units)}" if finding.units else ""
    return f"layer {finding.layer}{units}"


def lines_of(finding: Finding, diagnosis: Diagnosis) -> dict[str, str]:
    """Return what is to be said of a finding below its title, by heading; nothing that was said before."""
    known = {str(unit) for unit in finding.units} <= set(re.findall(r"\w+", finding.title))
    told = finding == diagnosis.cause and finding.evidence in diagnosis.verdict
    lines = {
        "Where": "" if known else where(finding, diagnosis.evidence),
        "Found": "" if told else finding.evidence,
        "To do": finding.advice,
    }
    return {heading: sentence(text) for heading, text in lines.items() if text}


def made(diagnosis: Diagnosis) -> str:
    """Return which checks were made, as a sentence; empty for none."""
    left = {outcome.check for outcome in diagnosis.not_measured}
    names = [_spoken(check.name) for check in diagnosis.checks if check.name not in left]
    return f"{', '.join(names)}." if names else ""


def not_made(diagnosis: Diagnosis) -> list[tuple[str, str]]:
    """Return which checks could not be made, and why, those of one reason together."""
    reasons: dict[str, list[str]] = {}
    for outcome in diagnosis.not_measured:
        reasons.setdefault(sentence(outcome.reason), []).append(_spoken(outcome.check))
    return [(", ".join(names), reason) for reason, names in reasons.items()]


def subject(evidence: Evidence) -> str:
    """Return what was diagnosed: network, samples, loss."""
    loss = f", loss {evidence.loss.facts.name}" if evidence.loss is not None else ""
    samples = f"{evidence.samples:,} sample{'' if evidence.samples == 1 else 's'}"
    return f"{one_line(repr(evidence.network))} on {samples}{loss}"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _ranges(units: Sequence[int]) -> str:
    """Return "s 1-3 and 5", or " 4" for one."""
    runs: list[list[int]] = []
    for unit in sorted(units):
        if runs and unit == runs[-1][1] + 1:
            runs[-1][1] = unit
        else:
            runs.append([unit, unit])
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in runs]
    if len(texts) > _RANGES:
        beyond = sum(last - first + 1 for first, last in runs[_RANGES:])
        texts = [*texts[:_RANGES], f"{beyond} more"]
    return f"{'s' if len(units) > 1 else ''} {_joined(texts)}"


def _joined(texts: Sequence[str]) -> str:
    *others, last = texts
    return f"{', '.join(others)} and {last}" if others else last

"""The outcome of a diagnosis: a verdict first, then the findings, then what was checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from multilayer._base.text import fill
from multilayer.diagnosis.check import SEVERITIES, Check, Finding, NotMeasured
from multilayer.diagnosis.checks import CAUSES, consequences
from multilayer.diagnosis.confidence import RIGHT, confidence_of
from multilayer.diagnosis.course import early, under_way
from multilayer.diagnosis.evidence import Evidence
from multilayer.diagnosis.phrases import sentence, sentences
from multilayer.diagnosis.text import to_html, to_text

__all__ = ["Diagnosis", "conclude"]


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis:
    """What was found out about a network; printable, and shown as HTML in a notebook."""

    verdict: str
    """The main cause and its evidence, or that no trouble was found."""
    cause: Finding | None
    """The main cause; None where no error was found."""
    findings: tuple[Finding, ...]
    """Main cause first, then by severity."""
    not_measured: tuple[NotMeasured, ...]
    checks: tuple[Check, ...]
    """All that were run, in order."""
    evidence: Evidence = field(repr=False)

    @property
    def trouble(self) -> bool:
        """Whether a finding is an error."""
        return self.cause is not None

    @property
    def confidence(self) -> float | None:
        """The probability that the first finding is the main cause; None where it names none, or is a note.

        How often such a verdict was right on the suite, but for its scored half (docs/diagnosis.md).
        """
        first = self.findings[0] if self.findings else None
        return None if first is None or first.severity == "note" else confidence_of(first, self.evidence)

    @property
    def runner_up(self) -> Finding | None:
        """The next finding that names another cause: as severe, and not explained by the first."""
        if not self.findings or self.findings[0].severity == "note":
            return None
        first, *others = self.findings
        explained = {first.check, *consequences().get(first.check, ())}
        rivals = (one for one in others if one.severity == first.severity and one.check not in explained)
        return next((one for one in rivals if confidence_of(one, self.evidence) is not None), None)

    @property
    def doubt(self) -> Finding | None:
        """A note that the network is behind a simple model, or on what often is a cause while nothing shows more.

        On samples it was trained on a network may do well in spite of a cause; None where there is trouble, too, and
        for a cause where the loss of other samples is known and training has ended.
        """
        if not self.findings or self.findings[0].severity != "note":
            return None
        behind = {check.name for check in self.checks if check.catch_all}
        lasting = {check.name for check in self.checks if check.lasting}
        history, on = self.evidence.course.history, under_way(self.evidence)
        is_seen = history is not None and bool(history.validation_loss) and not on
        on_the_whole = [one for one in self.findings if not one.layer and one.check not in lasting]
        causes = (one for one in on_the_whole if one.check in RIGHT and not is_seen)
        return next((one for one in on_the_whole if one.check in behind), None) or next(causes, None)

    @property
    def undecided(self) -> tuple[str, ...]:
        """What is not known and would help to decide: the reasons in `evidence.missing` for curve and start."""
        missing = self.evidence.missing
        return tuple(missing[name] for name in ("history", "start") if name in missing)

    def __repr__(self) -> str:
        return to_text(self)

    def _repr_html_(self) -> str:
        return to_html(self)


def conclude(
    evidence: Evidence, checks: Sequence[Check], causes: Mapping[str, Iterable[str]] = CAUSES
) -> Diagnosis:
    """Run all checks and conclude.

    A finding is explained by another one whose check explains its own, directly or through others, and that of a
    catch-all by any other that is as severe; notes explain nothing. What explains a finding is as severe as it: a
    cause never stands behind its symptom. The main cause is the first error that is not explained, in the order of
    the checks.
    """
    with np.errstate(all="ignore"):
        outcomes = [outcome for check in checks for outcome in check.run(evidence)]
    findings = [outcome for outcome in outcomes if isinstance(outcome, Finding)]
    not_measured = tuple(outcome for outcome in outcomes if isinstance(outcome, NotMeasured))
    ordered = tuple(_ordered(findings, checks, consequences(causes)))
    cause = ordered[0] if ordered and ordered[0].severity == "error" else None
    counts = fill(
        "{made} of {checks} checks were made (samples: {samples}, units: {units}).",
        made=len(checks) - len({outcome.check for outcome in not_measured}),
        checks=len(checks),
        samples=evidence.samples,
        units=sum(evidence.network.widths[1:]),
    )
    found = Diagnosis("", cause, ordered, not_measured, tuple(checks), evidence)
    return replace(found, verdict=sentences(_verdict(found), counts if cause is None else cause.evidence))


def _ordered(
    findings: Sequence[Finding], checks: Sequence[Check], explains: Mapping[str, frozenset[str]]
) -> list[Finding]:
    catch_all = {check.name for check in checks if check.catch_all}
    place = {check.name: number for number, check in enumerate(checks)}
    rank = SEVERITIES.index

    def as_severe(finding: Finding) -> Finding:
        symptoms = [one.severity for one in findings if one.check in explains.get(finding.check, ())]
        worst = min([finding.severity, *symptoms], key=rank)
        return finding if finding.severity == "note" else replace(finding, severity=worst)

    findings = [as_severe(finding) for finding in findings]

    def explained(finding: Finding) -> bool:
        return any(
            (
                finding.check in explains.get(other.check, ())
                or (finding.check in catch_all and other.check not in catch_all)
            )
            and rank(other.severity) <= rank(finding.severity) < rank("note")
            for other in findings
        )

    def key(finding: Finding) -> tuple[int, bool, bool, int]:
        # Notes on the whole come first, but for those that name no cause.
        local = finding.severity == "note" and (bool(finding.layer) or finding.check in catch_all)
        return rank(finding.severity), explained(finding), local, place[finding.check]

    return sorted(findings, key=key)


def _verdict(found: Diagnosis) -> str:
    """Return what was found in a sentence."""
    findings, missing, doubt = found.findings, found.evidence.missing, found.doubt
    first = findings[0] if findings else None
    if first is not None and first.severity == "error":
        return sentence(first.title)
    if first is not None and first.severity == "warning":
        warnings = sum(finding.severity == "warning" for finding in findings)
        return fill(
            "No error found, but a warning: {title}."
            if warnings == 1
            else "No error found, but {count} warnings, the first: {title}.",
            count=warnings,
            title=first.title,
        )
    if "loss" in missing:
        return fill("The network could not be scored: {reason}.", reason=missing["loss"])
    if doubt is None:
        return fill(
            "No trouble found in weights and inputs; how well the network predicts is not known: {reason}."
            if "y" in missing
            else "No trouble found.",
            reason=missing.get("y"),
        )
    if early(found.evidence) or under_way(found.evidence):
        return fill("Too early to tell: {title}.", title=doubt.title)
    return fill(
        "No cause of trouble found, and yet {title}."
        if doubt.check in {check.name for check in found.checks if check.catch_all}
        else "No trouble found on these samples; how it does on others is not known: {title}.",
        title=doubt.title,
    )

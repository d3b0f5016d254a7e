"""Sick and healthy networks, and who finds what: `diagnose`, SageMaker Debugger's rules, AutoTrainer's rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.published_rules import AUTOTRAINER, SAGEMAKER, fired
from multilayer import diagnose
from tests.diagnosis.scenarios import FAULTY, HEALTHY, Scenario, Subject

__all__ = ["Score", "scored", "table"]


@dataclass
class Score:
    """How one judge did on the cases of one trouble (or on the healthy)."""

    cases: int = 0
    found: int = 0
    """Called sick at all."""
    named: int = 0
    """By the name of the trouble that was put in."""
    other: dict[str, int] = field(default_factory=dict)
    """What was said in its place, and how often."""


Judged = tuple[bool, Sequence[str]]


def ours(subject: Subject) -> Judged:
    """Whether there is any error or warning; and the first finding alone."""
    diagnosis = diagnose(subject.network, subject.X, subject.y, subject.loss, course=subject.course)
    first = diagnosis.findings[:1]
    sick = any(finding.severity != "note" for finding in first)
    return sick, [finding.check for finding in first]


def errors(subject: Subject) -> Judged:
    """Whether the verdict is an error; and its cause."""
    diagnosis = diagnose(subject.network, subject.X, subject.y, subject.loss, course=subject.course)
    return diagnosis.trouble, [] if diagnosis.cause is None else [diagnosis.cause.check]


def sagemaker(subject: Subject) -> Judged:
    """Whether a rule fires; and all that those that fire can mean."""
    rules = fired(SAGEMAKER, subject)
    return bool(rules), [name for names in rules.values() for name in names]


def autotrainer(subject: Subject) -> Judged:
    """The same for AutoTrainer."""
    rules = fired(AUTOTRAINER, subject)
    return bool(rules), [name for names in rules.values() for name in names]


JUDGES = {
    "multilayer": ours,
    "multilayer, errors only": errors,
    "SageMaker Debugger": sagemaker,
    "AutoTrainer": autotrainer,
}


def scored(
    seeds: Iterable[int], scenarios: Iterable[Scenario] = (*FAULTY, *HEALTHY)
) -> dict[str, dict[str, Score]]:
    """Return scores by judge and trouble; "healthy" is the trouble of those that have none."""
    scores = {judge: defaultdict[str, Score](Score) for judge in JUDGES}
    seeds = tuple(seeds)
    for scenario in scenarios:
        for seed in seeds:
            subject = scenario.make(seed)
            for judge, judged in JUDGES.items():
                sick, names = judged(subject)
                score = scores[judge][scenario.fault or "healthy"]
                score.cases += 1
                score.found += sick
                if scenario.fault in names:
                    score.named += 1
                else:
                    said = names[0] if names else "nothing"
                    score.other[said] = score.other.get(said, 0) + 1
    return {judge: dict(by_trouble) for judge, by_trouble in scores.items()}


def table(scores: dict[str, dict[str, Score]]) -> str:
    """Return the comparison as a table in Markdown."""
    judges = list(scores)
    lines = [f"| trouble | cases | {' | '.join(judges)} |", f"|-|-|{'-|' * len(judges)}"]
    troubles = [trouble for trouble in scores[judges[0]] if trouble != "healthy"]
    for trouble in troubles:
        cells = [f"{scores[judge][trouble].named}/{scores[judge][trouble].found}" for judge in judges]
        lines.append(f"| {trouble} | {scores[judges[0]][trouble].cases} | {' | '.join(cells)} |")
    total = sum(scores[judges[0]][trouble].cases for trouble in troubles)
    for what, words in (("named", "sick: named right"), ("found", "sick: found at all")):
        shares = [sum(getattr(scores[judge][t], what) for t in troubles) / total for judge in judges]
        lines.append(f"| **{words}** | {total} | {' | '.join(f'{share:.0%}' for share in shares)} |")
    if "healthy" in scores[judges[0]]:
        healthy = [scores[judge]["healthy"] for judge in judges]
        cells = [f"{score.found / score.cases:.0%}" for score in healthy]
        lines.append(f"| **healthy: called sick** | {healthy[0].cases} | {' | '.join(cells)} |")
    return "\n".join(lines)

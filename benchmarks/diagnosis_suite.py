"""The suite labelled by intervention, scored: is the verdict a cause that, once mended, makes the network learn?"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from multilayer import Diagnosis
from tests.diagnosis_cases.cases import Case, Figures
from tests.diagnosis_cases.repairs import MENDS
from tests.diagnosis_cases.told import TOLD
from tests.diagnosis_cases.training import made

__all__ = [
    "Outcome",
    "by_mistake",
    "confusion",
    "counts",
    "figures",
    "judged",
    "reliability",
    "right",
    "summary",
]

_UNLEARNABLE = ("no_better_than_constant", "unrelated_targets", "overfitting")
"""What may be found where no network learns: it learns nothing, or by heart."""
_BINS = 10
Grade = Literal["right", "wrong", "nothing"]


@dataclass(frozen=True)
class Outcome:
    """What a diagnosis of a case found."""

    case: Case
    figures: Figures
    told: str
    first: str
    """The check of the first error or warning; empty where there is none."""
    severity: str
    confidence: float | None
    doubt: bool = False
    """Whether nothing was found on these samples, and how it does on others is said not to be known."""

    @property
    def grade(self) -> Grade:
        """Whether the first finding is a cause, another one, or there is none."""
        if not self.first:
            return "nothing"
        return "right" if right(self.first, self.figures) else "wrong"

    @property
    def is_clean(self) -> bool:
        """Whether it is told that there is no trouble, without a doubt."""
        return self.grade == "nothing" and not self.doubt

    @property
    def holds(self) -> bool:
        """Whether the first finding is what it is said to be, the main cause: of a healthy network it never is."""
        return self.grade == "right" and self.figures.label not in ("healthy", "combined")


def right(check: str, figures: Figures) -> bool:
    """Whether a check stands for a repair that wins; where no network learns, whether it says so."""
    if figures.label == "nothing to learn":
        return check in _UNLEARNABLE
    return bool(figures.winners & set(MENDS.get(check, ())))


def judged(labelled: Iterable[tuple[Case, Figures]], told: Sequence[str] = tuple(TOLD)) -> list[Outcome]:
    """Return the outcomes of the cases, each trained once and diagnosed with all that is told."""
    outcomes = []
    for case, figures in labelled:
        try:
            found = made(case.recipe, 0)
        except FloatingPointError:
            continue  # the training raised an exception, so that there is no network to diagnose
        for name in told:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                diagnosis = TOLD[name](found)
            doubt = diagnosis.doubt is not None
            outcomes.append(Outcome(case, figures, name, *_first(diagnosis), doubt))
    return outcomes


def _first(diagnosis: Diagnosis) -> tuple[str, str, float | None]:
    for finding in diagnosis.findings[:1]:
        if finding.severity != "note":
            return finding.check, finding.severity, getattr(diagnosis, "confidence", None)
    return "", "", None


def figures(outcomes: Sequence[Outcome], fixed: str) -> str:
    """Return the figures that the diagnosis is judged by, with their goals, as a table in Markdown."""
    all_told = [one for one in outcomes if one.told == "everything"]
    sick = [one for one in all_told if one.figures.label == "sick"]
    healthy = [one for one in all_told if one.figures.label == "healthy"]
    least = [one for one in outcomes if one.told == "weights and data" and one.figures.label == "sick"]
    error, stated = _calibration(outcomes)
    rows = (
        ("main cause right, everything told", _of(sick, [one.grade == "right" for one in sick]), ">= 92%"),
        (
            "main cause right, weights and data alone",
            _of(least, [one.grade == "right" for one in least]),
            ">= 85%",
        ),
        ("sick told that there is no trouble", _of(sick, [one.is_clean for one in sick]), "0"),
        ("healthy accused of an error", _of(healthy, [one.severity == "error" for one in healthy]), "0"),
        ("healthy, a warning only", _of(healthy, [one.severity == "warning" for one in healthy]), "<= 3%"),
        ("expected calibration error", f"{error:.3f} of {len(stated)} verdicts", "<= 0.05"),
        ("the remedy ranked first truly fixes, held out", fixed, ">= 95%"),
    )
    return "\n".join(["| | measured | goal |", "|-|-|-|", *(f"| {' | '.join(row)} |" for row in rows)])


def _of(outcomes: Sequence[Outcome], counted: Sequence[bool]) -> str:
    return f"{sum(counted)} of {len(outcomes)}" + (
        f" ({sum(counted) / len(outcomes):.1%})" if outcomes else ""
    )


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the scores by what is told, as a table in Markdown."""
    names = [name for name in TOLD if any(one.told == name for one in outcomes)]
    rows = {
        "main cause right, of the sick": ("sick", lambda one: one.grade == "right"),
        "sick told that there is no trouble": ("sick", lambda one: one.is_clean),
        "sick told that it is not known": ("sick", lambda one: one.doubt),
        "no single repair helps: told no trouble": ("combined", lambda one: one.is_clean),
        "nothing to learn: found": ("nothing to learn", lambda one: one.grade == "right"),
        "healthy accused of an error": ("healthy", lambda one: one.severity == "error"),
        "healthy, a warning only": ("healthy", lambda one: one.severity == "warning"),
        "healthy told that it is not known": ("healthy", lambda one: one.doubt),
    }
    lines = [f"| | {' | '.join(names)} |", f"|-|{'-|' * len(names)}"]
    for title, (label, counted) in rows.items():
        cells = []
        for name in names:
            of = [one for one in outcomes if one.told == name and one.figures.label == label]
            cells.append(f"{sum(map(counted, of))} of {len(of)}")
            if label == "sick" and of:
                cells[-1] += f" ({sum(map(counted, of)) / len(of):.0%})"
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def by_mistake(outcomes: Sequence[Outcome]) -> str:
    """Return how many main causes of sick networks are right, by the mistake that was made and by what is told."""
    names = [name for name in TOLD if any(one.told == name for one in outcomes)]
    lines = [f"| mistake | {' | '.join(names)} |", f"|-|{'-|' * len(names)}"]
    sick = [one for one in outcomes if one.figures.label == "sick"]
    for mistake in dict.fromkeys(one.case.mistake for one in sick):
        cells = []
        for name in names:
            of = [one for one in sick if one.told == name and one.case.mistake == mistake]
            cells.append(f"{sum(one.grade == 'right' for one in of)}/{len(of)}")
        lines.append(f"| {mistake} | {' | '.join(cells)} |")
    return "\n".join(lines)


def confusion(outcomes: Sequence[Outcome], told: str) -> str:
    """Return which checks come first for sick networks, by the repair that wins, and for healthy ones."""
    counts: dict[str, Counter[str]] = {}
    for one in outcomes:
        if one.figures.label in ("sick", "healthy") and one.told == told:
            best = max(one.figures.repairs, key=lambda name: sum(one.figures.repairs[name]))
            row = best if one.figures.label == "sick" else "(healthy)"
            counts.setdefault(row, Counter())[one.first or "(nothing)"] += 1
    lines = ["| best repair | cases | first finding |", "|-|-|-|"]
    for best, found in sorted(counts.items(), key=lambda entry: -entry[1].total()):
        said = ", ".join(f"{check} {count}" for check, count in found.most_common())
        lines.append(f"| {best} | {found.total()} | {said} |")
    return "\n".join(lines)


def reliability(outcomes: Sequence[Outcome]) -> str:
    """Return how often verdicts were right beside what they state, and the expected calibration error."""
    error, stated = _calibration(outcomes)
    lines = ["| stated confidence | verdicts | mean stated | right |", "|-|-|-|-|"]
    for low, of in _by_tenth(stated):
        mean, held = _stated(of)
        lines.append(f"| {low:.0%} to {low + 1 / _BINS:.0%} | {len(of)} | {mean:.0%} | {held:.0%} |")
    return "\n".join([*lines, "", f"Expected calibration error: {error:.3f}, of {len(stated)} verdicts."])


def counts(outcomes: Sequence[Outcome]) -> str:
    """Return what `multilayer.diagnosis.confidence` holds: right verdicts and all, by severity and by check."""
    by_severity: dict[str, Counter[bool]] = {}
    by_check: dict[str, dict[bool, Counter[bool]]] = {}
    for one in outcomes:
        if one.told != "other data" and one.first in MENDS:
            by_severity.setdefault(one.severity, Counter())[one.holds] += 1
            known = by_check.setdefault(one.first, {True: Counter(), False: Counter()})
            known[one.told != "weights and data"][one.holds] += 1

    def pair(found: Counter[bool]) -> tuple[int, int]:
        return found[True], found.total()

    lines = [f"ALL = { ({severity: pair(found) for severity, found in sorted(by_severity.items())}) }"]
    lines += [f'"{check}": ({pair(known[True])}, {pair(known[False])}),' for check, known in by_check.items()]
    return "\n".join(lines)


def _calibration(outcomes: Sequence[Outcome]) -> tuple[float, list[Outcome]]:
    """Return the expected calibration error, and the verdicts that state a probability."""
    stated = [one for one in outcomes if one.confidence is not None and one.told != "other data"]
    apart = [(abs(mean - held), len(of)) for _, of in _by_tenth(stated) for mean, held in [_stated(of)]]
    return sum(distance * count for distance, count in apart) / max(len(stated), 1), stated


def _by_tenth(stated: Sequence[Outcome]) -> list[tuple[float, list[Outcome]]]:
    tenths: dict[int, list[Outcome]] = {}
    for one in stated:
        tenths.setdefault(min(int(_BINS * (one.confidence or 0.0)), _BINS - 1), []).append(one)
    return [(tenth / _BINS, tenths[tenth]) for tenth in sorted(tenths)]


def _stated(of: Sequence[Outcome]) -> tuple[float, float]:
    """Return the mean probability that verdicts state, and how many of them hold."""
    return sum(one.confidence or 0.0 for one in of) / len(of), sum(one.holds for one in of) / len(of)

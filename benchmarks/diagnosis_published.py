"""Published rules on the suite labelled by intervention: SageMaker Debugger's and AutoTrainer's, beside `diagnose`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmarks.diagnosis_suite import Outcome, right
from benchmarks.published_rules import AUTOTRAINER, SAGEMAKER, fired
from multilayer import MLP
from multilayer.diagnosis.case import course_of
from tests.diagnosis.scenarios import Subject
from tests.diagnosis_cases.cases import Case, Figures
from tests.diagnosis_cases.training import made

__all__ = ["beside"]

_JUDGES = {"SageMaker Debugger": SAGEMAKER, "AutoTrainer": AUTOTRAINER}


def beside(labelled: Iterable[tuple[Case, Figures]], outcomes: Iterable[Outcome]) -> str:
    """Return what `diagnose` and published rules say of the networks of our own core, as a table in Markdown.

    Rules watch the network after each epoch. A rule that fires names all causes that its documentation speaks of, and
    is right where one of them is.
    """
    counts = {name: [0, 0, 0] for name in ("multilayer", *_JUDGES)}
    ours = {one.case.key: one for one in outcomes if one.told == "everything"}
    sick = healthy = 0
    for case, figures in labelled:
        if case.recipe.framework != "multilayer" or figures.label not in ("sick", "healthy"):
            continue
        subject = _subject(case)
        if subject is None or case.key not in ours:
            continue
        ill = figures.label == "sick"
        sick, healthy = sick + ill, healthy + (not ill)
        said: dict[str, tuple[bool, Iterable[str]]] = {
            "multilayer": (bool(ours[case.key].first), (ours[case.key].first,))
        }
        for name, rules in _JUDGES.items():
            found: Mapping[str, tuple[str, ...]] = fired(rules, subject)
            said[name] = bool(found), [cause for causes in found.values() for cause in causes]
        for name, (anything, causes) in said.items():
            counts[name][0] += ill and any(right(cause, figures) for cause in causes)
            counts[name][1] += ill and anything
            counts[name][2] += not ill and anything
    lines = ["| | multilayer | SageMaker Debugger | AutoTrainer |", "|-|-|-|-|"]
    titles = ("main cause right, of the sick", "sick: found at all", "healthy: called sick")
    for row, (title, of) in enumerate(zip(titles, (sick, sick, healthy), strict=True)):
        cells = [f"{counts[name][row]} of {of} ({counts[name][row] / max(of, 1):.0%})" for name in counts]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _subject(case: Case) -> Subject | None:
    """Return the network with those after each epoch; None where the training ends in an exception."""
    networks: list[MLP] = []
    try:
        found = made(case.recipe, 0, networks)
    except FloatingPointError:
        return None
    y = found.data.y.reshape(-1, 1) if found.loss == "binary_cross_entropy" else found.data.y
    course = course_of(found.course)
    return Subject(found.model.network, found.data.X, y, found.loss or "squared", course, tuple(networks))

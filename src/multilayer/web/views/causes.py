"""Why it does not learn: the diagnosis of the network, and remedies, tried, ranked and taken."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from multilayer._base.errors import InputError
from multilayer._base.text import printable
from multilayer.diagnosis import Diagnosis, Ranking
from multilayer.diagnosis.api import diagnose_case
from multilayer.diagnosis.case import Case, course_of
from multilayer.diagnosis.evidence import Caller
from multilayer.losses import Loss
from multilayer.network import MLP
from multilayer.web.endpoint import Endpoint, Nothing
from multilayer.web.findings import DiagnosisText, diagnosis_text
from multilayer.web.fixes import ranked, with_fix
from multilayer.web.runner import Runner, runner_of
from multilayer.web.session import Session, State
from multilayer.web.worker import Stop

__all__ = ["ENDPOINTS"]


def diagnosis(session: Session, _: Nothing) -> DiagnosisText | None:
    """Return the diagnosis of the network that is shown; None where it is being made, or is not asked for yet."""
    runner = runner_of(session)
    course = runner.course
    if course is not None and not course.is_in_language and not runner.playing:
        trained = course.training.trained if course.trained is None else course.trained
        runner.run("diagnosis", lambda stop: course.diagnose(trained))
        return None
    found = _known(session, runner)
    return None if found is None else diagnosis_text(found)


def diagnose(session: Session, nothing: Nothing) -> DiagnosisText | None:
    """Make the diagnosis, if there is none: in a thread of its own, as the rows may be many."""
    runner, state = runner_of(session), session.state
    found = diagnosis(session, nothing)
    if found is None:
        case = _case(runner, state)
        loss = state.recipe.loss if case.config is None else case.config.loss
        runner.run("diagnosis", lambda stop: _diagnose(runner, case, loss))
    return found


def _known(session: Session, runner: Runner) -> Diagnosis | None:
    course, network = runner.course, session.state.network
    if course is not None and runner.holds and course.at_end and not runner.playing:
        return course.diagnosis
    made: tuple[MLP, Diagnosis] | None = runner.results.get("diagnosis")
    return made[1] if made is not None and made[0] is network else None


def _case(runner: Runner, state: State) -> Case:
    course, y = runner.course, state.rows.y
    if course is not None and runner.holds and course.progress.epoch:
        trained = course.training.trained
        return Case(state.network, state.rows.X, y, course=course_of(trained), config=trained.config)
    return Case(state.network, state.rows.X, y)


def _diagnose(runner: Runner, case: Case, loss: Loss | str | None) -> None:
    caller: Caller = "command" if case.config is None else "fit"
    runner.results["diagnosis"] = case.network, diagnose_case(case, loss, caller)


class Fix(msgspec.Struct):
    """A remedy, and what it has gained."""

    remedy: str
    change: str
    call: str
    gain: str
    low: str
    high: str
    score: str
    helps: bool


class Fixes(msgspec.Struct):
    """The remedies by their gain. `text` is what `try_fixes` prints."""

    verdict: str
    metric: str
    fixes: list[Fix]
    remarks: list[str]
    before: str
    text: str


class FixesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Try them, stop trying, show what was found, or take one and train."""

    action: Literal["try", "cancel", "show", "apply"] = "show"
    remedy: str = ""
    change: str = ""
    speed: Annotated[float, Meta(gt=0)] | None = None


def fixes(session: Session, request: FixesRequest) -> Fixes | None:
    """Do what is asked; return the ranking, if there is one."""
    runner, state = runner_of(session), session.state
    start = runner.course.start if runner.course is not None and runner.holds else state.network
    if request.action == "try":
        state.recipe.config(start, state.rows.y).check(start)
        runner.results.pop("fixes", None)
        runner.run("fixes", lambda stop: _try(runner, start, state, stop))
    elif request.action == "cancel":
        if runner.task == "fixes":
            runner.pause()
    elif request.action == "apply":
        _apply(session, runner, request)
    found: tuple[MLP, State, Ranking] | None = runner.results.get("fixes")
    return None if found is None else _texts(found[2])


def _try(runner: Runner, start: MLP, state: State, stop: Stop) -> None:
    try:
        runner.results["fixes"] = start, state, ranked(start, state, stop)
    except KeyboardInterrupt:  # asked to end before the first training had ended
        return


def _apply(session: Session, runner: Runner, request: FixesRequest) -> None:
    found: tuple[MLP, State, Ranking] | None = runner.results.get("fixes")
    if found is None:
        raise InputError("no remedies have been tried; try them first")
    start, state, _ = found
    session.change(with_fix(start, state, request.remedy, request.change))
    runner.play(request.speed)


def _texts(ranking: Ranking) -> Fixes:
    rows = []
    for row in ranking.rows:
        gain, low, high = (f"{each:+z.4f}" for each in (row.gain, min(row.gains), max(row.gains)))
        change = printable(row.change)
        rows.append(Fix(row.remedy, change, row.call, gain, low, high, f"{row.score:z.4f}", row.helps))
    before = f"{ranking.untouched.score:z.4f}"
    return Fixes(ranking.verdict, ranking.metric, rows, ranking.remarks(), before, repr(ranking))


ENDPOINTS = (
    Endpoint("diagnosis", Nothing, diagnosis),
    Endpoint("diagnose", Nothing, diagnose),
    Endpoint("fixes", FixesRequest, fixes),
)

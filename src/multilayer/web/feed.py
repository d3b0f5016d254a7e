"""What a page is sent while training runs: what is new since the last message, and nothing of what it missed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer._base.text import fill
from multilayer.training.curves import Curves
from multilayer.training.events import Ending
from multilayer.web.findings import FindingText, finding_text
from multilayer.web.plane import PlaneRequest, Surface
from multilayer.web.runner import Runner
from multilayer.web.session import Session, State
from multilayer.web.training import Course

__all__ = ["Curve", "Feed", "Status", "status_of"]

_MOST = 100
"""Points of a curve in one message."""


class Status(msgspec.Struct):
    """Where training stands. Losses are of the last whole epoch."""

    revision: int
    run: int
    """The number of the training; 0 before the first."""
    playing: bool
    task: str
    """What runs, if that is something else than training."""
    outcomes: int
    """Grows when such a task brings something."""
    holds: bool
    """Whether the session shows the network of this training."""
    epoch: int
    epochs: int
    steps: int
    reached: int
    """The last epoch that one can go to."""
    loss: str
    numbers: list[tuple[str, str, str]]
    """Where it stands: what is said, the name of the cell, its text."""
    metric_name: str
    ended: str | None
    note: str
    """Why it has ended, or cannot go on as it was; "" for nothing."""
    verdict: str


class Curve(msgspec.Struct):
    """Points of the learning curves, by epoch."""

    run: int
    of: str
    """"now", or "before": the training from the same start that is drawn beside."""
    learning_rate: str
    epochs: list[int]
    loss: list[str]
    validation_loss: list[str]
    metric: list[str]


class Withdrawn(msgspec.Struct):
    """A finding that is gone."""

    key: str
    title: str


class Picture(msgspec.Struct):
    """What the network answers over the plane that the page shows, as `Surface.codes` has it, in base64."""

    codes: bytes


class Feed:
    """One page's view of the runner. `messages` is called as often as the page takes messages."""

    def __init__(
        self, session: Session, runner: Runner, digits: int | None = 6, plane: PlaneRequest | None = None
    ) -> None:
        self._session, self._runner, self._digits, self._plane = session, runner, digits, plane
        self._status: Status | None = None
        self._drawn: tuple[int, int, int] | None = None
        """The moment whose picture was sent."""
        self._surface: Surface | None = None
        self._state: State | None = None
        """What the surface is of."""
        self._run = 0
        self._sent = 0
        """Epochs of the run whose curve was sent."""
        self._findings: dict[str, FindingText] = {}

    def messages(self) -> Iterator[tuple[str, msgspec.Struct]]:
        """Yield messages by the names of events, as few as bring the page up to date."""
        status = status_of(self._session, self._runner, self._digits)
        course = self._runner.course
        if status.run != self._run:
            self._run, self._sent = status.run, 0
            if self._runner.before is not None:
                yield "epoch", self._curve(self._runner.before, "before", 0)
        if course is not None:
            if len(course.reached) > self._sent:
                yield "epoch", self._curve(course, "now", self._sent)
            yield from self._changed_findings(course)
        if status != self._status:
            ended = status.ended is not None and (self._status is None or self._status.ended is None)
            self._status = status
            yield "step", status
            if ended:
                yield "ended", status
        moment = status.revision, status.run, status.steps
        if self._plane is not None and moment != self._drawn:
            self._drawn = moment
            yield from self._picture(self._plane)

    def _picture(self, plane: PlaneRequest) -> Iterator[tuple[str, Picture]]:
        state = self._session.state
        if state is not self._state:
            self._state, self._surface = state, None
            with contextlib.suppress(InputError):  # the page is refused that plane where it asks for its rows
                self._surface = Surface(state, plane)
        if self._surface is not None:
            yield "picture", Picture(self._surface.codes(self._runner.network))

    def _curve(self, course: Course, of: str, sent: int) -> Curve:
        curves = course.reached
        if of == "now":
            self._sent = len(curves)
        places = np.unique(np.linspace(sent, len(curves) - 1, _MOST).round().astype(int)).tolist()
        metric = next(iter(curves.metrics.values()), ())
        return Curve(
            self._run,
            of,
            self._text(_first_rate(curves)),
            [place + 1 for place in places],
            *(self._texts(curve, places) for curve in (curves.loss, curves.validation_loss, metric)),
        )

    def _changed_findings(self, course: Course) -> Iterator[tuple[str, msgspec.Struct]]:
        now = {text.key: text for text in (finding_text(each, course.start) for each in course.findings())}
        for key in self._findings.keys() - now.keys():
            yield "withdrawn", Withdrawn(key, self._findings[key].title)
        for key, text in now.items():
            if self._findings.get(key) != text:
                yield "finding", text
        self._findings = now

    def _texts(self, curve: Sequence[float], places: Sequence[int]) -> list[str]:
        return [self._text(curve[place]) for place in places] if curve else []

    def _text(self, value: float) -> str:
        return number_text(value, self._digits)


def _first_rate(curves: Curves) -> float:
    return curves.learning_rate[0] if curves.learning_rate else float("nan")


def status_of(session: Session, runner: Runner, digits: int | None = 6) -> Status:
    """Return where training stands; it may be read while it runs."""
    course, problem = runner.course, runner.worker.problem
    status = Status(
        revision=session.revision,
        run=runner.number,
        playing=runner.playing,
        task=runner.task,
        outcomes=runner.outcomes,
        holds=runner.holds,
        epoch=0,
        epochs=session.state.recipe.epochs,
        steps=0,
        reached=0,
        loss="",
        numbers=[],
        metric_name="",
        ended=None,
        note=problem,
        verdict="",
    )
    numbers: list[tuple[str, str, str]] = []
    if course is not None:
        numbers = _fill(status, course, digits)
        if not status.holds:
            status.note = fill("The network has changed since it was trained; Play trains it from here.")
        elif not status.note and session.state.recipe != course.recipe:
            status.note = fill(
                "The recipe has changed; Play trains from here by the new one, Rewind goes back to the start."
            )
    epoch = status.epoch if status.holds else 0
    status.numbers = [(fill("epoch"), "epoch", f"{epoch} / {status.epochs}")]
    if status.holds:
        status.numbers += [each for each in numbers if each[2]]
    return status


def _fill(status: Status, course: Course, digits: int | None) -> list[tuple[str, str, str]]:
    """Take what a course brings, and return its numbers."""
    at, trained = course.progress, course.trained

    def last(curve: Sequence[Any]) -> str:
        return number_text(curve[-1], digits) if curve else ""

    status.epoch, status.epochs = at.epoch, course.config.epochs
    status.steps, status.reached = at.steps, len(course.reached)
    status.loss = last(at.curves.loss)
    status.metric_name = name = course.config.metrics[0].name
    if trained is not None and course.ending is not None and course.at_end:
        status.ended = trained.stopped
        status.note = status.note or _ended(trained.stopped, course.ending)
        status.verdict = "" if course.diagnosis is None else course.diagnosis.verdict
    return [
        (fill("batch"), "batch", f"{at.batch} / {course.batches}" if at.batch else ""),
        (fill("loss"), "loss", status.loss),
        (fill("validation loss"), "validation_loss", last(at.curves.validation_loss)),
        (fill("accuracy") if name == "accuracy" else name, name, last(at.curves.metrics.get(name, ()))),
        (fill("learning rate"), "learning_rate", last(at.curves.learning_rate)),
    ]


def _ended(stopped: str, ending: Ending) -> str:
    if stopped == "epochs":
        return fill("All epochs are done.")
    if stopped == "plateau":
        return fill("Training stopped early: no more improvement.")
    return ending.message()

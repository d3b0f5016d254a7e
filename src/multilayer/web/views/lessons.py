"""Guided lessons: the list, a step with what it opens, and whether an answer is right."""

from __future__ import annotations

import msgspec

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.web.endpoint import Endpoint, Nothing
from multilayer.web.lessons import Lesson, Step, lessons
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session

__all__ = ["ENDPOINTS", "AnswerRequest", "StepRequest"]


class LessonCard(msgspec.Struct):
    """A lesson in the list."""

    title: str
    steps: int


class StepRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which step, both counted from 0, and whether to open what belongs to it."""

    lesson: int
    step: int
    open: bool = False


class StepCard(msgspec.Struct):
    """A step as the page shows it."""

    title: str
    steps: int
    text: str
    question: str
    kind: str
    """Of the check: "number", "value", "choice", "reach"; empty without a question."""
    options: list[str]
    view: str | None
    hide: tuple[str, ...]


class AnswerRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What the learner answers."""

    lesson: int
    step: int
    text: str = ""


class Judgement(msgspec.Struct):
    """Whether an answer is right, and what to say of it."""

    right: bool
    text: str


def listed(_: Session, __: Nothing) -> list[LessonCard]:
    """Return the lessons."""
    return [LessonCard(str(lesson.title), len(lesson.steps)) for lesson in lessons()]


def step(session: Session, request: StepRequest) -> StepCard:
    """Return a step; where it is to be opened, what belongs to it is shown, and can be undone."""
    lesson, found = _found(request.lesson, request.step)
    if request.open and found.preset is not None:
        session.change(PRESETS[found.preset].make())
    return StepCard(
        str(lesson.title),
        len(lesson.steps),
        str(found.text),
        "" if found.question is None else str(found.question),
        "" if found.check is None else str(type(found.check).__struct_config__.tag),
        [str(option) for option in found.options],
        found.view,
        found.hide,
    )


def answer(session: Session, request: AnswerRequest) -> Judgement:
    """Return whether an answer is right."""
    _, found = _found(request.lesson, request.step)
    if found.check is None or found.check.holds(session.state, request.text):
        return Judgement(True, fill("Right."))
    hint = "" if found.hint is None else str(found.hint)
    return Judgement(False, fill("Not yet. {hint}", hint=hint).strip())


def _found(lesson: int, place: int) -> tuple[Lesson, Step]:
    every = lessons()
    if not 0 <= lesson < len(every) or not 0 <= place < len(every[lesson].steps):
        raise InputError("there is no step {step} of lesson {lesson}", step=place + 1, lesson=lesson + 1)
    return every[lesson], every[lesson].steps[place]


ENDPOINTS = (
    Endpoint("lessons", Nothing, listed),
    Endpoint("lesson", StepRequest, step),
    Endpoint("answer", AnswerRequest, answer),
)

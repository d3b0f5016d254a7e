"""Side by side: trainings that differ in one thing, as small pictures."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer.web.endpoint import Endpoint
from multilayer.web.plane import PlaneRequest, Surface
from multilayer.web.runner import Runner, runner_of
from multilayer.web.session import Session, State
from multilayer.web.sides import Side, trained_alone, with_value
from multilayer.web.worker import Stop

__all__ = ["ENDPOINTS"]

Value = Annotated[str, Meta(max_length=40)]


class SidesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Train one after the other, stop that, show what there is, or go on with one of them, counted from 0."""

    action: Literal["start", "cancel", "show", "take"] = "show"
    vary: Literal["width", "activation", "seed"] = "width"
    values: Annotated[list[Value], Meta(max_length=12)] = []
    number: int = 0
    digits: int | None = 6


class Panel(msgspec.Struct):
    """One training: its value, and what it has reached."""

    value: str
    widths: tuple[int, ...]
    epochs: int
    loss: str
    metric: str
    metric_name: str
    stopped: str
    message: str


def sides(session: Session, request: SidesRequest) -> list[Panel]:
    """Do what is asked, and return what has been trained so far."""
    runner, state = runner_of(session), session.state
    if request.action == "start":
        if not request.values:
            raise InputError("give at least one value to train with")
        starts = [(value, with_value(state, request.vary, value)) for value in request.values]
        runner.results["sides"] = []
        runner.run("sides", lambda stop: _train(runner, starts, stop))
    elif request.action == "cancel" and runner.task == "sides":
        runner.pause()
    elif request.action == "take":
        side = _side(runner, request.number)
        session.change(side.start)
    return [_panel(side, request.digits) for side in runner.results.get("sides", [])]


def _train(runner: Runner, starts: list[tuple[str, State]], stop: Stop) -> None:
    for value, start in starts:
        trained, ending = trained_alone(start, stop)
        if stop():
            return
        runner.results["sides"] = [*runner.results["sides"], Side(value, start, trained, ending)]
        runner.outcomes += 1


def _side(runner: Runner, number: int) -> Side:
    found: list[Side] = runner.results.get("sides", [])
    if not 0 <= number < len(found):
        raise InputError("there is no training {number} beside others", number=number + 1)
    return found[number]


def _panel(side: Side, digits: int | None) -> Panel:
    trained = side.trained
    history = trained.history
    name, values = next(iter(history.metrics.items()), ("", ()))
    return Panel(
        side.value,
        trained.network.widths,
        len(history),
        number_text(history.loss[-1], digits) if history.loss else "",
        number_text(values[-1], digits) if values else "",
        name,
        trained.stopped,
        side.ending.message(),
    )


class SideGridRequest(PlaneRequest, forbid_unknown_fields=True):
    """A plane, for one of the trainings, counted from 0."""

    number: int = 0


def side_grid(session: Session, request: SideGridRequest) -> bytes:
    """Return what one of the trainings answers over a plane."""
    side = _side(runner_of(session), request.number)
    return Surface(side.start, request).codes(side.trained.network)


ENDPOINTS = (
    Endpoint("sides", SidesRequest, sides),
    Endpoint("side_grid", SideGridRequest, side_grid),
)

"""The way back: gradients step by step, each number by its parts, and one gradient along its paths."""

from __future__ import annotations

import msgspec

from multilayer._base.table import number_text
from multilayer.web.aim import AimRequest, aim_of, losses_for, with_target
from multilayer.web.backward import BackStep, Backward, steps_of
from multilayer.web.cells import Window
from multilayer.web.endpoint import Endpoint
from multilayer.web.explained import Explained, explained
from multilayer.web.paths import Difference, Paths, difference_of, in_float64, paths_of
from multilayer.web.session import Session

__all__ = ["ENDPOINTS", "BackRequest"]


class BackRequest(AimRequest, forbid_unknown_fields=True):
    """Of which rows, in how many digits, and which part of large matrices."""

    digits: int | None = 6
    window: Window = msgspec.field(default_factory=Window)


class CellRequest(AimRequest, forbid_unknown_fields=True):
    """One number, by its name."""

    cell: str = ""
    digits: int | None = 6


class WeightRequest(AimRequest, forbid_unknown_fields=True):
    """One weight: its layer from 1, its input and unit counted from 0."""

    layer: int = 1
    input: int = 0
    unit: int = 0
    digits: int | None = 6


class TargetRequest(AimRequest, forbid_unknown_fields=True):
    """The targets of the first of the rows, as they were typed."""

    text: str = ""


class BackAnswer(msgspec.Struct):
    """The steps, and what they start from."""

    loss: str
    losses: list[str]
    """The names of those that fit."""
    mean: str
    """The mean loss of the rows."""
    proposed: bool
    notes: tuple[str, ...]
    steps: list[BackStep]


class WeightAnswer(msgspec.Struct):
    """One gradient in two other ways."""

    paths: Paths
    difference: Difference


def back(session: Session, request: BackRequest) -> BackAnswer:
    """Return the steps of the way back for some rows."""
    aim = aim_of(session.state, request)
    way = Backward(aim)
    return BackAnswer(
        aim.loss.facts.name,
        losses_for(aim.network),
        number_text(way.gradients.loss, request.digits),
        aim.proposed,
        aim.notes,
        list(steps_of(way, request.digits, request.window)),
    )


def cell(session: Session, request: CellRequest) -> Explained:
    """Return what one number is made of."""
    return explained(Backward(aim_of(session.state, request)), request.cell, request.digits)


def weight(session: Session, request: WeightRequest) -> WeightAnswer:
    """Return the gradient of one weight along its paths, and by moving it."""
    way = in_float64(aim_of(session.state, request))
    where = (way, request.layer, request.input, request.unit, request.digits)
    return WeightAnswer(paths_of(*where), difference_of(*where))


def target(session: Session, request: TargetRequest) -> BackAnswer:
    """Set the targets of a row."""
    session.change(with_target(session.state, request, request.text))
    return back(session, BackRequest(request.first, request.count, request.loss))


ENDPOINTS = (
    Endpoint("back", BackRequest, back),
    Endpoint("back_cell", CellRequest, cell),
    Endpoint("back_weight", WeightRequest, weight),
    Endpoint("back_target", TargetRequest, target),
)

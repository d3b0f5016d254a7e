"""One update: what an optimizer does with the gradients of some rows, and doing it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import msgspec

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer._base.text import fill
from multilayer.optimizers import Optimizer
from multilayer.training import gradients
from multilayer.web.aim import AimRequest, aim_of
from multilayer.web.cells import Block, Window, block
from multilayer.web.endpoint import Endpoint, Nothing
from multilayer.web.explained import Explained
from multilayer.web.session import Session
from multilayer.web.update import CHOICES, Changed, Update, optimizer_of

__all__ = ["ENDPOINTS", "UpdateRequest"]


class UpdateRequest(AimRequest, forbid_unknown_fields=True):
    """The optimizer with its parameters as they were typed, and the weight that is looked at."""

    optimizer: str = "gradient descent"
    parameters: dict[str, str] = msgspec.field(default_factory=dict)
    layer: int = 1
    input: int = 0
    unit: int = 0
    """The layer is counted from 1, input and unit from 0."""
    digits: int | None = 6
    window: Window = msgspec.field(default_factory=Window)


class Parameter(msgspec.Struct):
    """A parameter of an optimizer: a number as text."""

    name: str
    value: str


class Choice(msgspec.Struct):
    """An optimizer with what can be set of it."""

    name: str
    parameters: list[Parameter]


class Table(msgspec.Struct):
    """An array of the update: what is said of it, and when it is so."""

    caption: str
    when: str
    block: Block


class LayerUpdate(msgspec.Struct):
    """The tables of a layer: those of W, and those of b."""

    number: int
    tables: list[list[Table]]


class Updated(msgspec.Struct):
    """An update that could be made, number by number."""

    about: str
    """Which update it is, and where the optimizer's state begins."""
    loss: str
    """The mean loss of the rows before the update, and `new_loss` after it."""
    new_loss: str
    layers: list[LayerUpdate]
    made: list[Explained]


def choices(session: Session, _: Nothing) -> list[Choice]:
    """Return the optimizers that make steps."""
    return [Choice(entry.name, _parameters(entry.value)) for entry in CHOICES.entries]


def _parameters(optimizer: Optimizer) -> list[Parameter]:
    """Return the learning rate, and the parameters that the update as it is written depends on."""
    used = set(re.findall(r"\w+", " ".join(optimizer.written.values()))) | {"learning_rate"}
    return [
        Parameter(field.name, number_text(getattr(optimizer, field.name), None))
        for field in dataclasses.fields(optimizer)  # type: ignore[arg-type]
        if field.name in used
    ]


def update(session: Session, request: UpdateRequest) -> Updated:
    """Return what the next update would do."""
    found = _next(session, request)
    aim, digits = found.aim, request.digits
    n, i, j = request.layer, request.input, request.unit
    after = gradients(found.trained.network, aim.X, aim.y, aim.loss).loss

    def table(each: Changed) -> Table:
        shown = block(each.name, each.numbers, digits, window=request.window.within(each.numbers))
        return Table(each.caption, each.when, shown)

    return Updated(
        " ".join(_about(found)),
        number_text(found.gradients.loss, digits),
        number_text(after, digits),
        [
            LayerUpdate(n, [[table(each) for each in arrays] for arrays in found.arrays(n)])
            for n in range(1, len(aim.network.layers) + 1)
        ],
        found.made(n, i, j, digits),
    )


def _about(found: Update) -> Iterator[str]:
    rate = number_text(found.optimizer.learning_rate, None)
    yield fill("Update {step} at the rate {rate}.", step=found.step, rate=rate)
    if found.before is not None:
        yield fill("The optimizer goes on from the state of the update before.")
    elif len(found.optimizer.written) > 1:
        yield fill("Its state begins at 0.")


def do(session: Session, request: UpdateRequest) -> Updated:
    """Make the update, which can be undone, and return what the one after it would do."""
    trained = _next(session, request).trained
    session.change(dataclasses.replace(session.state, network=trained.network, updated=trained))
    return update(session, request)


def _next(session: Session, request: UpdateRequest) -> Update:
    optimizer = optimizer_of(request.optimizer, request.parameters)
    n, i, j, layers = request.layer, request.input, request.unit, session.state.network.layers
    if not (1 <= n <= len(layers) and 0 <= i < layers[n - 1].inputs and 0 <= j < layers[n - 1].units):
        raise InputError("there is no weight W({n})[{i},{j}] in this network", n=n, i=i + 1, j=j + 1)
    return Update.of(session.state, aim_of(session.state, request), optimizer)


ENDPOINTS = (
    Endpoint("optimizers", Nothing, choices),
    Endpoint("update", UpdateRequest, update),
    Endpoint("update_do", UpdateRequest, do),
)

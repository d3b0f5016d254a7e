"""Open: networks and rows of one's own, from files, from text, by hand, or made."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from multilayer import activations
from multilayer._base.errors import InputError
from multilayer._base.text import fill, one_line
from multilayer.network import MLP
from multilayer.network.initialized import initialize
from multilayer.training.samples import targets
from multilayer.web.draft import MAX_PARAMETERS, Draft
from multilayer.web.endpoint import Endpoint, Nothing
from multilayer.web.fresh import network_for, rows_for
from multilayer.web.generators import GENERATORS, Generated
from multilayer.web.given import MAX_LAYERS, given
from multilayer.web.opening import TextTable, rows_of_table
from multilayer.web.recipe import Recipe, loss_for
from multilayer.web.session import Rows, Session, State

__all__ = ["ENDPOINTS"]

_LONGEST_CELL = 60
_SHOWN_ROWS, _SHOWN_COLUMNS = 5, 200
_MOST_CELLS = 2 * 10**6
_TARGETS = ("y", "target", "class", "label", "t", "정답", "목표", "타깃", "분류", "클래스")
"""Names of a last column that is taken for the target, until the user says otherwise."""

Which = Literal["fit", "keep", "new"]
"""The network for rows: the open one where they fit it, the open one in any case, or a new one."""


class Opened(msgspec.Struct):
    """What was opened, and what was decided on the way."""

    notes: list[str]
    table: Preview | None = None
    """A table, whose target is to be chosen before it is opened."""


class Preview(msgspec.Struct):
    """The first rows of a table, and its columns."""

    names: list[str]
    numeric: list[bool]
    rows: int
    first: list[list[str]]
    target: int | None
    """A guess, counted from 0."""


class Made(msgspec.Struct):
    """A generator, for the form."""

    name: str
    title: str
    choices: tuple[str, ...]
    count: int
    noise: float


class Choices(msgspec.Struct):
    """What there is to choose from."""

    generators: list[Made]
    activations: tuple[str, ...]


class GivenRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A file, or text without a name."""

    data: bytes
    name: str = ""
    hidden: str = "sigmoid"
    output: str = "sigmoid"


class TableRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A table with its target columns, counted from 0."""

    data: bytes
    name: str = ""
    targets: list[Annotated[int, Meta(ge=0)]] = []
    network: Which = "fit"


class GeneratedRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Rows to make."""

    rows: Generated
    network: Which = "fit"


class BlankRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A new network by its shape."""

    widths: Annotated[list[Annotated[int, Meta(ge=1)]], Meta(min_length=2)]
    hidden: str = "tanh"
    output: str = "identity"
    seed: Annotated[int, Meta(ge=0, le=2**53)] = 0


def choices(_: Session, __: Nothing) -> Choices:
    """Return what there is to choose from."""
    made = [
        Made(each.name, each.title(), each.choices, each.count, each.noise) for each in GENERATORS.values()
    ]
    return Choices(made, activations.names())


def open_given(session: Session, request: GivenRequest) -> Opened:
    """Show a network, or return the first rows of a table."""
    found = given(request.data, request.name, request.hidden, request.output)
    if isinstance(found, TextTable):
        return Opened([], _preview(found))
    return _show_network(session, found)


def open_table(session: Session, request: TableRequest) -> Opened:
    """Show the rows of a table."""
    found = given(request.data, request.name)
    if not isinstance(found, TextTable):
        raise InputError("expected a table, found a network")
    if len(found.columns) * len(found.columns[0].cells) > _MOST_CELLS:
        raise InputError("the page takes tables of up to {most:,} cells; take fewer rows", most=_MOST_CELLS)
    unknown = next((place for place in request.targets if place >= len(found.names)), None)
    if unknown is not None:
        raise InputError("there is no column {column}", column=unknown + 1)
    rows, notes = rows_of_table(found, request.targets)
    return _show_rows(session, rows, request.network, notes)


def open_generated(session: Session, request: GeneratedRequest) -> Opened:
    """Show rows that are made."""
    return _show_rows(session, request.rows.rows(), request.network, [])


def open_blank(session: Session, request: BlankRequest) -> Opened:
    """Show a new network."""
    widths = request.widths
    if len(widths) > MAX_LAYERS + 1 or max(widths) > MAX_PARAMETERS:
        raise InputError(
            "expected at most {layers} layers and {most:,} parameters", layers=MAX_LAYERS, most=MAX_PARAMETERS
        )
    Draft.check_size(sum((before + 1) * units for before, units in pairwise(widths)))
    net = initialize(widths, request.hidden, request.output, dtype=float, rng=request.seed)
    return _show_network(session, net)


def _preview(table: TextTable) -> Preview:
    names = [one_line(name, _LONGEST_CELL) for name in table.names]
    last = len(names) - 1
    is_target = last > 0 and (not table.numeric[last] or names[last].strip().casefold() in _TARGETS)
    rows = len(table.columns[0].cells)
    first = [
        [one_line(column.cells[row], _LONGEST_CELL) for column in table.columns[:_SHOWN_COLUMNS]]
        for row in range(min(rows, _SHOWN_ROWS))
    ]
    return Preview(names, list(table.numeric), rows, first, last if is_target else None)


def _show_network(session: Session, net: MLP) -> Opened:
    """Show a network with the open rows where they fit it."""
    rows = session.state.rows
    notes = [fill("{network} is open", network=net)]
    if rows.X.shape[1] != net.widths[0]:
        rows = rows_for(net)
        notes.append(rows.about)
    elif rows.y is not None and not _fits(net, rows):
        rows = replace(rows, y=None, target=None, origin=None)
        notes.append(fill("the targets of the rows do not fit its outputs, and are left out"))
    session.change(State(net, rows, Recipe()))
    return Opened(notes)


def _show_rows(session: Session, rows: Rows, which: Which, notes: list[str]) -> Opened:
    """Show rows with the open network where they fit it, or else with a new one."""
    net, recipe = session.state.network, session.state.recipe
    rows = rows if which == "new" else _by_name(net, rows)
    if which == "new" or (which == "fit" and not (rows.X.shape[1] == net.widths[0] and _fits(net, rows))):
        net, note = network_for(rows)
        notes = [*notes, note]
        recipe = Recipe()
    count, columns = rows.X.shape
    shown = fill("{count:,} rows of {columns} inputs are open", count=count, columns=columns)
    target = fill("the target is {target}", target=rows.target) if rows.target else fill("without a target")
    session.change(State(net, rows, recipe))
    return Opened([shown, target, *notes])


def _by_name(net: MLP, rows: Rows) -> Rows:
    """Return the columns that are named as the network's inputs, in their order; all where one is missing."""
    wanted, names = net.input_names, rows.names
    if wanted is None or names is None or not set(wanted) <= set(names) or wanted == names:
        return rows
    return replace(rows, X=rows.X[:, [names.index(name) for name in wanted]], names=wanted, origin=None)


def _fits(net: MLP, rows: Rows) -> bool:
    """Whether rows have targets that the network can be trained on, or none."""
    if rows.y is None:
        return True
    try:
        targets(net, loss_for(net, rows.y), rows.y)
    except InputError:
        return False
    return True


ENDPOINTS = (
    Endpoint("choices", Nothing, choices),
    Endpoint("open_given", GivenRequest, open_given),
    Endpoint("open_table", TableRequest, open_table),
    Endpoint("open_generated", GeneratedRequest, open_generated),
    Endpoint("open_blank", BlankRequest, open_blank),
)

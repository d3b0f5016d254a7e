"""Keep and share: a link, files, tables, and the network as code."""

from __future__ import annotations

import csv
import io
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta

from multilayer._base.errors import InputError
from multilayer._base.table import numbered
from multilayer.io.networks import bytes_of
from multilayer.web.endpoint import Endpoint
from multilayer.web.link import link_of, packed, state_of, unpacked
from multilayer.web.program import Form, Letters, program
from multilayer.web.session import Session

__all__ = ["ENDPOINTS"]

_MOST_CELLS = 2 * 10**6


class LinkAnswer(msgspec.Struct):
    """What a link is made of."""

    preset: str | None
    """The preset that is open, unchanged."""
    open: str
    """The network and what made the rows, packed."""
    look: str
    """How things are looked at, packed."""
    has_rows: bool
    """Whether the link holds what makes the rows again."""


class LookRequest(msgspec.Struct, forbid_unknown_fields=True):
    """How the page looks at things, in a text of its own."""

    look: Annotated[str, Meta(max_length=2**16)] = "[]"


class PackedRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A part of a link."""

    packed: Annotated[str, Meta(max_length=2**20)]


class FileRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A kind of network file."""

    format: Literal["json", "safetensors"]


class TableRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A table: the rows with their targets ("rows"), or W, b, a or z of a layer."""

    name: Literal["rows", "W", "b", "a", "z"]
    layer: Annotated[int, Meta(ge=1)] = 1


class CodeRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A form of code, in the reader's letters."""

    form: Form = "matrix"
    sums: Literal["az", "za"] = "az"
    index: Literal["ij", "ji"] = "ij"
    weights: Literal["io", "oi"] = "io"
    row: Annotated[int, Meta(ge=0)] = 0


def link(session: Session, request: LookRequest) -> LinkAnswer:
    """Return what a link to the state holds."""
    preset, found = link_of(session.state)
    text = msgspec.json.encode(found).decode()
    return LinkAnswer(preset, packed(text), packed(request.look), found.rows is not None)


def open_link(session: Session, request: PackedRequest) -> None:
    """Show the state of a link; what was open can be had back."""
    session.change(state_of(unpacked(request.packed)))


def open_look(_: Session, request: PackedRequest) -> str:
    """Return how the page of a link looked at things, as `LookRequest` had it."""
    return unpacked(request.packed)


def keep_network(session: Session, request: FileRequest) -> bytes:
    """Return the network as a file."""
    return bytes_of(session.state.network, f"network.{request.format}")


def keep_table(session: Session, request: TableRequest) -> bytes:
    """Return a table as CSV, in digits that are read back bit for bit."""
    state = session.state
    net = state.network
    if request.layer > len(net.layers):
        raise InputError("there is no layer {layer}", layer=request.layer)
    X, y = state.rows.X, state.rows.y
    layer = net.layers[request.layer - 1]
    shapes = {"rows": X.size, "a": len(X) * layer.units, "z": len(X) * layer.units}
    if shapes.get(request.name, layer.W.size) > _MOST_CELLS:
        raise InputError("the table has more than {most:,} cells; save it from Python", most=_MOST_CELLS)
    if request.name == "rows":
        columns = [*state.input_names]
        rows = [list(map(str, row)) for row in X]
        if y is not None:
            targets = y.reshape(len(y), -1)
            name = state.rows.target or "y"
            columns += (
                [name] if targets.shape[1] == 1 else [f"{name}_{j + 1}" for j in range(targets.shape[1])]
            )
            rows = [[*row, *map(str, target)] for row, target in zip(rows, targets, strict=True)]
        return _csv(columns, rows)
    array = {"W": layer.W, "b": layer.b}.get(request.name)
    if array is None:
        record = net.trace(X)[request.layer - 1]
        array = record.a if request.name == "a" else record.z
    return _csv(numbered(f"{request.name}_", layer.units), np.atleast_2d(array).astype(str).tolist())


def code(session: Session, request: CodeRequest) -> str:
    """Return the network as a program."""
    state = session.state
    if request.row >= len(state.rows.X):
        raise InputError("there is no row {row}", row=request.row + 1)
    letters = Letters(request.sums, request.index, request.weights)
    return program(state.network, state.rows.X, request.form, letters, request.row)


def _csv(columns: tuple[str, ...] | list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()


ENDPOINTS = (
    Endpoint("link", LookRequest, link),
    Endpoint("open_link", PackedRequest, open_link),
    Endpoint("open_look", PackedRequest, open_look),
    Endpoint("keep_network", FileRequest, keep_network),
    Endpoint("keep_table", TableRequest, keep_table),
    Endpoint("code", CodeRequest, code),
)

"""What the sheet is asked for: the numbers that are looked at, edits of them, one unit's chain, W as a picture."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from multilayer._base.errors import InputError
from multilayer.web.chain import Chain, chain_of
from multilayer.web.edits import Edit, edited
from multilayer.web.endpoint import Endpoint
from multilayer.web.session import Session
from multilayer.web.sheet import ROWS, Digits, Look, Sheet, sheet_of

__all__ = ["ENDPOINTS"]

_HEAT = 256
"""The most rows and columns of a picture of weights."""


class SheetRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is looked at."""

    look: Look = msgspec.field(default_factory=Look)


class EditRequest(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be changed, all or nothing, and what is looked at."""

    edits: Annotated[list[Edit], msgspec.Meta(max_length=2000)]
    look: Look = msgspec.field(default_factory=Look)


class ChainRequest(msgspec.Struct, forbid_unknown_fields=True):
    """A unit of a layer, both counted from 1, a row and the first input that is shown, counted from 0."""

    layer: int
    unit: int
    row: int = 0
    first: int = 0
    top: int = 0
    """The first row that the sheet shows: with NumPy, a sum may depend on the rows beside it."""
    digits: Digits = 6


class HeatRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The layer, counted from 1, whose weights are wanted as a picture."""

    layer: int


def sheet(session: Session, request: SheetRequest) -> Sheet:
    """Return the blocks x, W(1), b(1), a(1), z(1), W(2), ..."""
    return sheet_of(session.state, request.look, session.revision)


def edit(session: Session, request: EditRequest) -> Sheet:
    """Change what is shown, and return the blocks that this changed."""
    before = {each.name: each for each in sheet_of(session.state, request.look).blocks}
    session.change(edited(session.state, request.edits))
    found = sheet_of(session.state, request.look, session.revision)
    found.blocks = [each for each in found.blocks if each != before.get(each.name)]
    return found


def chain(session: Session, request: ChainRequest) -> Chain:
    """Return how the weighted sum of one unit comes about, and its output."""
    state = session.state
    layers, X = state.network.layers, state.rows.X
    known = 1 <= request.layer <= len(layers) and 0 <= request.row < len(X)
    if not known or not 1 <= request.unit <= layers[request.layer - 1].units:
        raise InputError(
            "there is no unit {unit} of layer {layer} for row {row}",
            unit=request.unit,
            layer=request.layer,
            row=request.row + 1,
        )
    top = request.top if 0 <= request.top <= request.row < request.top + ROWS else request.row
    record = state.network.trace(X[top : top + ROWS])[request.layer - 1]
    first = min(max(request.first, 0), record.layer.inputs - 1)
    called = f"a({request.layer})[{request.row + 1},{request.unit}]"
    return chain_of(record, request.row - top, request.unit - 1, first, request.digits, called)


def heat(session: Session, request: HeatRequest) -> bytes:
    """Return W as signed bytes, 127 for the largest |w|: of each square of a large matrix the largest weight."""
    layers = session.state.network.layers
    if not 1 <= request.layer <= len(layers):
        raise InputError("there is no layer {layer}", layer=request.layer)
    W = np.nan_to_num(layers[request.layer - 1].W.astype(np.float64))
    steps = [-(-size // _HEAT) for size in W.shape]
    counts = [-(-size // step) for size, step in zip(W.shape, steps, strict=True)]
    ends = [(0, count * step - size) for count, step, size in zip(counts, steps, W.shape, strict=True)]
    squares = np.pad(W, ends).reshape(counts[0], steps[0], counts[1], steps[1])
    high, low = squares.max((1, 3)), squares.min((1, 3))
    found = np.where(high >= -low, high, low)
    largest = np.abs(found).max() or 1.0
    picture: bytes = np.rint(found / largest * 127.0).astype(np.int8).tobytes()
    return picture


ENDPOINTS = (
    Endpoint("sheet", SheetRequest, sheet),
    Endpoint("edit", EditRequest, edit),
    Endpoint("chain", ChainRequest, chain),
    Endpoint("heat", HeatRequest, heat),
)

"""The sheet: x, and W, b, a, z of every layer, for the rows in a window."""

from __future__ import annotations

import msgspec

from multilayer.web.cells import Block, Window, block
from multilayer.web.endpoint import Endpoint
from multilayer.web.session import Session

__all__ = ["ENDPOINTS", "SheetRequest"]


class SheetRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which rows, and how many significant digits (None: all)."""

    window: Window = msgspec.field(default_factory=Window)
    digits: int | None = 6


def sheet(session: Session, request: SheetRequest) -> list[Block]:
    """Return the blocks x, W(1), b(1), a(1), z(1), W(2), ..."""
    state, digits, window = session.state, request.digits, request.window
    shown = slice(window.row, window.row + window.rows)
    trace = state.network.trace(state.rows.X[shown])
    of_rows = Window(0, window.column, window.rows, window.columns)
    blocks = [block("x", trace[0].x, digits, columns=state.input_names, window=of_rows)]
    for n, record in enumerate(trace, 1):
        blocks += [
            block(f"W({n})", record.layer.W, digits),
            block(f"b({n})", record.layer.b, digits),
            block(f"a({n})", record.a, digits, window=of_rows),
            block(f"z({n})", record.z, digits, window=of_rows),
        ]
    return blocks


ENDPOINTS = (Endpoint("sheet", SheetRequest, sheet),)

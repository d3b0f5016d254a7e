"""What every view needs: what is open, undo and redo, and what there is to begin with."""

from __future__ import annotations

import msgspec

from multilayer.web.contents import View, contents
from multilayer.web.endpoint import Endpoint, Nothing
from multilayer.web.presets import PRESETS, preset
from multilayer.web.session import Session

__all__ = ["ENDPOINTS", "Summary"]


class Summary(msgspec.Struct):
    """What is open, in short: the page's `session` signal."""

    revision: int
    widths: tuple[int, ...]
    activations: tuple[str, ...]
    dtype: str
    rows: int
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    classes: tuple[str, ...] | None
    has_targets: bool
    target: str | None
    about: str
    can_undo: bool
    can_redo: bool
    language: str | None


def summary(session: Session, _: Nothing) -> Summary:
    """Return what is open."""
    state = session.state
    net, rows = state.network, state.rows
    return Summary(
        session.revision,
        net.widths,
        tuple(layer.activation.facts.name for layer in net.layers),
        str(net.dtype),
        len(rows.X),
        state.input_names,
        net.output_names or tuple(f"y_{j}" for j in range(1, net.widths[-1] + 1)),
        None if net.classes is None else tuple(map(str, net.classes)),
        rows.y is not None,
        rows.target,
        rows.about,
        session.can_undo,
        session.can_redo,
        session.language,
    )


def undo(session: Session, nothing: Nothing) -> Summary:
    """Go back by one change."""
    session.undo()
    return summary(session, nothing)


def redo(session: Session, nothing: Nothing) -> Summary:
    """Make the change again that was undone last."""
    session.redo()
    return summary(session, nothing)


def views(_: Session, __: Nothing) -> list[View]:
    """Return what the views are called."""
    return contents()


class PresetRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which preset to show."""

    name: str


class PresetCard(msgspec.Struct):
    """A preset: its name in links, and what it is."""

    name: str
    title: str


def presets(_: Session, __: Nothing) -> list[PresetCard]:
    """Return what there is to begin with."""
    return [PresetCard(each.name, each.title()) for each in PRESETS.values()]


def show_preset(session: Session, request: PresetRequest) -> Summary:
    """Show a preset; what was open can be had back."""
    session.change(preset(request.name).make())
    return summary(session, Nothing())


ENDPOINTS = (
    Endpoint("session", Nothing, summary),
    Endpoint("views", Nothing, views),
    Endpoint("undo", Nothing, undo),
    Endpoint("redo", Nothing, redo),
    Endpoint("presets", Nothing, presets),
    Endpoint("preset", PresetRequest, show_preset),
)

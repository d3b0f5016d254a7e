"""The explorer of activations: curve, derivative, where they are saturated, and where a network's own a(n) lie."""

from __future__ import annotations

import dataclasses
import inspect
import math
import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer._base.text import fill, percent
from multilayer._base.translation import translated
from multilayer.activations import Activation, AlongAxis, Custom, catalogue, curves_of, get
from multilayer.diagnosis.layers import sensitivity
from multilayer.measure.curve import Saturation
from multilayer.measure.property import Effort
from multilayer.web.endpoint import Endpoint, Nothing
from multilayer.web.session import Session
from multilayer.web.textbook import in_float32

__all__ = ["ENDPOINTS", "ActivationRequest"]

_POINTS, _BINS = 241, 40
_FARTHEST = 1000.0


class Parameter(msgspec.Struct):
    """A parameter: where its slider stands and ends, and the limits in words."""

    name: str
    value: float
    low: float
    high: float
    limits: str


class Card(msgspec.Struct):
    """What is known of an activation."""

    name: str
    formula: str
    derivative: str
    facts: list[tuple[str, str]]
    remarks: list[str]
    traps: str
    parameters: list[Parameter]


class ActivationRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which activation, how far the curve reaches, and at which a the numbers are wanted."""

    name: str
    parameters: dict[str, float] = msgspec.field(default_factory=dict)
    reach: float = 6.0
    at: str = "1"
    digits: int | None = 6
    layer: int | None = None
    """The layer, from 1, whose weighted sums are shown under the curve."""
    logarithmic: bool = False
    """Whether to draw the logarithms of the sizes, which show the tails."""


class Region(msgspec.Struct):
    """Where an activation is saturated: the ends as text, and as numbers cut to what is drawn."""

    low: str
    high: str
    span: tuple[float, float]


class Overlay(msgspec.Struct):
    """The weighted sums of a layer: a histogram, whose outermost bins count what is beyond the curve, and the fraction
    that is saturated, as the diagnosis measures it."""

    about: str
    edges: list[float]
    counts: list[int]
    saturated: str | None


class Curve(msgspec.Struct):
    """An activation around 0. Curves are pieces between the kinks, as pairs of a and value; both to be drawn only."""

    value: list[list[tuple[float, float]]]
    slope: list[list[tuple[float, float]]]
    regions: list[Region]
    shaded: str
    """What the regions are."""
    cursor: list[tuple[str, str, str]]
    """The numbers at the a that was asked for: the name of the cell, the head of the column, the text.

    The last one is left out where there is no textbook's formula, so that columns of several activations agree.
    """
    overlay: Overlay | None


def cards(session: Session, _: Nothing) -> list[Card]:
    """Return the catalogue, and behind it the network's user-defined activations."""
    return [_card(activation) for activation in _known(session)]


def curve(session: Session, request: ActivationRequest) -> Curve:
    """Return what is drawn and written of one activation."""
    activation = _chosen(session, request.name, request.parameters)
    if not 0.0 < request.reach <= _FARTHEST:
        raise InputError(
            "the curve reaches from more than 0 to {most}; got {reach}", most=_FARTHEST, reach=request.reach
        )
    pieces = _pieces(activation.facts.kinks, request.reach)
    value, slope = (
        [drawn for piece in pieces for drawn in _drawn(function, piece, request.logarithmic)]
        for function in curves_of(activation)
    )
    regions = _regions(activation, request.reach)
    return Curve(
        value,
        slope,
        regions,
        _shaded(activation, regions),
        _cursor(activation, request.at, request.digits),
        None if request.layer is None else _overlay(session, activation, request.layer, request.reach),
    )


def _known(session: Session) -> list[Activation]:
    own = dict.fromkeys(layer.activation for layer in session.state.network.layers)
    return [*catalogue, *(activation for activation in own if isinstance(activation, Custom))]


def _chosen(session: Session, name: str, parameters: dict[str, float]) -> Activation:
    return get(name, among=[each for each in _known(session) if isinstance(each, Custom)], **parameters)


def _card(activation: Activation) -> Card:
    facts = activation.facts
    kinks = ", ".join(f"a = {number_text(kink, 6)}" for kink in facts.kinks)
    known = [
        (fill("range"), str(facts.range)),
        (fill("kinks"), kinks or fill("none")),
        (fill("also called"), ", ".join(facts.aliases)),
        (fill("source"), facts.source),
    ]
    return Card(
        facts.name,
        facts.formula,
        facts.derivative,
        [(name, text) for name, text in known if text],
        list(_remarks(activation)),
        translated(traps(type(activation))),
        list(_parameters(activation)),
    )


def _remarks(activation: Activation) -> Iterable[str]:
    if not activation.facts.trainable:
        yield fill("Its derivative is 0 almost everywhere, so backpropagation cannot train through it.")
    if isinstance(activation, AlongAxis):
        yield fill("Each output depends on the whole row. Drawn is the first output for the row (a, 0).")


def traps(kind: type[Activation]) -> str:
    """Return what the docstring says under Traps."""
    found = re.search(r"\nTraps\n-+\n(.*?)(?:\n\n\w+\n---|\Z)", inspect.getdoc(kind) or "", re.DOTALL)
    return re.sub(r"\s+", " ", found[1].replace("`", "")).strip() if found else ""


def _parameters(activation: Activation) -> Iterable[Parameter]:
    for field in dataclasses.fields(activation):  # type: ignore[arg-type]
        value, limits = getattr(activation, field.name), field.metadata.get("limits")
        if limits is None or not isinstance(value, float):
            continue
        reach = max(2.0, 2.0 * abs(value))
        low = limits.minimum if math.isfinite(limits.minimum) else limits.above
        high = limits.maximum if math.isfinite(limits.maximum) else limits.below
        yield Parameter(
            field.name,
            value,
            low if math.isfinite(low) else -reach,
            high if math.isfinite(high) else reach,
            str(limits),
        )


def _pieces(kinks: tuple[float, ...], reach: float) -> list[NDArray[np.float64]]:
    """Return points between the kinks, so that no line joins the two sides of a jump."""
    edges = [-reach, *sorted(kink for kink in kinks if -reach < kink < reach), reach]
    return [
        np.linspace(
            np.nextafter(low, high),
            np.nextafter(high, low),
            max(3, round(_POINTS * (high - low) / (2 * reach))),
        )
        for low, high in pairwise(edges)
    ]


def _drawn(
    function: Callable[[Any], Any], a: NDArray[np.float64], logarithmic: bool
) -> list[list[tuple[float, float]]]:
    """Return the finite stretches of a curve."""
    with np.errstate(all="ignore"):
        y = np.asarray(function(a), np.float64)
        y = np.log10(np.abs(y)) if logarithmic else y
    ends = np.flatnonzero(np.diff(np.concatenate([[0], np.isfinite(y).astype(int), [0]])))
    return [
        list(zip(a[start:end].tolist(), y[start:end].tolist(), strict=True))
        for start, end in zip(ends[::2], ends[1::2], strict=True)
    ]


def _regions(activation: Activation, reach: float) -> list[Region]:
    if isinstance(activation, AlongAxis):
        return []
    measured = Saturation.measure(activation, Effort())
    if not isinstance(measured, Saturation):
        return []
    return [
        Region(number_text(low, 6), number_text(high, 6), (max(low, -reach), min(high, reach)))
        for low, high in measured.regions
        if low < reach and high > -reach
    ]


def _shaded(activation: Activation, regions: list[Region]) -> str:
    name = activation.facts.name
    if not regions:
        return fill("{name} is saturated nowhere in this picture.", name=name)
    where = ", ".join(
        f"a\u00a0≤\u00a0{each.high}"
        if each.low == "-inf"
        else f"a\u00a0≥\u00a0{each.low}"
        if each.high == "inf"
        else f"{each.low}\u00a0≤\u00a0a\u00a0≤\u00a0{each.high}"
        for each in regions
    )
    return fill(
        "Shaded: {name} is saturated there. |h′| is below 1 % of its maximum where {where}.",
        name=name,
        where=where,
    )


def _cursor(activation: Activation, at: str, digits: int | None) -> list[tuple[str, str, str]]:
    try:
        a = np.float64(at)
    except ValueError:
        raise InputError("a: expected a number, such as -0.5 or 1e-3; found {found}", found=at) from None
    value, slope = curves_of(activation)
    with np.errstate(all="ignore"):
        found = (
            ("a", "a", a),
            ("h", "h(a)", value(a)),
            ("dh", "h′(a)", slope(a)),
            ("float32", fill("h(a) in float32"), value(np.float32(a))),
            ("textbook", fill("by the textbook's formula"), in_float32(activation, np.float32(a))),
        )
    return [(name, head, number_text(number, digits)) for name, head, number in found if number is not None]


def _overlay(session: Session, activation: Activation, layer: int, reach: float) -> Overlay:
    state = session.state
    if not 1 <= layer <= len(state.network.layers):
        raise InputError(
            "there is no layer {layer}; the network has {count}", layer=layer, count=len(state.network.layers)
        )
    a = np.asarray(state.network.trace(state.rows.X)[layer - 1].a, np.float64)
    counts, edges = np.histogram(np.clip(a[~np.isnan(a)], -reach, reach), _BINS, (-reach, reach))
    known = sensitivity(activation)
    saturated = None
    if known is not None and a.size:
        with np.errstate(all="ignore"):
            slopes = np.abs(np.asarray(activation.derivative(a), np.float64))
        saturated = percent(float((slopes < known.threshold).mean()))
    about = fill(
        "Grey: the weighted sums a({layer}) of all rows; those beyond the picture are counted at its ends.",
        layer=layer,
    )
    return Overlay(about, edges.tolist(), counts.tolist(), saturated)


ENDPOINTS = (
    Endpoint("activations", Nothing, cards),
    Endpoint("activation", ActivationRequest, curve),
)

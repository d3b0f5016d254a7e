"""Gates and planes: rows in the plane of two inputs with each unit's line, and what the first layer makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.table import number_text
from multilayer.network import Dense
from multilayer.separable import separability
from multilayer.web.cells import Block, Window, block
from multilayer.web.endpoint import Endpoint
from multilayer.web.session import Session, State

__all__ = ["ENDPOINTS", "PlanesRequest"]

_DRAWN, _LISTED, _LINES = 500, 16, 24
_PLACES, _ASIDE, _TIP = 12, 0.055, 0.033
"""Places on a line where its number may stand; how far beside it, and how long the mark, as parts of the picture."""
_MOST_SEPARATED = 2000
"""Rows of which it is decided exactly whether a plane separates their classes."""

Pair = tuple[int, int]
Place = tuple[float, float]


class PlanesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Which two inputs span the plane, and which two units of the first layer the other one; counted from 0."""

    inputs: Pair = (0, 1)
    units: Pair = (0, 1)
    digits: int | None = 6


class Point(msgspec.Struct):
    """A row in a plane."""

    x: float
    y: float
    group: int
    """The number of its class: of the target where there is one, else of the network's answer."""
    right: bool | None
    """Whether the network's class is the target's; None where there is no target."""


class Line(msgspec.Struct):
    """Where the weighted sum of a unit is 0: a = w x + v y + b, with the other inputs at their means."""

    unit: str
    w: str
    v: str
    b: str
    ends: tuple[Place, Place] | None
    """None where it does not cross what is drawn."""
    mark: tuple[Place, Place, Place] | None
    """From a place on the line to where a > 0, and the place of the unit's number there, away from points and other
    numbers."""


class Plane(msgspec.Struct):
    """A picture: its borders, points and lines, and what its axes are."""

    axes: tuple[str, str]
    low: tuple[float, float]
    high: tuple[float, float]
    points: list[Point]
    lines: list[Line]


class Planes(msgspec.Struct):
    """The plane of the inputs; the hidden one before and after h; and the first rows as a table."""

    inputs: Plane
    before: Plane | None
    after: Plane | None
    classes: list[str]
    table: list[Block]
    answers: list[str]
    targets: list[str] | None
    right: int | None
    """Rows whose class is right, of all."""


class SeparableRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Whether it is asked of the rows as they are ("x"), or of what the first layer makes of them ("z")."""

    of: str = "x"


class Verdict(msgspec.Struct):
    """Whether a plane separates the classes, in words."""

    separable: bool
    text: str


def planes(session: Session, request: PlanesRequest) -> Planes:
    """Return both planes and the table."""
    state = session.state
    layers, X = state.network.layers, np.asarray(state.rows.X, np.float64)
    inputs = _within(request.inputs, X.shape[1])
    first = state.network.trace(X[:_DRAWN])[0]
    answers, targets = _answers(state)
    groups = _Groups.of(answers, targets)
    names = (state.input_names[inputs[0]], state.input_names[inputs[1]])
    units = _within(request.units, first.layer.units)
    follows = layers[1] if len(layers) > 1 else None
    window = Window(rows=_LISTED)
    return Planes(
        _plane(names, X[:_DRAWN], inputs, groups, layers[0], X.mean(axis=0)),
        None if follows is None else _hidden(None, first.a, "a", units, groups),
        None if follows is None else _hidden(follows, first.z, "z", units, groups),
        [str(each) for each in groups.classes],
        [
            block("x", X, request.digits, columns=state.input_names, window=window),
            block("z(1)", first.z, request.digits, window=window),
            *(
                []
                if len(layers) == 1
                else [block(f"z({len(layers)})", state.network(X[:_LISTED]), request.digits)]
            ),
        ],
        [str(each) for each in answers[:_LISTED]],
        None if targets is None else [str(each) for each in targets[:_LISTED]],
        None if targets is None else int(np.sum(answers == targets)),
    )


def separable(session: Session, request: SeparableRequest) -> Verdict:
    """Return whether a plane separates the classes of the targets."""
    state = session.state
    y, X = state.rows.y, np.asarray(state.rows.X, np.float64)
    if y is None:
        raise InputError("the rows have no target; give each row its class first")
    if len(X) > _MOST_SEPARATED:
        raise InputError(
            "this is decided for at most {most} rows; there are {rows}", most=_MOST_SEPARATED, rows=len(X)
        )
    rows = X if request.of == "x" else np.asarray(state.network.trace(X)[0].z, np.float64)
    found = separability(rows, y)
    said = str(found) if request.of == "x" else re.sub(r"\bx(\d+)", r"z_\1", str(found))
    return Verdict(bool(found), said)


@dataclass(frozen=True)
class _Groups:
    """The class of each row by its number, and whether the network's answer is right."""

    classes: list[Any]
    numbers: NDArray[np.intp]
    right: list[bool | None]

    @classmethod
    def of(cls, answers: NDArray[Any], targets: NDArray[Any] | None) -> _Groups:
        classes, numbers = np.unique(answers if targets is None else targets, return_inverse=True)
        right = [None] * len(answers) if targets is None else (answers == targets).tolist()
        return cls(classes.tolist(), numbers.reshape(-1), right)


def _answers(state: State) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return the network's classes, and the targets if they are classes, one a row."""
    answers = np.asarray(state.network.classify(state.rows.X)).reshape(-1)
    y = state.rows.y
    if y is None or y.shape != answers.shape or (y.dtype.kind == "f" and not np.all(y == np.trunc(y))):
        return answers, None
    return answers, y.astype(answers.dtype) if y.dtype.kind in "fiu" and answers.dtype.kind in "iu" else y


def _within(pair: Pair, count: int) -> Pair:
    """Return two places below `count`; the first stands for both where there is one."""
    if not all(0 <= each < max(count, 2) for each in pair):
        raise InputError("there is no number {place}; there are {count}", place=max(pair) + 1, count=count)
    first, second = pair
    return min(first, count - 1), min(second, count - 1)


def _hidden(layer: Dense | None, given: NDArray[Any], letter: str, units: Pair, groups: _Groups) -> Plane:
    """Return the rows in the plane of two units, and there the lines of the layer that takes these numbers."""
    numbers = np.asarray(given, np.float64)
    names = (f"{letter}_{units[0] + 1}(1)", f"{letter}_{units[1] + 1}(1)")
    return _plane(names, numbers, units, groups, layer, numbers.mean(axis=0))


def _plane(
    axes: tuple[str, str],
    numbers: NDArray[np.float64],
    pair: Pair,
    groups: _Groups,
    layer: Dense | None,
    means: NDArray[np.float64],
) -> Plane:
    xy = numbers[:, list(pair)]
    finite = xy[np.isfinite(xy).all(axis=1)]
    low, high = (finite.min(axis=0), finite.max(axis=0)) if len(finite) else (np.zeros(2), np.ones(2))
    margin = np.where(high > low, 0.25 * (high - low), 1.0)
    low, high = low - margin, high + margin
    points = [
        Point(x, y, int(group), right)
        for (x, y), group, right in zip(xy.tolist(), groups.numbers, groups.right, strict=False)
        if np.isfinite([x, y]).all()
    ]
    lines = [] if layer is None or pair[0] == pair[1] else list(_lines(layer, pair, means, finite, low, high))
    return Plane(axes, tuple(low.tolist()), tuple(high.tolist()), points, lines)


def _lines(
    layer: Dense,
    pair: Pair,
    means: NDArray[np.float64],
    points: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> Iterator[Line]:
    W, b = layer.W.astype(np.float64), layer.b.astype(np.float64)
    others = np.delete(means, pair) @ np.delete(W, pair, axis=0) if len(W) > 2 else np.zeros(layer.units)
    taken = list((points - low) / (high - low))
    for unit in range(min(layer.units, _LINES)):
        w, v, offset = float(W[pair[0], unit]), float(W[pair[1], unit]), float(b[unit] + others[unit])
        ends = _crossing(w, v, offset, low, high)
        yield Line(
            str(unit + 1),
            number_text(layer.W[pair[0], unit], 6),
            number_text(layer.W[pair[1], unit], 6),
            number_text(layer.b[unit], 6),
            ends,
            None if ends is None else _mark(ends, (w, v), taken, low, high),
        )


def _mark(
    ends: tuple[Place, Place],
    side: Place,
    taken: list[NDArray[np.float64]],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
) -> tuple[Place, Place, Place]:
    """Return the mark of a line whose number is farthest from what is there, and add that number to it."""
    size = high - low
    start, end = (np.array(ends) - low) / size
    on = start + np.linspace(0.06, 0.94, _PLACES)[:, np.newaxis] * (end - start)
    across = np.array(side) * size
    across /= np.hypot(*across)
    numbers = on + _ASIDE * across
    is_inside = ((numbers > _ASIDE / 2) & (numbers < 1 - _ASIDE / 2)).all(axis=1)
    gaps = np.min([np.hypot(*(numbers - each).T) for each in taken], axis=0) if taken else np.ones(_PLACES)
    best = int(np.argmax(np.where(is_inside, gaps, -1.0)))
    taken.append(numbers[best])
    foot, tip, number = (
        (low + at * size).tolist() for at in (on[best], on[best] + _TIP * across, numbers[best])
    )
    return tuple(foot), tuple(tip), tuple(number)


def _crossing(
    w: float, v: float, b: float, low: NDArray[np.float64], high: NDArray[np.float64]
) -> tuple[Place, Place] | None:
    """Return where the line w x + v y + b = 0 enters and leaves a rectangle, or None."""
    (left, bottom), (right, top) = low.tolist(), high.tolist()
    found = []
    if v:
        found += [(x, y) for x in (left, right) if bottom <= (y := -(w * x + b) / v) <= top]
    if w:
        found += [(x, y) for y in (bottom, top) if left <= (x := -(v * y + b) / w) <= right]
    found = sorted(set(found))
    return (found[0], found[-1]) if len(found) > 1 else None


ENDPOINTS = (
    Endpoint("planes", PlanesRequest, planes),
    Endpoint("separable", SeparableRequest, separable),
)

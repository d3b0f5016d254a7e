"""The class or the output of a network over a plane of two inputs, with samples."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.arrays import plain_array, real_array
from multilayer._base.errors import InputError
from multilayer._base.fields import entries
from multilayer._base.text import fill, one_line
from multilayer.interop import from_model
from multilayer.io import Meaning, meaning_of
from multilayer.network.labels import class_numbers
from multilayer.plots.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, RED, drawn_on, label, legend
from multilayer.plots.fonts import captioned

if TYPE_CHECKING:
    from multilayer.network import MLP
    from multilayer.plots.figures import Axes

__all__ = ["decision_boundary"]

_POINTS = 200
_MARGIN = 0.08
_LONGEST_NAME = 14
_COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, GREY)
_LEVELS = 12
_DRAWN = 1e300
"""The largest number that matplotlib draws."""
_SIZE = 14
"""Of a sample's point, in square points."""


@captioned
def decision_boundary(
    model: Any,
    X: ArrayLike,
    y: ArrayLike | None = None,
    ax: Axes | None = None,
    *,
    inputs: tuple[int, int] = (0, 1),
) -> Axes:
    """Draw the class of every point of a plane, and the samples with theirs; of a regression network, its output.

    The class is that of `network.classify`. A network with a single output that is a quantity, by the rule of
    `multilayer.io.meaning_of`, is drawn as contours of that output.

    Parameters
    ----------
    model : MLP, or what `multilayer.from_model` takes
        The network.
    X : array_like, shape (samples, inputs)
        Samples; their range is the part of the plane that is drawn.
    y : array_like, shape (samples,), optional
        Classes as `model.classify` gives them, or numbers of a regression, to colour the samples by.
    ax : matplotlib Axes, optional
        What to draw on; new axes of pyplot unless given.
    inputs : (int, int)
        The two inputs that span the plane, from 0; all others have their medians over X.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        When X or y do not fit, or the network has a single input.
    MissingExtraError
        When matplotlib is not installed.
    """
    network: MLP = from_model(model)
    samples = _samples(network, X)
    across, up = _two(network, inputs)
    targets = None if y is None else plain_array("y", y).reshape(-1)
    if targets is not None and len(targets) != len(samples):
        raise InputError(
            "X has {samples} samples but y has {targets}; expected one target per sample",
            samples=len(samples),
            targets=len(targets),
        )
    plane = _Plane.through(samples, across, up)
    ax = drawn_on(ax)
    quantity = network.widths[-1] == 1 and meaning_of(network) is Meaning.QUANTITIES
    draw = _draw_numbers if quantity else _draw_classes
    draw(network, ax, plane, targets)
    names = network.input_names or tuple(f"x{number}" for number in range(1, samples.shape[1] + 1))
    ax.set_xlabel(label(names[across], _LONGEST_NAME), parse_math=False)
    ax.set_ylabel(label(names[up], _LONGEST_NAME), parse_math=False)
    ax.set_xlim(plane.across[0], plane.across[-1])
    ax.set_ylim(plane.up[0], plane.up[-1])
    return ax


@dataclass(frozen=True, eq=False)
class _Plane:
    """Two inputs over a grid, all others at their medians."""

    across: NDArray[np.float64]
    up: NDArray[np.float64]
    x: NDArray[Any]
    """The grid's points as samples, row by row."""
    points: NDArray[Any]
    """Both inputs of the samples given."""

    @staticmethod
    def through(samples: NDArray[Any], across: int, up: int) -> _Plane:
        """Return the plane that the samples lie in, with a margin."""
        horizontal, vertical = _range(samples[:, across], across), _range(samples[:, up], up)
        x = np.repeat(np.median(samples, axis=0)[np.newaxis], _POINTS**2, axis=0)
        x[:, across], x[:, up] = np.tile(horizontal, _POINTS), np.repeat(vertical, _POINTS)
        return _Plane(horizontal, vertical, x, samples[:, [across, up]])

    def grid(self, values: ArrayLike) -> NDArray[Any]:
        """Return a value per point in rows and columns."""
        return np.asarray(values).reshape(_POINTS, _POINTS)


def _samples(network: MLP, X: ArrayLike) -> NDArray[Any]:
    samples = network.trace(X)[0].x
    if samples.ndim != 2 or not len(samples):
        raise InputError(
            "X has shape {shape}; expected (samples, {inputs}), at least one sample",
            shape=samples.shape,
            inputs=network.widths[0],
        )
    return samples


def _two(network: MLP, inputs: tuple[int, int]) -> tuple[int, int]:
    count = network.widths[0]
    if count < 2:
        raise InputError("a plane needs two inputs, and this network has one")
    places = entries(inputs) or ()
    numbered = [place for place in places if isinstance(place, Integral) and 0 <= int(place) < count]
    if len(places) != 2 or len(set(numbered)) != 2:
        raise InputError(
            "inputs must be two of 0 to {count}; got {inputs}",
            count=count - 1,
            inputs=one_line(repr(inputs), 60),
        )
    return int(numbered[0]), int(numbered[1])


def _range(column: NDArray[Any], number: int) -> NDArray[np.float64]:
    known = column[~np.isnan(column)]
    limit = min(_DRAWN, float(np.finfo(column.dtype).max) / 100)
    if not known.size or np.abs(known).max() > limit:
        raise InputError(
            "X, column {number}: expected numbers that can be drawn, up to {limit:.2g}, found larger ones; "
            "scale the inputs"
            if known.size
            else "X, column {number}: expected numbers that can be drawn, up to {limit:.2g}, found none",
            number=number + 1,
            limit=limit,
        )
    low, high = float(known.min()), float(known.max())
    margin = _MARGIN * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, _POINTS)


def _draw_classes(network: MLP, ax: Axes, plane: _Plane, targets: NDArray[Any] | None) -> None:
    classes = list(network.classes or range(max(network.widths[-1], 2)))
    predicted = class_numbers(classes, network.classify(plane.x))
    colours = [_COLOURS[place % len(_COLOURS)] for place in range(len(classes))]
    levels = np.arange(len(classes) + 1) - 0.5
    ax.contourf(plane.across, plane.up, plane.grid(predicted), levels=levels, colors=colours, alpha=0.25)
    if targets is None:
        ax.scatter(plane.points[:, 0], plane.points[:, 1], s=_SIZE, facecolors="none", edgecolors=GREY)
        return
    given = class_numbers(classes, targets)
    for place, name in enumerate(classes):
        mine = given == place
        if mine.any():
            shown = label(str(name), _LONGEST_NAME)
            ax.scatter(
                plane.points[mine, 0], plane.points[mine, 1], s=_SIZE, color=colours[place], label=shown
            )
    legend(ax, loc="best")


def _draw_numbers(network: MLP, ax: Axes, plane: _Plane, targets: NDArray[Any] | None) -> None:
    outputs = plane.grid(network(plane.x))
    low, high = float(outputs.min()), float(outputs.max())
    levels = _LEVELS if low < high else [low - 1.0, low + 1.0]
    drawn = ax.contourf(plane.across, plane.up, outputs, levels=levels)
    ax.figure.colorbar(drawn, ax=ax, label=fill("output"))
    across, up = plane.points.T
    if targets is None:
        ax.scatter(across, up, s=_SIZE, facecolors="none", edgecolors=GREY)
        return
    low, high = drawn.get_clim()
    ax.scatter(across, up, s=_SIZE, c=real_array("y", targets), edgecolors=GREY, vmin=low, vmax=high)

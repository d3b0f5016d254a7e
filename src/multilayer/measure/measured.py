"""All properties of one activation; and those of several side by side, as a table and as a document."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np

from multilayer import backend
from multilayer._base.errors import InputError
from multilayer._base.fields import checked_flag, entries
from multilayer._base.strict_json import plain
from multilayer._base.table import Table
from multilayer._base.text import fill, near_matches, one_line, quoted
from multilayer._base.translation import translated
from multilayer.activations import Activation, get
from multilayer.measure.centring import Centring
from multilayer.measure.curve import Lipschitz, RangeReached, Saturation, ZeroDerivative
from multilayer.measure.gradients import Depth, UpdateDirection
from multilayer.measure.performance import Accuracy, Cost
from multilayer.measure.property import Effort, NoFigure, Property, is_elementwise, lines_of
from multilayer.measure.signal import Centre, VarianceMap

__all__ = ["PROPERTIES", "Properties", "comparison", "document", "measure"]

PROPERTIES: dict[str, type[Property]] = {
    kind.name: kind
    for kind in (
        RangeReached,
        Saturation,
        ZeroDerivative,
        Lipschitz,
        Centre,
        VarianceMap,
        Depth,
        UpdateDirection,
        Centring,
        Cost,
        Accuracy,
    )
}
"""The properties by name, in the order of a card."""
_NONE = "–"

_Column = tuple[str, tuple[str, ...]]
"""A heading and its cells."""


@dataclass(frozen=True, repr=False, eq=False)
class Properties(Mapping[str, "Property | NoFigure"]):
    """What was measured of an activation, by the name of the property; prints as a card.

    `found["lipschitz"].constant` and `found.lipschitz.constant` are the same. What does not apply is a `NoFigure`
    with its reason.
    """

    activation: Activation
    effort: Effort
    results: Mapping[str, Property | NoFigure]

    def __getitem__(self, name: str) -> Property | NoFigure:
        return self.results[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __getattr__(self, name: str) -> Any:
        results = self.__dict__.get("results", {})  # not there yet while a copy is being made
        if name in results:
            return results[name]
        raise AttributeError(f"{type(self).__name__} has no {name!r}; it has {', '.join(results)}")

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; nan and infinities as the texts "nan", "inf" and "-inf"."""
        parameters = {name: getattr(self.activation, name) for name in self.activation.parameter_names()}
        return {
            "activation": self.activation.facts.name,
            "parameters": plain(parameters),
            "effort": plain(self.effort),
            "properties": {
                name: {"not_measured": found.reason} if isinstance(found, NoFigure) else plain(found)
                for name, found in self.items()
            },
        }

    def __repr__(self) -> str:
        rows = tuple(
            row
            for name, found in self.items()
            for row in zip_longest((translated(PROPERTIES[name].title),), lines_of(found), fillvalue="")
        )
        return Table(self._caption(), rows=rows, left=frozenset({0, 1})).text(indent="")

    def _repr_html_(self) -> str:
        rows = tuple(
            (translated(PROPERTIES[name].title), "; ".join(lines_of(found))) for name, found in self.items()
        )
        return Table(self._caption(), rows=rows).html()

    def _caption(self) -> str:
        return fill("{activation!r}, measured", activation=self.activation)


def measure(
    activation: str | Activation,
    /,
    *,
    quick: bool = False,
    only: str | Iterable[str] | None = None,
    effort: Effort | None = None,
    progress: Callable[[str], object] = lambda title: None,
) -> Properties:
    """Measure the properties of an activation, a user-defined one as well; every figure is computed.

    Takes a second or two. Timings aside, the figures are the same every time.

    Parameters
    ----------
    activation : Activation or str
        What to measure; a name is looked up in the catalogue.
    quick : bool
        Fewer networks, trainings and rounds of timing: about a tenth of the time, wider bands.
    only : str or iterable of str, optional
        Names of properties, where not all are wanted; see `multilayer.measure.PROPERTIES`.
    effort : Effort, optional
        How many networks, layers, steps and rounds exactly.
    progress : callable, optional
        Called with the title of each property before it is measured.

    Returns
    -------
    Properties
        A mapping from name to figures, which prints as a card.

    Raises
    ------
    InputError
        For an unknown name, or an activation with other parameters for each unit.

    Examples
    --------
    >>> from multilayer.activations import sigmoid
    >>> found = measure(sigmoid, only=["saturation", "lipschitz", "centre"])
    >>> found.lipschitz.constant
    0.25
    >>> found.centre.mean
    0.5
    """
    activation = get(activation)
    if any(np.ndim(parameter) for parameter in activation.parameters):
        raise InputError(
            "{activation!r} is another function for each unit; measure one of them, with "
            "single numbers as parameters",
            activation=activation,
        )
    quick = checked_flag("quick", quick)
    if effort is not None and not isinstance(effort, Effort):
        raise InputError("effort must be an Effort or None; got {effort}", effort=one_line(repr(effort), 60))
    effort = effort or Effort()
    effort = effort.quick() if quick else effort
    names = PROPERTIES if only is None else [only] if isinstance(only, str) else entries(only)
    if names is None or not all(isinstance(name, str) for name in names):
        raise InputError("only must be names of properties; got {only}", only=one_line(repr(only), 60))
    if not callable(progress):
        raise InputError("progress must be a callable; got {progress}", progress=one_line(repr(progress), 60))
    results = {}
    for name in names:
        if name not in PROPERTIES:
            raise InputError(
                "no property is called {name}; {near}", name=quoted(name), near=near_matches(name, PROPERTIES)
            )
        progress(translated(PROPERTIES[name].title))
        results[name] = _measured(PROPERTIES[name], activation, effort)
    return Properties(activation, effort, results)


def comparison(found: Sequence[Properties], width: int | None = None) -> list[Table]:
    """Return a row per activation and a column per figure; as several tables where one is wider than `width`."""
    names = [each.activation.facts.name for each in found]
    kinds = [kind for name, kind in PROPERTIES.items() if any(name in each for each in found)]
    columns = [column for kind in kinds for column in _columns(kind, found)]
    parts = list(_parts(columns, max(map(len, ["activation", *names])), width))
    return [
        Table(
            fill("Measured properties, {part} of {parts}", part=number, parts=len(parts))
            if len(parts) > 1
            else fill("Measured properties"),
            ("activation", *(heading for heading, _ in part)),
            tuple(zip(names, *(cells for _, cells in part), strict=True)),
        )
        for number, part in enumerate(parts, 1)
    ]


def document(found: Sequence[Properties]) -> dict[str, Any]:
    """Return everything as plain data for JSON. "version" is raised when a key changes its meaning or goes."""
    at_work = backend.info()
    return {
        "format": "multilayer-properties",
        "version": 1,
        "machine": {
            "processor": platform.machine(),
            "backend": at_work.backend,
            "level": at_work.level,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
        "activations": [each.as_dict() for each in found],
    }


def _measured(kind: type[Property], activation: Activation, effort: Effort) -> Property | NoFigure:
    if kind.only_elementwise and not is_elementwise(activation):
        return NoFigure(fill("each output depends on the whole row of inputs"))
    return kind.measure(activation, effort)


def _columns(kind: type[Property], found: Sequence[Properties]) -> Iterator[_Column]:
    rows = [_cells(kind, each.get(kind.name)) for each in found]
    yield from zip(map(translated, kind.headings), zip(*rows, strict=True), strict=True)


def _cells(kind: type[Property], result: Property | NoFigure | None) -> tuple[str, ...]:
    return result.cells() if isinstance(result, Property) else (_NONE,) * len(kind.headings)


def _parts(columns: list[_Column], first: int, width: int | None) -> Iterator[list[_Column]]:
    """Divide the columns into parts that fit the width, each beside the names."""
    part: list[_Column] = []
    taken = first + 2
    for heading, cells in columns:
        wide = 2 + max(map(len, (heading, *cells)))
        if part and width is not None and taken + wide > width:
            yield part
            part, taken = [], first + 2
        part.append((heading, cells))
        taken += wide
    yield part

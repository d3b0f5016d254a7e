"""Everything in the table, measured of one activation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.fields import checked_flag, entries
from multilayer._base.strict_json import plain
from multilayer._base.table import Table
from multilayer._base.text import near_matches, one_line, quoted
from multilayer.activations import Activation, get
from multilayer.measure import table
from multilayer.measure.contract import Effort, NotMeasured, Property, is_elementwise

__all__ = ["PROPERTIES", "Properties", "lines_of", "measure"]

PROPERTIES: dict[str, type[Property]] = {
    kind.name: kind for kind in vars(table).values() if isinstance(kind, type) and issubclass(kind, Property)
}
"""The properties by name, as they stand in the table."""


@dataclass(frozen=True, repr=False, eq=False)
class Properties(Mapping[str, "Property | NotMeasured"]):
    """What was measured of an activation, by the name of the property; prints as a card.

    `found["lipschitz"].constant` and `found.lipschitz.constant` are the same. What does not apply is a `NotMeasured`
    with its reason.
    """

    activation: Activation
    effort: Effort
    results: Mapping[str, Property | NotMeasured]

    def __getitem__(self, name: str) -> Property | NotMeasured:
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
                name: {"not_measured": found.reason} if isinstance(found, NotMeasured) else plain(found)
                for name, found in self.items()
            },
        }

    def __repr__(self) -> str:
        rows = [(PROPERTIES[name].title, lines_of(found)) for name, found in self.items()]
        width = max((len(title) for title, _ in rows), default=0) + 2
        text = [f"{self.activation!r}, measured"]
        for title, lines in rows:
            text += [
                f"{heading:<{width}}{line}" for heading, line in zip((title, *[""] * 9), lines, strict=False)
            ]
        return "\n".join(text)

    def _repr_html_(self) -> str:
        rows = tuple((PROPERTIES[name].title, "; ".join(lines_of(found))) for name, found in self.items())
        return Table(f"{self.activation!r}, measured", rows=rows).html()


def measure(
    activation: str | Activation,
    /,
    *,
    quick: bool = False,
    only: str | Iterable[str] | None = None,
    effort: Effort | None = None,
    tell: Callable[[str], object] = lambda title: None,
) -> Properties:
    """Measure the properties of an activation, one of your own as well: each figure by computing, none from a book.

    Takes a second or two. Timings aside, the same figures come of it every time.

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
    tell : callable, optional
        Is told the title of each property before it is measured.

    Returns
    -------
    Properties
        A mapping from name to figures, which prints as a card.

    Raises
    ------
    InputError
        For an unknown name, or an activation with parameters of its own for each unit.

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
            f"{activation!r} is another function for each unit; measure one of them, with single numbers as parameters"
        )
    quick = checked_flag("quick", quick)
    if effort is not None and not isinstance(effort, Effort):
        raise InputError(f"effort must be an Effort or None; got {one_line(repr(effort), 60)}")
    effort = effort or Effort()
    effort = effort.quick() if quick else effort
    names = PROPERTIES if only is None else [only] if isinstance(only, str) else entries(only)
    if names is None or not all(isinstance(name, str) for name in names):
        raise InputError(f"only must be names of properties; got {one_line(repr(only), 60)}")
    if not callable(tell):
        raise InputError(f"tell must be a callable; got {one_line(repr(tell), 60)}")
    results = {}
    for name in names:
        if name not in PROPERTIES:
            raise InputError(f"no property is called {quoted(name)}; {near_matches(name, PROPERTIES)}")
        tell(PROPERTIES[name].title)
        results[name] = _measured(PROPERTIES[name], activation, effort)
    return Properties(activation, effort, results)


def lines_of(found: Property | NotMeasured) -> tuple[str, ...]:
    """Return the figures in words, or the reason why there are none."""
    return (f"not measured: {found.reason}",) if isinstance(found, NotMeasured) else found.lines()


def _measured(kind: type[Property], activation: Activation, effort: Effort) -> Property | NotMeasured:
    if kind.only_elementwise and not is_elementwise(activation):
        return NotMeasured("each output depends on the whole row of inputs")
    return kind.measure(activation, effort)

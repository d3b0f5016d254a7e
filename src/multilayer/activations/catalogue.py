"""All activations as they stand in the table, and how a name finds its entry."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable
from typing import Any

from multilayer.activations import table
from multilayer.activations.contract import Activation
from multilayer.errors import InputError

__all__ = ["catalogue", "get"]

catalogue: tuple[Activation, ...] = tuple(
    entry for entry in vars(table).values() if isinstance(entry, Activation)
)


def get(name: str | Activation, /, *, among: Iterable[Activation] = (), **parameters: Any) -> Activation:
    """Return the activation called `name`, or by one of its aliases, with the parameters given.

    Case, hyphens and spaces do not matter. An activation is returned as it is. `among` adds activations of
    your own to the catalogue, for this call.

    Examples
    --------
    >>> get("logistic")
    Sigmoid()
    >>> get("leaky_relu", slope=0.2)
    LeakyReLU(slope=0.2)

    Raises
    ------
    InputError
        For an unknown name (the message lists near matches) or an unknown or unfit parameter.
    """
    if isinstance(name, Activation):
        return name
    table = {_key(n): act for act in (*catalogue, *among) for n in (act.facts.name, *act.facts.aliases)}
    found = table.get(_key(name))
    if found is None:
        near = difflib.get_close_matches(_key(name), table, n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else "see  multilayer activations  for all names"
        raise InputError(f"no activation is called {name!r}; {hint}")
    fields = found.parameter_names()
    for unknown in sorted(parameters.keys() - set(fields)):
        expected = f"it has {', '.join(fields)}" if fields else "it has none"
        raise InputError(f"activation {found.facts.name} has no parameter {unknown!r}; {expected}")
    return dataclasses.replace(found, **parameters) if parameters else found  # type: ignore[type-var]


def _key(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")

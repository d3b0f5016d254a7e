"""All losses as they stand in the table, and how a name finds its entry."""

from __future__ import annotations

import dataclasses
from typing import Any

from multilayer.errors import InputError
from multilayer.losses import table
from multilayer.losses.contract import Loss
from multilayer.wording import near_matches, quoted

__all__ = ["catalogue", "get"]

catalogue: tuple[Loss, ...] = tuple(entry for entry in vars(table).values() if isinstance(entry, Loss))


def get(name: str | Loss, /, **parameters: Any) -> Loss:
    """Return the loss called `name`, or by one of its aliases, with the parameters given.

    Case, hyphens and spaces do not matter. A loss is returned as it is.

    Examples
    --------
    >>> get("pinball", q=0.9)
    Quantile(q=0.9)

    Raises
    ------
    InputError
        For an unknown name (the message lists near matches) or an unknown or unfit parameter.
    """
    if isinstance(name, Loss):
        return name
    if not isinstance(name, str):
        raise InputError(f"a loss is a name or a Loss; got {type(name).__name__}")
    entries = {n: loss for loss in catalogue for n in (loss.facts.name, *loss.facts.aliases)}
    found = entries.get(name.strip().lower().replace("-", "_").replace(" ", "_"))
    if found is None:
        raise InputError(f"no loss is called {quoted(name)}; {near_matches(name, entries)}")
    fields = [field.name for field in dataclasses.fields(found)]  # type: ignore[arg-type]
    for unknown in parameters.keys() - set(fields):
        hint = near_matches(unknown, fields) if fields else "it has none"
        raise InputError(f"loss {found.facts.name} has no parameter {quoted(unknown)}; {hint}")
    return dataclasses.replace(found, **parameters) if parameters else found  # type: ignore[type-var]

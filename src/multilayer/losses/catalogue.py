"""All losses as they stand in the table, and how a name finds its entry."""

from __future__ import annotations

import dataclasses
from typing import Any

from multilayer.losses import table
from multilayer.losses.contract import Loss
from multilayer.naming import entry_called

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
    return entry_called("loss", name, catalogue, _fields, parameters)


def _fields(loss: Loss) -> list[str]:
    return [field.name for field in dataclasses.fields(loss)]  # type: ignore[arg-type]

"""All activations as they stand in the table, and how a name finds its entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from multilayer.activations import table
from multilayer.activations.contract import Activation
from multilayer.naming import entry_called

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
    return entry_called(
        "activation", name, (*catalogue, *among), lambda found: found.parameter_names(), parameters
    )

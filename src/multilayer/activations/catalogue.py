"""All activations as they stand in the table, and how a name finds its entry."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from multilayer._base.names import Entry, Registry
from multilayer.activations import table
from multilayer.activations.activation import Activation

__all__ = ["catalogue", "entry_of", "get", "names", "registry"]

catalogue: tuple[Activation, ...] = tuple(
    entry for entry in vars(table).values() if isinstance(entry, Activation)
)


def entry_of(activation: Activation) -> Entry[Activation]:
    """Return an activation with its names, for a look-up."""
    facts = activation.facts
    return Entry(activation, facts.name, facts.aliases, facts.formula)


registry: Registry[Activation] = Registry(
    kind="activation",
    types=(Activation,),
    entries=tuple(map(entry_of, catalogue)),
    where="multilayer.activations",
    fields=lambda found: found.parameter_names(),
)


def names() -> tuple[str, ...]:
    """Return the names in the catalogue; other names of an entry are in its facts.

    >>> names()[:3]
    ('identity', 'step', 'sigmoid')
    """
    return registry.names()


def get(name: str | Activation, /, *, among: Iterable[Activation] = (), **parameters: Any) -> Activation:
    """Return the activation called `name`, or by one of its aliases, with the parameters given.

    Case, hyphens, underscores and spaces do not matter. An activation is returned as it is. `among` adds activations of
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
    return registry.get(name, parameters, map(entry_of, among))

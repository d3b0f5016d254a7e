"""Activations of the user's own: a file names them, and who loads it brings them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.fields import entries
from multilayer._base.names import folded
from multilayer._base.text import one_line, quoted
from multilayer.activations import Activation, get
from multilayer.activations.table import describe, from_description, registry
from multilayer.network import Dense

__all__ = ["brought", "check_distinct", "is_own", "own_activations"]


def is_own(activation: Activation) -> bool:
    """Whether an activation is none of the catalogue's.

    Raises
    ------
    InputError
        When it is not, but has the name of one that is.
    """
    name = activation.facts.name
    if not registry.takes(name):
        return True
    if type(get(name)) is not type(activation):
        raise InputError(
            f"an activation of your own is called {quoted(name)}, as one in the catalogue; "
            "a file would bring that one back, so give yours another name"
        )
    return False


def own_activations(given: Any) -> tuple[Activation, ...]:
    """Return what was given as `activations=`, checked; a single one will do.

    Raises
    ------
    InputError
        For what is no activation, a name of the catalogue, and two with one name.
    """
    if isinstance(given, Activation):
        given = (given,)
    listed = entries(given)
    if listed is None:
        raise InputError(f"activations must be Activations of your own; got {one_line(repr(given), 60)}")
    own: dict[str, Activation] = {}
    for number, activation in enumerate(listed, 1):
        if not isinstance(activation, Activation):
            raise InputError(
                f"activations, entry {number}: expected an Activation of your own; got {one_line(repr(activation), 60)}"
            )
        name = activation.facts.name
        if is_own(activation) and own.setdefault(folded(name), activation) != activation:
            raise InputError(
                f"activations: two different ones are called {quoted(name)}; give only the one meant"
            )
    return tuple(own.values())


def brought(description: str | Mapping[str, Any], own: Sequence[Activation]) -> Activation:
    """Return the activation that a file describes, of the catalogue or of those that were brought.

    Raises
    ------
    InputError
        For an unknown name, with the way to bring an activation; and for an unknown or unfit parameter.
    """
    try:
        return from_description(description, among=own)
    except InputError as error:
        name = description if isinstance(description, str) else description.get("name")
        names = {folded(activation.facts.name) for activation in own}
        if not isinstance(name, str) or registry.takes(name) or folded(name) in names:
            raise
        raise InputError(
            f"{error} (if it is an activation of your own, bring it: load(path, activations=[...]))"
        ) from None


def check_distinct(layers: Sequence[Dense]) -> None:
    """Refuse layers whose activations differ, but would be one and the same for whoever loads the file.

    Raises
    ------
    InputError
        Naming both layers.
    """
    first: dict[str, tuple[int, Activation]] = {}
    for number, layer in enumerate(layers, 1):
        activation = layer.activation
        if not registry.takes(activation.facts.name):
            name = activation.facts.name
            before, known = first.setdefault(folded(name), (number, activation))
            if from_description(describe(activation), among=[known]) != activation:
                raise InputError(
                    f"layers {before} and {number} have different activations of your own that are both called "
                    f"{quoted(name)}; a file knows them by name and parameters, so give each a name of its own"
                )

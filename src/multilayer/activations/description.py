"""An activation in the words of a file: its name, with its parameters where it has any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from multilayer._base.errors import InputError
from multilayer.activations.activation import Activation
from multilayer.activations.catalogue import entry_of, registry
from multilayer.activations.surrogate import Surrogate

__all__ = ["describe", "from_description"]

Description = str | dict[str, Any]


def describe(activation: Activation) -> Description:
    """Return the name, or an object of the name and all parameters; `from_description` reads it back.

    >>> from multilayer.activations import leaky_relu, sigmoid
    >>> describe(sigmoid), describe(leaky_relu)
    ('sigmoid', {'name': 'leaky_relu', 'slope': 0.01})

    Raises
    ------
    InputError
        For a surrogate, which no file holds.
    """
    if isinstance(activation, Surrogate):
        raise InputError(
            f"{activation.facts.name} stands for its derivative in training only, and a file says what a network "
            f"computes; give the layer {activation.forward.facts.name} instead, with the same W and b"
        )
    parameters = {name: _plain(getattr(activation, name)) for name in activation.parameter_names()}
    name = activation.facts.name
    return {"name": name, **parameters} if parameters else name


def from_description(description: str | Mapping[str, Any], *, among: Iterable[Activation] = ()) -> Activation:
    """Return the activation of this description, out of the catalogue and `among`.

    >>> from_description({"name": "leaky_relu", "slope": 0.2})
    LeakyReLU(slope=0.2)

    Raises
    ------
    InputError
        For an unknown name, or an unknown or unfit parameter.
    """
    parameters = {"name": description} if isinstance(description, str) else dict(description)
    name = parameters.pop("name", None)
    if not isinstance(name, str):
        raise InputError('an activation with parameters needs its "name", a string')
    return registry.get(name, parameters, map(entry_of, among))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value

"""The table of activations, by family, and how a name or a description finds its entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from multilayer._base.errors import InputError
from multilayer._base.names import Entry, Registry
from multilayer.activations.activation import Activation
from multilayer.activations.elu import celu, elu, selu
from multilayer.activations.exponential import exponential, gaussian
from multilayer.activations.gelu import gelu, gelu_tanh
from multilayer.activations.hard_sigmoid import hard_sigmoid, hard_swish, hard_tanh
from multilayer.activations.identity import identity
from multilayer.activations.leaky_relu import leaky_relu, prelu
from multilayer.activations.relu import relu, relu6, thresholded_relu
from multilayer.activations.self_gated import mish, silu
from multilayer.activations.shrink import hard_shrink, soft_shrink, tanh_shrink
from multilayer.activations.sigmoidal import sigmoid, softsign, tanh
from multilayer.activations.softmax import log_softmax, softmax, softmin
from multilayer.activations.softplus import log_sigmoid, softplus, squareplus
from multilayer.activations.sparsemax import hardmax, sparsemax
from multilayer.activations.step import Surrogate, step

__all__ = ["catalogue", "describe", "entry_of", "from_description", "get", "names", "registry"]

# fmt: off
catalogue: tuple[Activation, ...] = (
    identity, step, sigmoid, tanh,
    relu, leaky_relu, prelu, relu6, thresholded_relu, celu, elu, selu,
    gelu, gelu_tanh, silu, mish, log_sigmoid, softplus, squareplus,
    hard_sigmoid, hard_swish, hard_tanh, softsign, hard_shrink, soft_shrink, tanh_shrink,
    exponential, gaussian,
    log_softmax, softmax, softmin, sparsemax, hardmax,
)
# fmt: on


def entry_of(activation: Activation) -> Entry[Activation]:
    """Return an activation with its names, for a look-up."""
    facts = activation.facts
    return Entry(activation, facts.name, facts.aliases, facts.formula)


_NOT_AN_ACTIVATION = {
    **dict.fromkeys(
        ("glu", "swiglu", "geglu", "reglu"),
        "it multiplies one half of its inputs by the other, which no layer here does: take silu or gelu",
    ),
    "quickgelu": "write SiLU(beta=1.702), which it is",
    "maxout": "it takes the largest of several sums, and a unit here has one: take relu",
    "crelu": "it has two outputs for each unit, which no layer here has: take relu",
    "rrelu": "its slope is random in training, which is not here: take leaky_relu",
    **dict.fromkeys(("sin", "sine", "siren"), 'write Custom("sine", np.sin, np.cos)'),
    **dict.fromkeys(
        ("relu2", "relusquared", "squaredrelu"),
        'write Custom("relu_squared", lambda a: np.maximum(a, 0) ** 2, lambda a: 2 * np.maximum(a, 0))',
    ),
}

registry: Registry[Activation] = Registry(
    kind="activation",
    types=(Activation,),
    entries=tuple(map(entry_of, catalogue)),
    where="multilayer.activations",
    refused=_NOT_AN_ACTIVATION,
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

    Case, hyphens, underscores and spaces do not matter. An activation is returned as it is. `among` adds user-defined
    activations to the catalogue, for this call.

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


def describe(activation: Activation) -> str | dict[str, Any]:
    """Return an activation as files have it: its name, or an object of the name and all parameters.

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
            "{name} stands for its derivative in training only, and a file says what a "
            "network computes; give the layer {forward} instead, with the same W and b",
            name=activation.facts.name,
            forward=activation.forward.facts.name,
        )
    name = activation.facts.name
    values = {key: getattr(activation, key) for key in activation.parameter_names()}
    parameters = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
    return {"name": name, **parameters} if parameters else name


def from_description(description: str | Mapping[str, Any], *, among: Iterable[Activation] = ()) -> Activation:
    """Return the activation that `describe` described, out of the catalogue and `among`.

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

"""The table of optimizers, and how a name finds its entry."""

from __future__ import annotations

from typing import Any

from multilayer._base.names import Entry, Registry
from multilayer.optimizers.adam import Adam, AdamW, RMSprop
from multilayer.optimizers.lbfgs import LBFGS
from multilayer.optimizers.optimizer import Optimizer
from multilayer.optimizers.sgd import SGD

__all__ = ["get", "names", "registry"]

registry: Registry[Optimizer | LBFGS] = Registry(
    kind="optimizer",
    types=(Optimizer, LBFGS),
    entries=(
        Entry(Adam(), "adam"),
        Entry(AdamW(), "adamw"),
        Entry(SGD(), "sgd"),
        Entry(RMSprop(), "rmsprop"),
        Entry(LBFGS(), "lbfgs", ("lbfgsb",)),
    ),
    where="multilayer.optimizers",
    refused={
        **dict.fromkeys(("momentum", "sgdm", "sgdmomentum"), "write SGD(0.01, momentum=0.9, nesterov=False)"),
        **dict.fromkeys(("nesterov", "nag"), "write SGD(0.01, momentum=0.9, nesterov=True)"),
        **dict.fromkeys(("gd", "gradientdescent"), "write SGD(0.01, momentum=0.0)"),
    },
)


def names() -> tuple[str, ...]:
    """Return the names that `get` and `optimizer=` take.

    >>> names()
    ('adam', 'adamw', 'sgd', 'rmsprop', 'lbfgs')
    """
    return registry.names()


def get(name: str | Optimizer | LBFGS, /, **parameters: Any) -> Optimizer | LBFGS:
    """Return the optimizer of this name, with the parameters given; one that is no name is returned as it is.

    >>> get("sgd", learning_rate=0.1)
    SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
    """
    return registry.get(name, parameters)

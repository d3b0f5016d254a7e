"""Another activation in the hidden layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer.activations import Activation, gelu, relu, tanh
from multilayer.diagnosis.remedies.remedy import NotApplicable, Remedy, Variant
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.initializers import Initializer, ScikitLearn

__all__ = ["activation"]

_CANDIDATES = (tanh, relu, gelu)
"""Bounded and zero-centred; a rectifier; a smooth one."""


def _variants(setup: Setup) -> Iterator[Variant | NotApplicable]:
    if not setup.activations:
        yield NotApplicable("another activation", "there is no hidden layer")
        return
    now = ", ".join(dict.fromkeys(activation.facts.name for activation in setup.activations))
    for candidate in _CANDIDATES:
        if set(setup.activations) == {candidate}:
            continue
        name = candidate.facts.name
        yield Variant(
            f"{name} in the hidden layers, in place of {now}",
            setup.call(estimator=f'activation="{name}"', fit=f'initialize(widths, "{name}", ...)'),
            replace(
                setup,
                activations=(candidate,) * len(setup.activations),
                initializer=_goes_with(candidate, setup.initializer),
            ),
        )


def _goes_with(activation: Activation, initializer: Initializer | None) -> Initializer | None:
    """Return the initializer, told of the activation where it asks for it."""
    return ScikitLearn(activation) if isinstance(initializer, ScikitLearn) else initializer


activation = Remedy("activation", _variants)

"""Other starting weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from multilayer.diagnosis.remedies.remedy import NotApplicable, Remedy, Variant
from multilayer.diagnosis.remedies.setup import Setup
from multilayer.initializers import Orthogonal, for_activation

__all__ = ["initialization"]


def _variants(setup: Setup) -> Iterator[Variant | NotApplicable]:
    if setup.initializer is None and setup.start is None:
        yield NotApplicable(
            "starting weights chosen for each activation", "that is how the network was started"
        )
    else:
        kinds = dict.fromkeys(
            type(for_activation(activation)).__name__ for activation in (*setup.activations, setup.output)
        )
        yield Variant(
            f"starting weights chosen for each activation ({', '.join(kinds)})",
            "fit(initialize(widths, hidden, output), X, y, ...)",
            replace(setup, initializer=None, start=None),
        )
    if setup.initializer != Orthogonal():
        yield Variant(
            "orthogonal starting weights",
            'fit(initialize(widths, hidden, output, initializer="orthogonal"), X, y, ...)',
            replace(setup, initializer=Orthogonal(), start=None),
        )


initialization = Remedy("initialization", _variants)

"""The decorator that registers a fault for several architectures and activations."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.diagnosis.scenarios.subject import Scenario, Subject

__all__ = ["FAULTY", "fault"]

Maker = Callable[[tuple[int, ...], str, int], Subject]
FAULTY: list[Scenario] = []


def fault(name: str, *kinds: tuple[tuple[int, ...], str]) -> Callable[[Maker], Maker]:
    """Register a function of hidden widths, activation and seed, for each of `kinds`."""

    def register(make: Maker) -> Maker:
        for hidden, activation in kinds:
            shape = "-".join(map(str, hidden))
            title = f"{make.__name__} {shape} {activation}"
            FAULTY.append(Scenario(title, name, partial(make, hidden, activation), hidden, activation))
        return make

    return register

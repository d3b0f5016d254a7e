"""What a conversion is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from multilayer.network import MLP

__all__ = ["Conversion"]


@dataclass(frozen=True)
class Conversion:
    """From one kind of model to a network. It knows the model by its attributes, so that nothing is imported for it."""

    kind: str
    """What it takes, as messages name it: "a fitted MLP of scikit-learn"."""
    recognizes: Callable[[Any], bool]
    convert: Callable[[Any], MLP]
    """Raises an `InputError` that names what of the model a network cannot represent."""
    ends_in_sums: bool = False
    """Whether classifiers of this kind end in weighted sums, as their losses contain the softmax or sigmoid."""

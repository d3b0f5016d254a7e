"""Healthy networks of kinds that rules easily accuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tests.diagnosis_cases.mistakes import drawn
from tests.diagnosis_cases.recipe import Recipe

__all__ = ["HEALTHY", "Kind"]

_ANY = (*("multilayer",) * 12, *("scikit-learn",) * 2, "torch")


@dataclass(frozen=True)
class Kind:
    """One kind of healthy network."""

    name: str
    data: Sequence[str]
    frameworks: Sequence[str] = _ANY
    changes: tuple[tuple[str, Any], ...] = ()

    def recipe(self, rng: np.random.Generator, seed: int) -> Recipe:
        """Return a recipe of this kind, the rest drawn at random."""
        return replace(drawn(rng, seed, self.data, self.frameworks), **dict(self.changes))


HEALTHY = (
    Kind("classes", ("rings", "moons", "blobs", "iris", "wine", "cancer", "digits")),
    Kind("numbers", ("waves", "friedman", "diabetes")),
    Kind("autoencoder", ("autoencoder",), changes=(("hidden", (6,)), ("activation", "tanh"), ("epochs", 80))),
    Kind("lagged series", ("lagged",)),
    Kind("words", ("words",)),
    Kind("one-hot inputs", ("categories",), changes=(("hidden", (32,)),)),
    Kind("imbalanced but learned", ("seldom",)),
    Kind("sparse relu", ("digits", "blobs"), ("multilayer", "torch"),
        (("activation", "relu"), ("hidden", (128,)), ("start", "dead"), ("start_scale", 0.7))),
    Kind("few samples", ("few",), changes=(("epochs", 80),)),
    Kind("logits", ("rings", "moons", "wine", "iris"), ("torch",)),
    Kind("one logit", ("rings", "moons", "cancer"), ("torch", *("multilayer",) * 4), (("one_output", True),)),
    Kind("early but improving", ("blobs", "digits", "friedman", "wine"), ("multilayer",),
        (("epochs", 2), ("under_way", True))),
    Kind("L-BFGS", ("rings", "blobs", "wine", "waves", "friedman"), ("multilayer", "scikit-learn"),
        (("optimizer", "lbfgs"), ("epochs", 60), ("l2", 1.0))),
    Kind("deep", ("blobs", "digits", "friedman"),
        changes=(("hidden", (32,) * 4), ("activation", "relu"), ("optimizer", "adam"))),
)  # fmt: skip

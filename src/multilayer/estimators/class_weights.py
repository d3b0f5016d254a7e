"""How much the samples of each class count."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import compute_sample_weight

from multilayer.errors import InputError
from multilayer.training.class_weights import check_some_weight, checked_class_weights

__all__ = ["weights_by_class"]


def weights_by_class(class_weight: Any, y: Any, classes: NDArray[Any] | None) -> NDArray[np.float64]:
    """Return the weight of each sample's class, after the checks that `fit` makes; no `classes` for several labels."""
    for given in class_weight if isinstance(class_weight, list) else [class_weight]:
        if isinstance(given, dict):
            checked_class_weights(given)
    if isinstance(class_weight, dict) and classes is not None:
        unknown = [label for label in class_weight if label not in classes]
        if unknown:
            known = ", ".join(map(repr, classes.tolist()))
            raise InputError(f"class_weight names {unknown[0]!r}, which is no class; the classes are {known}")
    weights: NDArray[np.float64] = compute_sample_weight(class_weight, y)
    check_some_weight(weights)
    return weights

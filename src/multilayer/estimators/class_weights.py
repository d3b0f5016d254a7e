"""How much the samples of each class count."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import compute_sample_weight

from multilayer.training.class_weights import check_some_weight, checked_class_weights, numbers_of_named

__all__ = ["weights_by_class"]


def weights_by_class(class_weight: Any, y: Any, classes: NDArray[Any] | None) -> NDArray[np.float64]:
    """Return the weight of each sample's class, after the checks that `fit` makes; no `classes` for several labels."""
    for given in class_weight if isinstance(class_weight, list) else [class_weight]:
        if isinstance(given, dict):
            checked_class_weights(given)
    if isinstance(class_weight, dict) and classes is not None:
        named = numbers_of_named(classes.tolist(), class_weight, "classifier")
        class_weight = dict(zip(classes[named].tolist(), class_weight.values(), strict=True))
    weights: NDArray[np.float64] = compute_sample_weight(class_weight, y)
    check_some_weight(weights)
    return weights

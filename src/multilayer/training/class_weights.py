"""What each sample counts by its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer._base.errors import InputError
from multilayer._base.fields import Limits
from multilayer._base.text import one_line
from multilayer.network import MLP
from multilayer.network.labels import class_numbers

__all__ = [
    "ClassWeight",
    "check_some_weight",
    "checked_class_weights",
    "numbers_of_named",
    "weights_by_class",
]

ClassWeight = Mapping[Any, float] | str | None

_WEIGHT = Limits(minimum=0.0)


def weights_by_class(
    network: MLP, y: NDArray[Any], class_weight: Mapping[Any, float] | str
) -> NDArray[np.float64]:
    """Return a weight per sample, for targets as the loss prepares them.

    "balanced" gives every class the same share of the whole. The keys of a mapping are the labels of a network that has
    labels, else class numbers; a class that it does not name counts 1.

    Raises
    ------
    InputError
        When targets are no classes, a key is no class, or a weight is no finite number of at least 0.
    """
    found, members = np.unique(_classes_of(y), return_inverse=True)
    weights: NDArray[np.float64]
    if isinstance(class_weight, Mapping):
        weights = _of_mapping(network, found, class_weight)
    elif isinstance(class_weight, str) and class_weight == "balanced":
        weights = members.size / (len(found) * np.bincount(members))
    else:
        raise InputError(
            'class_weight must be "balanced" or a weight per class, as {0: 1.0, 1: 5.0}; '
            f"got {one_line(repr(class_weight), 60)}"
        )
    return np.asarray(weights[members])


def _classes_of(y: NDArray[Any]) -> NDArray[Any]:
    if y.ndim == 1 or y.shape[1] == 1:
        return y.ravel()
    if not (np.isin(y, (0, 1)).all() and (y.sum(axis=1) == 1).all()):
        raise InputError("class_weight needs targets with one class per sample; give sample_weight instead")
    return np.asarray(y.argmax(axis=1))


def _of_mapping(network: MLP, found: NDArray[Any], class_weight: Mapping[Any, float]) -> NDArray[np.float64]:
    """Return the weight of each class that was found in the targets."""
    classes = sorted({*range(max(network.widths[-1], 2)), *found.tolist()})
    named = numbers_of_named(network.classes or classes, class_weight)
    every = np.ones(len(classes))
    every[named] = list(checked_class_weights(class_weight).values())
    weights: NDArray[np.float64] = every[np.searchsorted(classes, found)]
    check_some_weight(weights)
    return weights


def numbers_of_named(
    classes: Sequence[Any], class_weight: Mapping[Any, float], whose: str = "network"
) -> NDArray[np.int64]:
    """Return the number of the class that each key is, by the rule for labels; each class is named once at most."""
    named = class_numbers(classes, list(class_weight), name="class_weight", whose=whose)
    if len(set(named.tolist())) < len(named):
        raise InputError("class_weight names one class twice; name each once")
    return named


def checked_class_weights(class_weight: Mapping[Any, float]) -> dict[Any, float]:
    """Return the weight of each class that is named, a finite number that is not negative."""
    return {key: _WEIGHT.checked(f"class_weight[{key!r}]", weight) for key, weight in class_weight.items()}


def check_some_weight(weights: NDArray[np.float64]) -> None:
    """Refuse class weights that leave nothing to train on."""
    if not weights.any():
        raise InputError("class_weight must not be zero for all classes")

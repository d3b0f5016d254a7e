"""Class labels of a network, and the class of each label in y.

One rule, for networks, training, diagnosis, estimators and files. Where a network has labels, y of one axis holds
labels, and all of them have to be the network's; numbers of classes are for networks without labels.

A label is the class that it equals: text as text, a number by its value. Text that spells a number is that number, and
"true" and "false", however capitalized, are True and False, which are 1 and 0; so 1, 1.0, "1", "1.0" and True are one
label. Where that would make two classes the same ("1" and "01", say) every label is compared as text instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from multilayer._base.arrays import plain_array
from multilayer._base.errors import InputError
from multilayer._base.fields import entries
from multilayer._base.text import fill, one_line, quoted

__all__ = ["Label", "array_of_labels", "class_numbers", "distinct", "labels_of", "places_of"]

Label = str | int | float | bool
"""What a network may call a class."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?").fullmatch
_WHOLE = re.compile(r"[+-]?[0-9]+").fullmatch
_LONGEST_NUMBER = 40
_TRUTH = {"true": True, "false": False}
_SHOWN = 8


def distinct(what: str, names: Any, count: int, kinds: Any) -> tuple[Any, ...] | None:
    """Return names as a tuple of Python objects of these kinds, distinct as text and as numbers."""
    if names is None:
        return None
    listed = entries(names)
    found = tuple(name.item() if isinstance(name, np.generic) else name for name in listed or ())
    fits = all(isinstance(name, kinds) for name in found)
    finite = all(math.isfinite(name) for name in found if isinstance(name, float))
    if listed is None or not fits or not finite:
        raise InputError(
            "{what} must be a sequence of strings; got {names}"
            if kinds is str
            else "{what} must be a sequence of strings, finite numbers or booleans; got {names}",
            what=what,
            names=one_line(repr(names), 60),
        )
    if len(found) != count:
        raise InputError(
            "{what} has {found} names; this network needs {count}", what=what, found=len(found), count=count
        )
    if len(set(found)) != count or len(set(map(str, found))) != count:
        raise InputError("{what} names one thing twice: {found}", what=what, found=", ".join(map(str, found)))
    return found


def labels_of(labels: Iterable[Any]) -> tuple[Label, ...] | None:
    """Return a model's labels as a network holds them; None where there are none, or two would be the same.

    Text, truth values and numbers are kept; anything else becomes its text.
    """
    found = tuple(_as_label(label) for label in labels)
    return found if found and len(set(map(str, found))) == len(found) else None


def _as_label(label: Any) -> Label:
    if isinstance(label, np.integer | np.floating | np.bool_ | np.str_):
        label = label.item()
    return label if isinstance(label, str | int | float) else str(label)


def array_of_labels(labels: Sequence[Label]) -> NDArray[Any]:
    """Return labels as an array: of their common type where it keeps them all, else of objects."""
    if len(set(map(type, labels))) == 1:
        array = np.array(labels)
        same = array.tolist() == list(labels) and type(array.tolist()[0]) is type(labels[0])
        if same:  # large integers may become floats, and text loses a NUL at its end
            return array
    objects = np.empty(len(labels), object)
    objects[:] = labels
    return objects


def class_numbers(
    classes: Sequence[Any], labels: ArrayLike, *, name: str = "y", whose: str = "network", advice: str = ""
) -> NDArray[np.int64]:
    """Return the number of the class that each label is, from 0.

    Raises
    ------
    InputError
        When a label is no class: the message lists these labels and the classes.
    """
    try:
        found, members = _distinct(plain_array(name, labels))
    except TypeError:
        raise InputError(
            "{name} holds lists or the like; expected a label for each sample", name=name
        ) from None
    places = places_of(classes)
    numbers = [places(label) for label in found]
    odd = [label for label, number in zip(found, numbers, strict=True) if number is None]
    if odd:
        raise InputError(
            "{name} holds {odd}, not among the classes of the {whose}: {known}{advice}",
            name=name,
            odd=_listed(odd),
            whose=whose,
            known=_listed(classes),
            advice=advice,
        )
    return np.array(numbers, np.int64)[members]


def places_of(classes: Sequence[Any]) -> Callable[[Any], int | None]:
    """Return a function from a label to the place of the class that it is, None where it is none."""
    by_value = {_value(label): place for place, label in enumerate(classes)}
    if len(by_value) == len(classes):
        return lambda label: by_value.get(_value(label))
    by_text = {str(label): place for place, label in enumerate(classes)}
    return lambda label: by_text.get(str(label))


def _value(label: Any) -> Hashable:
    """Return what a label is compared by."""
    if not isinstance(label, str):
        value: Hashable = label
        return value
    if len(label) <= _LONGEST_NUMBER and _NUMBER(label):
        number = int(label) if _WHOLE(label) else float(label)
        return number if math.isfinite(number) else label
    return _TRUTH.get(label.casefold(), label)


def _distinct(labels: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """Return the labels that there are, and which of them each entry has."""
    if labels.dtype.kind in "biuf":
        found, members = np.unique(labels, return_inverse=True)
        return found.tolist(), members
    places: dict[Any, int] = {}
    numbers = [places.setdefault(label, len(places)) for label in labels.tolist()]
    return list(places), np.array(numbers, np.intp)


def _listed(labels: Sequence[Any]) -> str:
    shown = [
        quoted(label) if isinstance(label, str) else one_line(repr(label), _LONGEST_NUMBER)
        for label in labels[:_SHOWN]
    ]
    listed = ", ".join(shown)
    if len(labels) <= _SHOWN:
        return listed
    return fill("{labels} and {count} more", labels=listed, count=len(labels) - _SHOWN)

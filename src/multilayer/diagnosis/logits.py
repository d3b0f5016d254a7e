"""Outputs that are weighted sums (logits): which models are classifiers whose loss contains the softmax or sigmoid.

PyTorch's cross-entropies take weighted sums, so its classifiers end in a Linear, as its regressors do. This rule
distinguishes them, for models of a kind that ends in weighted sums:

1. A loss that is given decides: a cross-entropy makes a classifier, every other loss does not.
2. Else targets decide. Strings, and where there are several outputs one whole number or bool per sample, are classes:
   as numbers they would not fit the outputs. So are targets that are all 0 or 1, for one output or a row per sample.
3. All else are numbers, and the model is a regressor.

The same targets make a classifier of a model with several outputs that ends in an activation to which no loss belongs
(relu before the cross-entropy, say). Strings are classes in sorted order, whatever a model of this kind ends in.

A classifier is measured with the activation that its loss contains: softmax where classes exclude each other, sigmoid
for one output, and for rows with several ones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import losses
from multilayer._base.arrays import plain_array
from multilayer._base.data_frames import numbers
from multilayer._base.errors import InputError
from multilayer._base.text import fill, quoted
from multilayer.activations import Activation, Identity, sigmoid, softmax
from multilayer.diagnosis.case import Case
from multilayer.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    Loss,
    binary_cross_entropy,
    categorical_cross_entropy,
)
from multilayer.network import MLP, Dense

__all__ = ["read_as_trained"]

_CONTAINED: dict[type[Loss], Activation] = {CategoricalCrossEntropy: softmax, BinaryCrossEntropy: sigmoid}
_LISTED = 5
"""Labels that a note names."""


def read_as_trained(case: Case, loss: Loss | str | None) -> tuple[Case, Loss | None, tuple[str, ...]]:
    """Return the case with its loss, and where its outputs are logits with the activation that they lack.

    Parameters
    ----------
    case : Case
        What is diagnosed.
    loss : Loss or str, optional
        The loss that was given; else the one of the training or the model.

    Returns
    -------
    case, loss, notes
        The loss is None where it is not known. What was decided here is noted, one line each.

    Raises
    ------
    InputError
        For strings that are not as many as the model has classes.
    """
    given = (case.course.loss or case.loss) if loss is None else losses.get(loss)
    if case.y is None or not case.ends_in_sums:
        return case, given, ()
    y, units = _plain("y", case.y), case.network.widths[-1]
    last = case.network.layers[-1].activation
    if not isinstance(last, Identity):
        y, notes = _numbered(y, units)
        if given is None and losses.for_activation(last) is None and units > 1 and y.ndim == 1:
            given = _loss_of(y, units)
            if given is not None:
                note = fill("no loss was given, and y holds classes: {loss} is taken", loss=given.facts.name)
                notes = (note, *notes)
        return replace(case, y=y), given, notes
    chosen = _loss_of(y, units) if given is None else given
    activation = None if chosen is None else _CONTAINED.get(type(chosen))
    if chosen is None or activation is None:
        return case, given, ()
    y, notes = _numbered(y, units)
    note = fill(
        "no loss was given, and y holds classes: outputs are taken for logits, with {activation} and {loss}; for a "
        "regressor give loss='squared'"
        if given is None
        else "outputs are taken for logits, with {activation}, as {loss} was given",
        activation=activation.facts.name,
        loss=chosen.facts.name,
    )
    return replace(case, network=_ending_in(activation, case.network), y=y), chosen, (note, *notes)


def _plain(name: str, given: Any) -> NDArray[Any]:
    """Return an array of strings or of numbers, also where it was one of objects."""
    array = plain_array(name, given)
    return array if array.dtype.kind != "O" or _are_strings(array) else numbers(name, array)


def _loss_of(y: NDArray[Any], units: int) -> Loss | None:
    """Return the loss of a classifier, where targets show that the model is one."""
    exclusive = binary_cross_entropy if units == 1 else categorical_cross_entropy
    if _are_strings(y):
        return exclusive
    if y.dtype.kind not in "biuf" or not y.size:
        return None
    if units > 1 and _is_one_per_sample(y):
        return exclusive if _are_class_numbers(y) else None
    if not np.isin(y, (0, 1)).all():
        return None
    return exclusive if units == 1 or (y.sum(axis=-1) == 1).all() else binary_cross_entropy


def _are_strings(y: NDArray[Any]) -> bool:
    return y.dtype.kind in "UT" or (y.dtype.kind == "O" and all(isinstance(label, str) for label in y.flat))


def _is_one_per_sample(y: NDArray[Any]) -> bool:
    return y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1)


def _are_class_numbers(y: NDArray[Any]) -> bool:
    """Whether targets number classes: whole numbers of any size, so that a wrong one is named."""
    return y.dtype.kind != "f" or bool((y == np.floor(y)).all())


def _numbered(y: NDArray[Any], units: int) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return targets as the loss takes them: strings become numbers, a column of class numbers a row of them."""
    if units > 1 and _is_one_per_sample(y):
        y = y.reshape(-1)
    if not _are_strings(y):
        return y, ()
    found, members = np.unique(y.astype(str), return_inverse=True)
    classes = max(units, 2)
    if len(found) != classes:
        raise InputError(
            "y holds {found} different labels, but the model has {classes} classes and "
            "does not name them; give class numbers from 0 to {last} as y",
            found=len(found),
            classes=classes,
            last=classes - 1,
        )
    shown = ", ".join(map(quoted, found[:_LISTED].tolist()))
    note = fill(
        "the labels in y are taken for the classes in sorted order: {labels}, ..."
        if classes > _LISTED
        else "the labels in y are taken for the classes in sorted order: {labels}",
        labels=shown,
    )
    return members.reshape(y.shape), (note,)


def _ending_in(activation: Activation, network: MLP) -> MLP:
    *layers, last = network.layers
    return MLP(
        [*layers, Dense(last.W, last.b, activation)], classes=network.classes, inputs=network.input_names
    )

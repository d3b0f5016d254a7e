"""What the outputs of a network have to be: for a loss, and for probabilities."""

from __future__ import annotations

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer.activations.activation import Activation, Interval
from multilayer.activations.elementwise import AlongAxis

__all__ = ["check_outputs", "check_probabilities", "check_varies"]


def check_varies(activation: Activation, units: int) -> None:
    """Refuse an output activation that is constant: softmax divides 1 among its units, so a single unit is always 1.

    Raises
    ------
    InputError
        Naming the activation.
    """
    if units > 1 or not isinstance(activation, AlongAxis):
        return
    low, high = activation(np.array([[-1.0], [1.0]]))[:, 0]
    if low == high:
        raise InputError(
            "the output activation {name} gives a single output unit the value {low:g} "
            "for every input; use sigmoid, or an output unit per class",
            name=activation.facts.name,
            low=low,
        )


def check_outputs(
    needed_by: str, need: Interval, distribution: bool, activation: Activation, advice: str
) -> None:
    """Refuse an output activation whose values are not in an interval, or not the probabilities of exclusive classes.

    Raises
    ------
    InputError
        Naming who needs what, the activation, and one that fits.
    """
    have = activation.facts
    if not (need.low <= have.range.low and have.range.high <= need.high):
        raise InputError(
            "{needed_by} needs outputs in {need}, but the output activation {name} takes "
            "values in {range}; {advice}",
            needed_by=needed_by,
            need=need,
            name=have.name,
            range=have.range,
            advice=advice,
        )
    if distribution and not have.distribution:
        raise InputError(
            "{needed_by} needs outputs that sum to 1, but those of the output activation "
            "{name} do not; {advice}",
            needed_by=needed_by,
            name=have.name,
            advice=advice,
        )


def check_probabilities(activation: Activation, *, exclusive: bool, units: int) -> None:
    """Refuse outputs that are no probabilities, of classes that exclude each other or of labels that do not.

    Raises
    ------
    InputError
        Naming the activation, and one that fits.
    """
    shared = exclusive and units > 1
    advice = fill("use softmax" if shared else "use sigmoid")
    check_outputs("predict_proba", Interval(0.0, 1.0, (True, True)), shared, activation, advice)
    if not exclusive and activation.facts.distribution:
        raise InputError(
            "several labels of a sample need a probability each, but the outputs of "
            "{name} sum to 1; {advice}",
            name=activation.facts.name,
            advice=advice,
        )

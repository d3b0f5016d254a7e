"""Activations by the names that Keras has for them, and the layers of Keras that are activations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from multilayer import activations as act
from multilayer._base.errors import InputError
from multilayer._base.text import near_matches, one_line, quoted
from multilayer._base.translation import N_, translated
from multilayer.activations import Activation

__all__ = ["LAYERS", "NAMES", "check_axis", "of_config"]

NAMES: dict[str, Activation] = {
    "linear": act.identity,
    "relu": act.relu,
    "relu6": act.relu6,
    "leaky_relu": act.LeakyReLU(0.2),
    "elu": act.elu,
    "celu": act.celu,
    "selu": act.selu,
    "gelu": act.gelu,
    "silu": act.silu,
    "mish": act.mish,
    "softplus": act.softplus,
    "squareplus": act.squareplus,
    "log_sigmoid": act.log_sigmoid,
    "sigmoid": act.sigmoid,
    "hard_sigmoid": act.hard_sigmoid,
    "hard_silu": act.hard_swish,
    "tanh": act.tanh,
    "hard_tanh": act.hard_tanh,
    "softsign": act.softsign,
    "hard_shrink": act.hard_shrink,
    "soft_shrink": act.soft_shrink,
    "tanh_shrink": act.tanh_shrink,
    "exponential": act.exponential,
    "softmax": act.softmax,
    "log_softmax": act.log_softmax,
}
"""What each name means in Keras 3, where leaky_relu has the slope 0.2 and hard_sigmoid the slope 1/6."""
_REFUSED = {
    "sparsemax": N_("Keras computes another function by that name (up to 3.15 its outputs do not sum to 1)"),
    "glu": N_("it multiplies one half of its inputs by the other, which no layer here does"),
}
_ALIASES = {"swish": "silu", "hard_swish": "hard_silu", None: "linear"}


def _number(config: Mapping[str, Any], name: str, default: float) -> float:
    value = config.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(
            "its {name} is {value}; expected a number", name=name, value=one_line(repr(value), 40)
        )
    return float(value)


def _relu(config: Mapping[str, Any]) -> Activation:
    slope, threshold = _number(config, "negative_slope", 0.0), _number(config, "threshold", 0.0)
    bounded = config.get("max_value") is not None
    largest = _number(config, "max_value", 0.0) if bounded else 0.0
    if not bounded and threshold == 0.0:
        return act.LeakyReLU(slope) if slope else act.relu
    if not bounded and slope == 0.0:
        return act.ThresholdedReLU(threshold)
    if slope == 0.0 and threshold == 0.0:
        return act.relu6 if largest == 6.0 else act.HardTanh(0.0, largest)
    raise InputError("it has a slope, a threshold and a largest value at once; expected one of them")


def check_axis(config: Mapping[str, Any]) -> None:
    """Refuse another axis than that of the units."""
    axis = config.get("axis", -1)
    if axis not in (-1, 1, [-1], [1]):
        raise InputError(
            "its axis is {axis}; samples are rows, so it must be -1", axis=one_line(repr(axis), 40)
        )


def _softmax(config: Mapping[str, Any]) -> Activation:
    check_axis(config)
    return act.softmax


LAYERS: dict[str, Callable[[Mapping[str, Any]], Activation]] = {
    "ReLU": _relu,
    "LeakyReLU": lambda config: act.LeakyReLU(_number(config, "negative_slope", 0.3)),
    "ELU": lambda config: act.ELU(_number(config, "alpha", 1.0)),
    "Softmax": _softmax,
}
"""Layers that are activations, with their settings; PReLU has weights, and is not among them."""


def of_config(value: Any) -> Activation:
    """Return the activation of a layer's configuration: a name, or an object that says which function of Keras it is.

    Raises
    ------
    InputError
        For a function of the user's own, and an unknown name.
    """
    if isinstance(value, Mapping):
        if value.get("class_name") in LAYERS and isinstance(value.get("config"), Mapping):
            return LAYERS[value["class_name"]](value["config"])
        registered = value.get("registered_name") in (None, "function", value.get("config"))
        if value.get("class_name") == "function" and registered:
            value = value.get("config")
    name = _ALIASES.get(value, value) if value is None or isinstance(value, str) else None
    if name in NAMES:
        return NAMES[name]
    if name in _REFUSED:
        raise InputError("its activation is {name}: {refused}", name=name, refused=translated(_REFUSED[name]))
    if not isinstance(value, str):
        raise InputError("its activation is user code; expected one of Keras's activations by name")
    raise InputError(
        "its activation {value} is not known here; {near}",
        value=quoted(value),
        near=near_matches(value, NAMES),
    )

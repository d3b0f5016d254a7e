"""Conversion of models of other packages to networks, by duck typing: those packages are not imported."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from multilayer._base.errors import InputError
from multilayer._base.text import fill
from multilayer._base.translation import N_, translated
from multilayer.activations import Sigmoid, Softmax
from multilayer.interop import scikit_learn, torch
from multilayer.interop.containers import has_transformed_targets, unwrapped, with_steps, with_targets
from multilayer.network import MLP, Dense
from multilayer.network.held import holds_network, network_of
from multilayer.network.labels import labels_of

__all__ = ["Conversion", "calibrated", "calibrated_networks", "conversion_of", "from_model"]


@dataclass(frozen=True)
class Conversion:
    """How one kind of model becomes a network."""

    kind: str
    """The kind, as messages name it: "a fitted MLP of scikit-learn"."""
    recognizes: Callable[[Any], bool]
    """Whether a model is of this kind, by its attributes."""
    convert: Callable[[Any], MLP]
    """Raises an `InputError` that names the part of the model that a network cannot represent."""
    ends_in_sums: bool = False
    """Whether classifiers of this kind end in weighted sums, as their losses contain the softmax or sigmoid."""


_CONVERSIONS = (
    Conversion(
        N_("an MLP, or what fit returned, or a fitted estimator of multilayer.estimators"),
        holds_network,
        network_of,
    ),
    Conversion(
        N_("a fitted MLPClassifier or MLPRegressor of scikit-learn"),
        scikit_learn.has_parameters,
        scikit_learn.network_of,
    ),
    Conversion(N_("a PyTorch nn.Sequential"), torch.is_module, torch.network_of, ends_in_sums=True),
)
"""The first that recognizes a model converts it."""

_KERAS = {"keras", "tf_keras", "tensorflow"}


def from_model(model: Any, /) -> MLP:
    """Return the network of a model, with its weights, activations, class labels and input names.

    Its outputs are those of the model, to rounding. Parts that a network cannot represent are refused by name, never
    left out. The model's package is not imported.

    Parameters
    ----------
    model : object
        A fitted `MLPClassifier` or `MLPRegressor`, of `multilayer.estimators` or of scikit-learn, also as the end of a
        pipeline of scalers, which become part of the first layer, as the best of a search, or with targets that are
        scaled, or calibrated by temperature or sigmoids, which become part of the last layers; a PyTorch
        `nn.Sequential` of `Linear`, `BatchNorm1d` and activations, as it predicts in evaluation mode; an `MLP`, which
        is returned as it is; or what `fit` returned.

    Raises
    ------
    InputError
        For another kind of model, one that is not fitted, and one with a part that a network does not have.

    Examples
    --------
    >>> from multilayer import initialize
    >>> network = initialize((2, 8, 1), "tanh", rng=0)
    >>> from_model(network) is network
    True
    >>> from_model("network.json")
    Traceback (most recent call last):
    multilayer._base.errors.InputError: an object of the type str cannot be made a network; expected an MLP, or ...
    """
    if has_transformed_targets(model):
        return with_targets(from_model(model.regressor_), model.transformer_)
    steps, inner = unwrapped(model)
    members = calibrated_networks(inner)
    if len(members) > 1:
        raise InputError(
            "a {kind} is the mean of {count} networks; multilayer.exchange.read makes it a model of a table, or "
            "fit it with ensemble=False",
            kind=type(inner).__name__,
            count=len(members),
        )
    return with_steps(steps, members[0] if members else conversion_of(inner).convert(inner))


def calibrated_networks(model: Any) -> list[MLP]:
    """Return the networks of a fitted CalibratedClassifierCV, whose mean it is; none for another model.

    Raises
    ------
    InputError
        As `calibrated` does.
    """
    members = getattr(model, "calibrated_classifiers_", ())
    return [calibrated(member, from_model(member.estimator), model) for member in members]


def calibrated(member: Any, network: MLP, model: Any) -> MLP:
    """Return the network of a member of a fitted CalibratedClassifierCV with its calibration behind.

    A temperature T is folded into the last layer: softmax(a / T), in float64, rounded once. scikit-learn takes a from
    log(p + 1e-12), so probabilities below that differ. A sigmoid of each probability is a layer; with more than two
    classes their shares are one more: s / sum s is the softmax of log s.

    Raises
    ------
    InputError
        For another calibration, which is a curve of steps.
    """
    last, classes = network.layers[-1], labels_of(model.classes_)  # those of a member are numbers
    if not isinstance(last.activation, Softmax | Sigmoid) or network.classes is None or classes is None:
        raise InputError("its classifier gives no probabilities of classes; expected one that does")
    if member.method == "temperature":
        W, b = ((array * float(member.calibrators[0].beta_)).astype(last.dtype) for array in (last.W, last.b))
        layers = [*network.layers[:-1], Dense(W, b, last.activation)]
    elif member.method == "sigmoid" and len(member.calibrators) in (1, len(classes)):
        layers = [*network.layers, *_sigmoids(member.calibrators, last)]
    else:
        raise InputError(
            "a {kind} with method={method!r} puts steps behind each class, which no layer does; calibrate with "
            "method='temperature' or 'sigmoid', or give model.calibrated_classifiers_[0].estimator",
            kind=type(model).__name__,
            method=member.method,
        )
    return MLP(layers, classes=classes, inputs=network.input_names)


def _sigmoids(calibrators: Sequence[Any], last: Dense) -> list[Dense]:
    """Return the layers of sigmoid(-(a p + b)) of the probability p of each class, or of the second of two alone."""
    slopes = np.array([-float(one.a_) for one in calibrators])
    b = np.array([-float(one.b_) for one in calibrators], last.dtype)
    if len(calibrators) == 1:
        W = np.zeros((last.units, 1))
        W[-1] = slopes
        return [Dense(W.astype(last.dtype), b, "sigmoid")]
    shares = Dense(np.eye(len(b), dtype=last.dtype), np.zeros_like(b), "softmax")
    return [Dense(np.diag(slopes).astype(last.dtype), b, "log_sigmoid"), shares]


def _has_several(model: Any, name: str) -> bool:
    models = getattr(model, name, None)
    return models is not None and len(models) > 0  # an array has no truth value


_HINTS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda model: isinstance(model, str | os.PathLike), N_("; multilayer.load reads one from a file")),
    (lambda model: isinstance(model, type), N_("; this is a class: give a fitted object of it")),
    (
        lambda model: (
            isinstance(model, Mapping) and any(hasattr(value, "detach") for value in model.values())
        ),
        N_("; a state_dict has no activations: load it into its nn.Sequential, and give that"),
    ),
    (
        lambda model: _has_several(model, "estimators_"),
        N_("; it holds several models: give one, such as model.estimators_[0]"),
    ),
    (lambda model: hasattr(model, "estimator_"), N_("; it holds a model: give model.estimator_")),
)
"""Hints for other objects: a test for the kind of object, and the end of the message."""


def conversion_of(model: Any) -> Conversion:
    """Return the conversion for a model.

    Raises
    ------
    InputError
        For another kind of model.
    """
    packages = {kind.__module__.partition(".")[0] for kind in type(model).__mro__}
    # First, because with Keras's PyTorch backend its models are modules of PyTorch, too.
    if hasattr(model, "get_weights") and packages & _KERAS:
        raise InputError(
            "a Keras {kind} is not converted here; multilayer.exchange.read(model).network is its network",
            kind=type(model).__name__,
        )
    for conversion in _CONVERSIONS:
        if conversion.recognizes(model):
            return conversion
    kinds = reduce(
        lambda one, other: fill("{one}, or {other}", one=one, other=other),
        (translated(conversion.kind) for conversion in _CONVERSIONS),
    )
    hint = next((translated(hint) for fits, hint in _HINTS if fits(model)), "")
    raise InputError(
        "an object of the type {kind} cannot be made a network; expected {kinds}{hint}",
        kind=type(model).__name__,
        kinds=kinds,
        hint=hint,
    )

"""The source of a fitted MLP of scikit-learn, with its weights in a NumPy archive beside it."""

from __future__ import annotations

import runpy
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from multilayer import activations as act
from multilayer._base.errors import InputError
from multilayer.activations import Activation
from multilayer.exchange import npz
from multilayer.exchange.imported import Runner, Target
from multilayer.network import MLP, Dense
from multilayer.network.labels import Label

__all__ = ["program", "write"]

_HIDDEN: dict[Activation, str] = {
    act.identity: "identity",
    act.sigmoid: "logistic",
    act.tanh: "tanh",
    act.relu: "relu",
}
_SOURCE = '''"""A network of {shape} units, as a fitted {kind} of scikit-learn.

    from {stem} import estimator
    estimator().predict(X)

Its weights are in {stem}.npz beside this file.
{origin}"""

from pathlib import Path

import numpy as np
from sklearn.neural_network import {kind}
from sklearn.preprocessing import LabelBinarizer

CLASSES = {classes}
INPUTS = {inputs}


def estimator():
    """Return the estimator with its weights, as after fit."""
    model = {kind}(hidden_layer_sizes={hidden}, activation="{activation}")
    with np.load(Path(__file__).with_suffix(".npz"), allow_pickle=False) as arrays:
        model.coefs_ = [arrays[f"W{{n}}"] for n in range(1, {layers} + 1)]
        model.intercepts_ = [arrays[f"b{{n}}"] for n in range(1, {layers} + 1)]
    model.n_features_in_, model.n_outputs_, model.n_layers_ = {features}, {outputs}, {layers} + 1
    model.out_activation_ = "{output}"
    model.n_iter_, model.t_, model.loss_ = 0, 0, float("nan")
    if INPUTS is not None:
        model.feature_names_in_ = np.array(INPUTS, object)
    if CLASSES is not None:
        model._label_binarizer = LabelBinarizer().fit(np.array(CLASSES))
        model.classes_ = model._label_binarizer.classes_
    return model
'''


def write(network: MLP, target: Target) -> dict[str, bytes]:
    """Return the source, and the weights as arrays W1, b1, W2, ...

    Raises
    ------
    InputError
        For activations that scikit-learn has not, and for hidden layers of several activations.
    """
    target.check_module()
    hidden = {layer.activation for layer in network.layers[:-1]} or {act.relu}
    if len(hidden) > 1 or not hidden <= _HIDDEN.keys():
        names = ", ".join(sorted(one.facts.name for one in hidden))
        raise InputError(
            "scikit-learn has one of identity, logistic, tanh, relu for all hidden layers; found {names}",
            names=names,
        )
    output = _output(network)
    classes = None if output == "identity" else _classes(network)
    source = _SOURCE.format(
        shape="-".join(map(str, network.widths)),
        stem=target.stem,
        origin=target.docstring,
        kind="MLPRegressor" if classes is None else "MLPClassifier",
        classes=repr(classes),
        inputs=repr(network.input_names),
        hidden=repr(network.widths[1:-1]),
        activation=_HIDDEN[hidden.pop()],
        layers=len(network.layers),
        features=network.widths[0],
        outputs=network.widths[-1],
        output=output,
    )
    ordered = network if classes is None else _in_order(network, classes)
    arrays = npz.write(ordered, target)
    return arrays | {".py": source.encode("utf-8", "backslashreplace")}


def _output(network: MLP) -> str:
    last = network.layers[-1]
    for activation, name, units in (
        (act.identity, "identity", None),
        (act.softmax, "softmax", None),
        (act.sigmoid, "logistic", 1),
    ):
        if last.activation == activation and units in (None, last.units):
            return name
    raise InputError(
        "layer {layers}: scikit-learn ends in the identity, softmax, or one logistic "
        "output; found {units} of {name}",
        layers=len(network.layers),
        units=last.units,
        name=last.activation.facts.name,
    )


def _classes(network: MLP) -> tuple[Label, ...]:
    return network.classes or tuple(range(max(2, network.widths[-1])))


def _in_order(network: MLP, classes: tuple[Label, ...]) -> MLP:
    """Return the network with its classes in ascending order, which scikit-learn has them in."""
    order = np.argsort(np.array(classes), kind="stable")
    *others, last = network.layers
    if last.units > 1:
        W, b = last.W[:, order], last.b[order]
    else:  # sigmoid(-a) = 1 - sigmoid(a)
        sign = last.W.dtype.type(1.0 if order[0] == 0 else -1.0)
        W, b = last.W * sign, last.b * sign
    names = [classes[place] for place in order.tolist()]
    return MLP([*others, Dense(W, b, last.activation)], classes=names, inputs=network.input_names)


def program(path: Path) -> tuple[Runner, str] | None:
    """Return what runs a source that `write` made, and its name; None without scikit-learn."""
    try:
        written = runpy.run_path(str(path))
    except ImportError:
        return None
    model, classes = written["estimator"](), written["CLASSES"]
    if written["INPUTS"] is not None:
        del model.feature_names_in_  # samples come without names

    def run(x: NDArray[Any]) -> NDArray[Any]:
        if classes is None:
            return np.asarray(model.predict(x)).reshape(len(x), -1)
        places = [model.classes_.tolist().index(label) for label in classes]
        found = np.asarray(model.predict_proba(x))[:, places]
        return found if model.n_outputs_ > 1 else found[:, 1:]

    return run, f"scikit-learn {version('scikit-learn')}"

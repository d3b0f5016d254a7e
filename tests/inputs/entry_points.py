"""Every way for samples into the package: a function of samples that returns what they come to, as one array."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from multilayer import MLP, activations, diagnose, fit, gradients, initialize, separability
from multilayer.diagnosis import Live, try_fixes
from multilayer.optimizers import LBFGS
from tests.inputs.arrays import X

Y = (X @ np.array([[1.0], [-2.0], [0.5]]) > -1.0).astype(np.float64)
NUMBERS = (Y[:, 0]).astype(int)


def network(dtype: Any = np.float32, *, inputs: list[str] | None = None) -> MLP:
    return initialize((3, 5, 1), "tanh", "sigmoid", dtype=dtype, inputs=inputs, rng=0)


def flat(*arrays: Any) -> np.ndarray:
    return np.concatenate([np.asarray(array, np.float64).ravel() for array in arrays])


def _weights(net: MLP) -> np.ndarray:
    return flat(*(array for layer in net.layers for array in (layer.W, layer.b)))


def _trace(net: MLP, x: Any) -> np.ndarray:
    return flat(*(part for record in net.trace(x) for part in (record.x, record.a, record.z)))


def _gradients(net: MLP, x: Any) -> np.ndarray:
    found = gradients(net, x, Y, "binary_cross_entropy")
    return flat(*(part for layer in found for part in (layer.dW, layer.db, layer.dx)))


def _fit(net: MLP, x: Any, **options: Any) -> np.ndarray:
    given = {
        "loss": "binary_cross_entropy",
        "epochs": 2,
        "batch_size": 5,
        "rng": 0,
        "progress": False,
    } | options
    trained = fit(net, x, Y, **given)
    return flat(_weights(trained.network), trained.history.loss, trained.history.validation_loss)


def _diagnose(net: MLP, x: Any) -> np.ndarray:
    evidence = diagnose(net, x, Y, baseline=False).evidence
    return flat(
        evidence.inputs.mean,
        evidence.inputs.std,
        evidence.outputs.loss,
        evidence.outputs.score,
    )


def _live(net: MLP, x: Any) -> np.ndarray:
    live = Live(x, Y, every=1, on_finding=lambda finding: None)
    fit(net, X, Y, loss="binary_cross_entropy", epochs=2, rng=0, progress=False, callbacks=[live])
    return flat(*(snapshot.constant for snapshot in live.snapshots))


def _try_fixes(net: MLP, x: Any) -> np.ndarray:
    return flat(try_fixes(net, x, Y, "binary_cross_entropy", seeds=1, epochs=1).untouched.scores)


def _separability(net: MLP, x: Any) -> np.ndarray:
    found = separability(x, NUMBERS)
    return flat(found.margin, found.W if found.W is not None else ())


OWN: dict[str, Callable[[MLP, Any], np.ndarray]] = {
    "net": lambda net, x: flat(net(x)),
    "trace": _trace,
    "classify": lambda net, x: flat(net.classify(x)),
    "gradients": _gradients,
    "weighted_sums": lambda net, x: flat(net.layers[0].weighted_sums(x)),
    "fit": _fit,
    "fit in order": lambda net, x: _fit(net, x, shuffle=False),
    "fit with validation": lambda net, x: _fit(net, X, validation=(x, Y)),
    "fit with L-BFGS": lambda net, x: _fit(net, x, optimizer=LBFGS()),
    "diagnose": _diagnose,
    "Live": _live,
    "try_fixes": _try_fixes,
    "separability": _separability,
}
"""Entry points that take samples whatever they come in, or refuse them with an InputError."""


def _activation(name: str) -> Callable[[MLP, Any], np.ndarray]:
    return lambda net, x: flat(activations.get(name)(x))


UFUNCS = {name: _activation(name) for name in ("sigmoid", "leaky_relu", "softmax")}
"""Entry points of NumPy's kind, which refuse with its TypeError what no ufunc takes."""


@cache
def _fitted(kind: str) -> Any:
    from multilayer import estimators

    model = getattr(estimators, kind)(hidden_layer_sizes=(4,), max_iter=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, NUMBERS)


def _estimator_fit(net: MLP, x: Any) -> np.ndarray:
    from sklearn import clone

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = clone(_fitted("MLPClassifier")).fit(x, NUMBERS)
    return flat(*model.coefs_, *model.intercepts_)


ESTIMATORS: dict[str, Callable[[MLP, Any], np.ndarray]] = {
    "MLPClassifier.predict_proba": lambda net, x: flat(_fitted("MLPClassifier").predict_proba(x)),
    "MLPRegressor.predict": lambda net, x: flat(_fitted("MLPRegressor").predict(x)),
    "MLPClassifier.fit": _estimator_fit,
    "MLPClassifier.diagnose": lambda net, x: flat(
        _fitted("MLPClassifier").diagnose(x, NUMBERS).evidence.inputs.mean
    ),
}
"""Entry points that go through scikit-learn, and refuse what it refuses."""

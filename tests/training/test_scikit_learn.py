"""Training agrees with scikit-learn step by step."""

import numpy as np
import pytest

from multilayer import fit, initialize
from multilayer.activations import tanh
from multilayer.optimizers import LBFGS, SGD, Adam, Constant, InverseScaling
from multilayer.training import EarlyStopping
from tests.training.problem import X, Y


@pytest.mark.parametrize("learning_rate", ["constant", "invscaling", "adaptive"])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("shape", ["regression", "binary", "classes", "multilabel"])
def test_scikit_learn_step_by_step(solver, learning_rate, shape):
    from sklearn import neural_network

    from multilayer.initializers import ScikitLearn
    from multilayer.optimizers import Adaptive

    schedule = {"constant": Constant(), "invscaling": InverseScaling(0.2), "adaptive": Adaptive()}[
        learning_rate
    ]
    targets, output, loss = {
        "regression": (np.hstack([Y, Y**2]), "identity", "squared"),
        "binary": ((Y[:, 0] > 0).astype(int), "sigmoid", "bce"),
        "classes": (np.digitize(Y[:, 0], [-1, 1]), "softmax", "cce"),
        "multilabel": (np.hstack([Y > 0, Y > 1, Y < -1]).astype(int), "sigmoid", "bce"),
    }[shape]
    patience = 100 if shape == "regression" else 2
    kind = neural_network.MLPRegressor if shape == "regression" else neural_network.MLPClassifier
    theirs = kind(
        hidden_layer_sizes=(7, 5), activation="tanh", solver=solver, learning_rate=learning_rate, power_t=0.2,
        learning_rate_init=0.01, batch_size=32, max_iter=25, alpha=0.3, random_state=4, n_iter_no_change=patience,
        tol=1e-2,
    )  # fmt: skip
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.fit(X, targets)
    rng = np.random.RandomState(4)
    outputs = 1 if shape == "binary" else len(np.unique(targets)) if shape == "classes" else targets.shape[1]
    net = initialize(
        (4, 7, 5, outputs), "tanh", output, initializer=ScikitLearn(tanh), dtype=np.float64, rng=rng
    )
    optimizer = Adam(0.01) if solver == "adam" else SGD(0.01)
    trained = fit(
        net, X, targets, loss=loss, optimizer=optimizer, l2=0.3, batch_size=32, epochs=25, rng=rng,
        schedule=schedule if solver == "sgd" else Constant(),
        stopping=EarlyStopping(patience=patience, tolerance=1e-2, monitor="loss", restore_best=False),
    )  # fmt: skip
    assert len(trained.history) == theirs.n_iter_
    if shape != "regression":  # scikit-learn tells a mean over outputs, where ours is a sum
        np.testing.assert_allclose(trained.history.loss, theirs.loss_curve_, rtol=1e-10)
    for layer, W, b in zip(trained.network.layers, theirs.coefs_, theirs.intercepts_, strict=True):
        np.testing.assert_allclose(layer.W, W, rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(layer.b, b, rtol=1e-8, atol=1e-10)


def test_scikit_learn_with_weights_and_lbfgs():
    from sklearn import neural_network

    from multilayer.initializers import ScikitLearn

    weights = np.random.default_rng(5).uniform(0.1, 2, len(X))
    for solver, optimizer in (("adam", Adam()), ("lbfgs", LBFGS())):
        theirs = neural_network.MLPRegressor(
            hidden_layer_sizes=(6,), activation="tanh", solver=solver, max_iter=40, random_state=1, alpha=0.01,
            n_iter_no_change=100,
        )  # fmt: skip
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs.fit(X, Y[:, 0], weights)
        rng = np.random.RandomState(1)
        net = initialize((4, 6, 1), "tanh", initializer=ScikitLearn(tanh), dtype=np.float64, rng=rng)
        trained = fit(
            net, X, Y, loss="squared", optimizer=optimizer, l2=0.01, epochs=40, rng=rng, sample_weight=weights
        )
        assert trained.history.loss[-1] == pytest.approx(theirs.loss_, rel=1e-8 if solver == "adam" else 1e-3)

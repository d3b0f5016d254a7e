"""Functions that take a network take what holds one."""

import warnings

import pytest

from multilayer import InputError, fit, from_model, initialize, load, save, train
from multilayer.network.held import network_of

NET = initialize((2, 3, 1), "tanh", "sigmoid", rng=0)
X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
SETTINGS = {"loss": "binary_cross_entropy", "epochs": 3, "rng": 0}


def _estimator():
    from multilayer.estimators import MLPClassifier

    return MLPClassifier((3,), max_iter=3, random_state=0)


def _fitted():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it need not converge
        return _estimator().fit(X, Y)


def test_a_network_is_itself():
    assert network_of(NET) is NET


def test_what_fit_returned():
    trained = fit(NET, X, Y, **SETTINGS)
    assert network_of(trained) is trained.network


def test_a_training_has_what_it_has_come_to():
    training = train(NET, X, Y, **SETTINGS)
    for event in training:
        assert network_of(event) == event.network == network_of(training)
    assert network_of(training) != NET


def test_an_estimator_is_saved_and_trained():
    estimator = _fitted()
    assert network_of(estimator) is estimator.network_
    trained = fit(estimator, X, Y, **SETTINGS)
    assert trained.network == fit(estimator.network_, X, Y, **SETTINGS).network


@pytest.mark.parametrize("suffix", [".json", ".safetensors"])
def test_what_holds_a_network_is_saved(tmp_path, suffix):
    for held in (fit(NET, X, Y, **SETTINGS), _fitted()):
        save(held, tmp_path / f"network{suffix}")
        assert load(tmp_path / f"network{suffix}") == from_model(held)


@pytest.mark.parametrize(
    "take", [lambda model: fit(model, X, Y, **SETTINGS), lambda model: save(model, "net.json")]
)
def test_refuses_what_holds_none_with_the_way(take):
    with pytest.raises(
        InputError, match="this MLPClassifier is not fitted, so it has no network; call fit first"
    ):
        take(_estimator())
    from sklearn.pipeline import make_pipeline

    for model in (make_pipeline(_fitted()), "network.json", None, [[1.0]]):
        with pytest.raises(
            InputError, match=r"expected a multilayer.MLP, got \w+; multilayer.from_model makes one"
        ):
            take(model)


def test_an_attribute_of_that_name_is_no_network():
    class Model:
        network = trained = network_ = "deep"

    with pytest.raises(InputError, match=r"this Model is not fitted|expected a multilayer.MLP, got Model"):
        network_of(Model())

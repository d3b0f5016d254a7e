import warnings

import numpy as np
import pytest

from multilayer import InputError, fit, from_model, initialize, train
from multilayer.training import Training
from tests.interop.torch_stand_in import Sequential


def test_a_network_is_returned_as_it_is():
    network = initialize((2, 3, 1), rng=0)
    assert from_model(network) is network


@pytest.mark.parametrize("model", [None, "network.json", 3, object(), [[1.0]], dict])
def test_refuses_what_is_no_model(model):
    with pytest.raises(InputError, match="cannot be made a network; expected an MLP, or what fit returned"):
        from_model(model)


def test_a_way_from_what_is_at_hand():
    for model, way in (("network.json", "multilayer.load reads one from a file"), (dict, "this is a class")):
        with pytest.raises(InputError, match=way):
            from_model(model)


def test_a_way_into_what_holds_several_models():
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.ensemble import BaggingClassifier
    from sklearn.model_selection import TunedThresholdClassifierCV

    from multilayer.estimators import MLPClassifier

    X = np.random.default_rng(0).standard_normal((40, 2))
    y = (X[:, 0] > 0).astype(int)
    inner = MLPClassifier((2,), max_iter=2, random_state=0)
    for model, way in (
        (BaggingClassifier(inner, 2), "estimators_[0]"),
        (CalibratedClassifierCV(inner, method="isotonic", cv=2), "calibrated_classifiers_[0].estimator"),
        (TunedThresholdClassifierCV(inner, cv=2), "estimator_"),
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # two epochs are few
            model.fit(X, y)
        with pytest.raises(InputError) as refused:
            from_model(model)
        assert str(refused.value).endswith(f"model.{way}")
        assert from_model(eval(f"model.{way}", {"model": model})).widths == (2, 2, 1)  # noqa: S307


def test_an_array_of_models_is_refused_in_words():
    from sklearn.ensemble import GradientBoostingRegressor

    model = GradientBoostingRegressor(n_estimators=2).fit([[0.0], [1.0]], [0.0, 1.0])
    with pytest.raises(InputError, match=r"the type GradientBoostingRegressor cannot be made a network"):
        from_model(model)


def test_what_training_makes():
    network = initialize((2, 3, 1), rng=0)
    settings = {"loss": "squared", "epochs": 2, "rng": 0}
    trained = fit(network, [[0.0, 1.0]], [1.0], **settings)
    assert from_model(trained) is trained.network
    training: Training = train(network, [[0.0, 1.0]], [1.0], **settings)
    for _ in training:
        pass
    assert from_model(training) == trained.network  # not the one that it started from


@pytest.mark.parametrize(
    "package", ["keras.src.models.sequential", "tf_keras.src.engine", "tensorflow.python.keras"]
)
@pytest.mark.parametrize("on_top_of", [object, Sequential])
def test_keras_models_are_refused_by_name(package, on_top_of):
    def get_weights(self):
        return []

    model = type("Sequential", (on_top_of,), {"__module__": package, "get_weights": get_weights})()
    with pytest.raises(
        InputError, match=r"a Keras Sequential is not converted here; multilayer\.exchange\.read\(model\)"
    ):
        from_model(model)

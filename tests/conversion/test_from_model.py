import pytest

from multilayer import InputError, fit, from_model, initialize, train
from multilayer.training import Training
from tests.conversion.torch_stand_in import Sequential


def test_a_network_is_returned_as_it_is():
    network = initialize((2, 3, 1), rng=0)
    assert from_model(network) is network


@pytest.mark.parametrize("model", [None, "network.json", 3, object(), [[1.0]], dict])
def test_refuses_what_is_no_model(model):
    with pytest.raises(InputError, match="cannot be made a network; expected an MLP, or what fit returned"):
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
def test_keras_is_told_as_keras(package, on_top_of):
    def get_weights(self):
        return []

    model = type("Sequential", (on_top_of,), {"__module__": package, "get_weights": get_weights})()
    with pytest.raises(
        InputError, match=r"a Keras Sequential is not converted; .*Dense\(\*layer.get_weights\(\)"
    ):
        from_model(model)

"""Names in training: what a loss, an optimizer, a schedule or a metric means that is given by name."""

import numpy as np
import pytest

import multilayer
from multilayer import InputError, fit, initialize, losses
from multilayer.optimizers import SGD, Adam, Cosine
from multilayer.training import EarlyStopping, TrainConfig

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(40, 3)), RNG.normal(size=(40, 2))
NET = initialize((3, 5, 2), "tanh", rng=0, dtype=np.float64)
ONE = initialize((3, 5, 1), "tanh", rng=0, dtype=np.float64)
BATCH = {"batch_size": 40, "shuffle": False, "epochs": 1}


@pytest.mark.parametrize("net", [NET, ONE], ids=repr)
@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("mse", lambda error: np.mean(error**2)),
        ("mean_squared_error", lambda error: np.mean(error**2)),
        ("mae", lambda error: np.mean(np.abs(error))),
        ("MeanAbsoluteError", lambda error: np.mean(np.abs(error))),
    ],
)
def test_a_loss_named_mean_reports_the_mean(net, name, definition):
    y = Y[:, : net.widths[-1]]
    trained = fit(net, X, y, loss=name, validation=(X, y), **BATCH)
    assert trained.history.loss[0] == pytest.approx(definition(net(X) - y), rel=1e-14)
    assert trained.history.validation_loss[0] == pytest.approx(definition(trained.network(X) - y), rel=1e-14)


@pytest.mark.oracle
@pytest.mark.parametrize("name", ["mse", "mae"])
def test_its_gradients_are_those_of_pytorch(name):
    import torch

    x, y = torch.tensor(X), torch.tensor(Y)
    (first, second) = NET.layers
    parameters = [torch.tensor(p, requires_grad=True) for p in (first.W, first.b, second.W, second.b)]
    W1, b1, W2, b2 = parameters
    outputs = torch.tanh(x @ W1 + b1) @ W2 + b2
    {"mse": torch.nn.MSELoss, "mae": torch.nn.L1Loss}[name]()(outputs, y).backward()
    ours = multilayer.gradients(NET, X, Y, name)
    for gradient, theirs in zip((ours[0].dW, ours[0].db, ours[1].dW, ours[1].db), parameters, strict=True):
        np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-12, atol=1e-15)


def test_names_and_objects_train_alike():
    named = fit(NET, X, Y, loss="squared", optimizer="adam", schedule="cosine", epochs=3, rng=0)
    given = fit(NET, X, Y, loss=losses.squared, optimizer=Adam(), schedule=Cosine(), epochs=3, rng=0)
    assert named.network == given.network
    sgd = fit(NET, X, Y, loss="squared", optimizer="SGD", epochs=3, rng=0)
    assert sgd.network == fit(NET, X, Y, loss="squared", optimizer=SGD(), epochs=3, rng=0).network
    assert fit(NET, X, Y, loss="mse", optimizer="l-bfgs", epochs=2).history.loss[1] < 1.0


def test_train_configs_take_names():
    named = TrainConfig(loss="mse", optimizer="sgd", schedule="cosine")
    assert named == TrainConfig(loss=losses.mean_squared_error, optimizer=SGD(), schedule=Cosine())


def test_a_metric_by_name_alone_and_by_its_short_name():
    trained = fit(
        NET,
        X,
        Y,
        loss="mse",
        metrics="rmse",
        validation=(X, Y),
        stopping=EarlyStopping(monitor="rmse"),
        epochs=2,
    )
    last = np.sqrt(np.mean((trained.network(X) - Y) ** 2))
    assert min(trained.history.metrics["root_mean_squared_error"]) == pytest.approx(last)
    with pytest.raises(InputError, match="the targets are class numbers, one per sample"):
        fit(
            initialize((3, 2), (), "softmax"),
            X,
            (Y[:, 0] > 0).astype(int),
            loss="cce",
            metrics="mse",
            epochs=1,
        )
    both = fit(NET, X, Y, loss="mse", metrics=["mse", "mae"], epochs=1)
    assert tuple(both.history.metrics) == ("mean_squared_error", "mean_absolute_error")
    with pytest.raises(InputError, match="metrics must be names or Metrics; got int"):
        multilayer.fit(NET, X, Y, loss="mse", metrics=3)

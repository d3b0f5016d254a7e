"""The training loop: its events, its options, and that nothing given is changed."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, fit, initialize, train
from multilayer.activations import Custom, Interval, Surrogate, sigmoid, step, tanh
from multilayer.losses import Loss, LossFacts
from multilayer.optimizers import SGD, Adam, AdamW, InverseScaling, Optimizer, OptimizerState
from multilayer.training import Epoch, Step, TrainConfig
from multilayer.training import metrics as training_metrics
from multilayer.training.numpy_engine import NumpyEngine
from tests.training.problem import NET, OPTIONS, X, Y, bits


def test_events():
    training = train(NET, X, Y, epochs=2, every=1, metrics=["r2"], **OPTIONS)
    events = list(training)
    assert [type(event) for event in events] == [Step, Step, Step, Epoch] * 2
    assert [(e.epoch, e.batch, e.batches, e.steps) for e in events if isinstance(e, Step)] == [
        (1, 1, 3, 1), (1, 2, 3, 2), (1, 3, 3, 3), (2, 1, 3, 4), (2, 2, 3, 5), (2, 3, 3, 6),
    ]  # fmt: skip
    steps, epoch = events[:3], events[3]
    assert epoch.loss == pytest.approx((32 * steps[0].loss + 32 * steps[1].loss + 26 * steps[2].loss) / 90)
    assert (epoch.epoch, epoch.epochs, epoch.steps, epoch.stopped) == (1, 2, 3, None)
    assert events[-1].stopped == "epochs"
    assert set(epoch.metrics) == {"r2"}
    trained = training.trained
    assert trained.history.loss == (events[3].loss, events[7].loss)
    assert len(trained.history) == 2
    assert bits(events[-1].network) == bits(trained.network)
    assert repr(trained.history).startswith("History(2 epochs, loss ")


def test_the_same_seed_gives_the_same_bits_at_any_granularity_of_events():
    plain = fit(NET, X, Y, epochs=3, **OPTIONS)
    assert bits(fit(NET, X, Y, epochs=3, **OPTIONS).network) == bits(plain.network)
    for every in (1, 2, 100):
        training = train(NET, X, Y, epochs=3, every=every, **OPTIONS)
        assert sum(isinstance(event, Step) for event in training) == {1: 9, 2: 3, 100: 0}[every]
        assert bits(training.trained.network) == bits(plain.network)
    assert bits(fit(NET, X, Y, epochs=3, **OPTIONS | {"rng": 1}).network) != bits(plain.network)


def test_nothing_given_is_changed():
    before, x, y = bits(NET), X.copy(), Y.copy()
    trained = fit(NET, X, Y, epochs=2, **OPTIONS)
    assert bits(NET) == before
    np.testing.assert_array_equal(X, x)
    np.testing.assert_array_equal(Y, y)
    assert trained.network.dtype == np.float64
    assert fit(NET.astype(np.float32), X, Y, epochs=1, **OPTIONS).network.dtype == np.float32


def test_classes_and_names_are_kept():
    net = initialize((4, 30, 2), "relu", "softmax", classes=["no", "yes"], inputs=["a", "b", "c", "d"], rng=0)
    trained = fit(
        net,
        X,
        np.where(Y[:, 0] > 0, "yes", "no"),
        loss="cross_entropy",
        epochs=60,
        rng=0,
        optimizer=Adam(0.05),
        batch_size=16,
    )
    assert trained.network.input_names == ("a", "b", "c", "d")
    assert np.mean(trained.network.classify(X) == np.where(Y[:, 0] > 0, "yes", "no")) > 0.95


def test_dropout():
    net = initialize((4, 200, 1), "relu", rng=0, dtype=np.float64)
    plain, dropped = (fit(net, X, Y, epochs=1, dropout=share, **OPTIONS) for share in (0.0, 0.5))
    assert bits(plain.network) != bits(dropped.network)
    assert bits(fit(net, X, Y, epochs=1, dropout=(0.5,), **OPTIONS).network) == bits(dropped.network)
    # A unit that is always left out learns nothing.
    almost = fit(net, X, Y, epochs=1, dropout=1 - 1e-12, **OPTIONS).network
    np.testing.assert_array_equal(almost.layers[0].W, net.layers[0].W)
    for wrong in (1.0, -0.1, (0.1, 0.2), "half"):
        with pytest.raises(InputError, match="dropout"):
            fit(net, X, Y, dropout=wrong, **OPTIONS)


def test_dropout_keeps_the_expected_output():
    engine = NumpyEngine(TrainConfig(loss="squared", dropout=(0.3, 0.0)), (tanh, tanh, tanh))
    arrays = tuple(
        array for layer in initialize((4, 500, 6, 1), rng=0).layers for array in (layer.W, layer.b)
    )
    engine.load(arrays, OptimizerState(0, {}))
    records, (first, second, last) = engine.forward(X.astype(np.float32), np.random.default_rng(0))
    assert second is None
    assert last is None
    assert first.dtype == np.float32
    np.testing.assert_array_equal(np.unique(first), np.array([0, 1 / 0.7], np.float32))
    assert first.mean() == pytest.approx(1.0, abs=0.01)
    np.testing.assert_array_equal(records[1].x, records[0].z * first)
    assert engine.forward(X.astype(np.float32))[1] == [None, None, None]


def test_l2_and_weight_decay():
    zero = np.zeros((1, 4)), np.zeros((1, 1))
    W = np.array([[1.0], [2.0], [3.0], [4.0]])
    net = MLP([Dense(W, [0.5])])
    options = {"loss": "squared", "epochs": 1, "optimizer": SGD(0.1, momentum=0.0)}
    penalised = fit(net, *zero, l2=0.5, **options)
    np.testing.assert_allclose(penalised.network.layers[0].W, W - 0.1 * 0.5 * W)
    assert penalised.history.loss[0] == pytest.approx(0.5 * 0.25 + 0.5 * 0.5 * 30)
    decayed = fit(net, *zero, weight_decay=0.5, **options).network
    np.testing.assert_allclose(decayed.layers[0].W, W - 0.1 * 0.5 * W)
    assert decayed.layers[0].b[0] == 0.5 - 0.1 * 0.5
    adamw = fit(net, *zero, loss="squared", epochs=1, optimizer=AdamW(0.1, weight_decay=0.5)).network
    np.testing.assert_allclose(adamw.layers[0].W, W - 0.1 * 0.5 * W)
    with pytest.raises(InputError, match="AdamW has its own weight_decay"):
        fit(net, *zero, loss="squared", optimizer=AdamW(), weight_decay=0.1)


def test_going_on_is_the_same_as_not_stopping():
    whole = fit(NET, X, Y, epochs=4, shuffle=False, schedule=InverseScaling(), **OPTIONS)
    part = fit(NET, X, Y, epochs=2, shuffle=False, schedule=InverseScaling(), **OPTIONS)
    rest = fit(
        part.network, X, Y, epochs=2, shuffle=False, schedule=InverseScaling(), after=part.memory, **OPTIONS
    )
    assert bits(rest.network) == bits(whole.network)
    assert part.history.loss + rest.history.loss == whole.history.loss


def test_step_is_refused_with_the_reason_and_its_surrogate_learns():
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = np.array([0, 1, 1, 0])
    with pytest.raises(
        InputError, match=r"layer 1: step cannot be trained through.*Surrogate\(step, sigmoid\)"
    ):
        train(initialize((2, 6, 1), "step", "sigmoid", rng=0), x, y, loss="bce")
    net = initialize((2, 6, 1), Surrogate(step, sigmoid), "sigmoid", rng=0)
    trained = fit(net, x, y, loss="bce", optimizer=Adam(0.05), epochs=600, rng=0).network
    np.testing.assert_array_equal(trained.classify(x), y)
    assert set(np.unique(trained.trace(x)[0].z)) <= {0.0, 1.0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"loss": "sqared"}, "no loss is called 'sqared'"),
        ({"epochs": 0}, "^epochs must be a whole number, at least 1; got 0"),
        ({"batch_size": 2.5}, "batch_size"),
        ({"l2": -1.0}, "l2"),
        ({"optimizer": "adma"}, "no optimizer is called 'adma'; did you mean 'adam'?"),
        ({"stopping": 3}, "stopping must be an EarlyStopping, or None"),
        ({"every": 0}, "every must be a whole number, at least 1, or None; got 0"),
        ({"sample_weight": [1.0]}, "sample_weight has shape"),
        ({"sample_weight": -np.ones(90)}, "never negative"),
        ({"class_weight": "even"}, "class_weight must be"),
        ({"validation": (X,)}, "validation has 1 parts"),
        ({"rng": -1}, "rng must be"),
    ],
)
def test_mistakes_before_the_first_batch(options, message):
    with pytest.raises(InputError, match=message):
        train(NET, X, Y, **{"loss": "squared", **options})


def test_progress_bar(capsys):
    fit(NET, X, Y, epochs=2, validation=0.2, metrics=["r2"], progress=True, **OPTIONS)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert all(word in shown for word in ("loss", "validation", "r2", "rate"))
    fit(NET, X, Y, epochs=2, **OPTIONS)
    assert capsys.readouterr() == ("", "")


def test_user_defined_losses_optimizers_and_activations():
    @dataclass(frozen=True)
    class LogCosh(Loss):
        @property
        def facts(self):
            everything = Interval(-math.inf, math.inf)
            return LossFacts("log_cosh", "log(cosh(z - y))", "tanh(z - y)", "", everything, everything)

        def formula(self, z, y, /):
            return np.log(np.cosh(z - y))

        def derivative_formula(self, z, y, /):
            return np.tanh(z - y)

    @dataclass(frozen=True)
    class SignDescent(Optimizer):
        learning_rate: float = 0.01

        def formula(self, t, rate, w, g, /, *slots):
            return (w - rate * np.sign(g),)

    bump = Custom("bump", lambda a: np.exp(-a * a), lambda a: -2 * a * np.exp(-a * a))
    net = initialize((4, 8, 1), bump, rng=0, dtype=np.float64)
    history = fit(net, X, Y, loss=LogCosh(), optimizer=SignDescent(), epochs=30, rng=0, batch_size=30).history
    assert history.loss[-1] < 0.5 * history.loss[0]


@pytest.mark.parametrize("metric", ["r2", "mae", "mse", "rmse"])
def test_a_metric_of_numbers_too_large_to_square_brings_no_warning_of_numpy(metric):
    net = initialize((3, 8, 1), "tanh", rng=0, dtype=np.float64)
    x, y = np.random.default_rng(0).standard_normal((9, 3)), np.ones(9)
    events = list(train(net, x, y, loss="squared", epochs=3, optimizer=SGD(1e200), metrics=[metric], rng=0))
    assert [event.epoch for event in events] == [1]
    assert set(events[0].metrics) == {training_metrics.get(metric).name}

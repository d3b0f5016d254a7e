"""However training ends, the last snapshot is of the returned network, with the reason of the end."""

import signal

import numpy as np
import pytest

from multilayer import MLP, Dense, TrainingWarning, fit, initialize, train
from multilayer.diagnosis import Live
from multilayer.optimizers import LBFGS, SGD
from multilayer.training import EarlyStopping

RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 3))
Y = np.tanh(X[:, :1]) + 0.1 * X[:, 1:2]
NET = initialize((3, 8, 1), "tanh", rng=0, dtype=np.float64)


def live_on(*data, **settings):
    found = []
    return Live(*data, on_finding=found.append, **{"samples": 1000, **settings}), found


def looked_at(look, network, data):
    """Whether a look was at this network."""
    with np.errstate(over="ignore", invalid="ignore"):
        z = [record.z for record in network.trace(data)]
        constant = [float((h.mean(axis=0) ** 2).sum() / (h**2).mean(axis=0).sum()) for h in z]
    return np.allclose(look.constant, constant, rtol=1e-6, equal_nan=True)


def at(epoch, act):
    def callback(event):
        return act() if event.epoch == epoch else None

    return callback


WAYS = {
    "epochs": ({"epochs": 3}, "epochs"),
    "one epoch": ({"epochs": 1}, "epochs"),
    "plateau": ({"epochs": 30, "stopping": EarlyStopping(2, 1.0, restore_best=False)}, "plateau"),
    "plateau, the best weights": (
        {"epochs": 40, "stopping": EarlyStopping(3, 0.0), "optimizer": SGD(0.9), "validation": 0.2},
        "plateau",
    ),
    "callback": ({"epochs": 9, "callbacks": [at(2, lambda: True)]}, "callback"),
    "interrupted": (
        {"epochs": 9, "callbacks": [at(2, lambda: signal.raise_signal(signal.SIGINT))]},
        "interrupted",
    ),
    "not finite": ({"epochs": 9, "optimizer": SGD(1e200)}, "not finite"),
    "L-BFGS": ({"epochs": 5, "optimizer": LBFGS()}, "epochs"),
    "L-BFGS, done": ({"epochs": 500, "optimizer": LBFGS(0.1)}, "plateau"),
}


@pytest.mark.filterwarnings("ignore:epoch 1, batch")
@pytest.mark.parametrize("every", [None, 1])
@pytest.mark.parametrize("way", WAYS)
def test_the_last_look_of_fit_and_of_train(way, every):
    options, stopped = WAYS[way]
    options = {"loss": "squared", "rng": 0, **options}
    for run in ("fit", "train"):
        live, _ = live_on(X, Y, "squared", every=every)
        callbacks = [live, *options.get("callbacks", ())]
        if run == "fit":
            trained = fit(NET, X, Y, **{**options, "callbacks": callbacks})
        else:
            training = train(NET, X, Y, **{**options, "callbacks": callbacks})
            with training.interruption:
                for _ in training:
                    pass
            trained = training.trained
        assert trained.stopped == live.course.stopped == stopped
        assert looked_at(live.snapshots[-1], trained.network, X)
        assert live.snapshots[-1].epoch == len(trained.history)
        epochs = [look.epoch for look in live.snapshots]
        assert len(set(epochs)) == len(epochs)
        assert epochs[0] == min(1, len(trained.history))


def test_a_loop_that_stops_training():
    live, _ = live_on(X, Y, "squared")
    training = train(NET, X, Y, loss="squared", epochs=9, rng=0, callbacks=[live])
    for event in training:
        if event.epoch == 3:
            training.stop()
    assert (live.course.stopped, live.snapshots[-1].epoch) == ("callback", 3)
    assert list(training) == []
    assert [look.epoch for look in live.snapshots if look.epoch == 3] == [3]


def test_a_finding_of_the_last_snapshot_alone_is_reported():
    """After the first epoch it is a warning that one look has; in the end there is no second one to wait for."""
    live, reported = live_on(X, 50.0 + Y, "squared")
    fit(NET, X, 50.0 + Y, loss="squared", epochs=2, rng=0, callbacks=[live])
    assert [(look.epoch, bool(look.findings)) for look in live.snapshots] == [(1, True), (2, True)]
    assert {finding.severity for finding in reported} >= {"error"}
    assert live.findings[0] in reported


def test_a_second_training_that_breaks_off_at_once_is_another_one():
    live, _ = live_on(X, Y, "squared")
    fit(NET, X, Y, loss="squared", epochs=4, rng=0, callbacks=[live])
    with pytest.warns(TrainingWarning, match="not finite"):
        fit(NET, X, Y, loss="squared", epochs=4, rng=0, optimizer=SGD(1e200), callbacks=[live])
    assert [look.epoch for look in live.snapshots] == [0]
    assert len(live.course.history) == 0
    assert "learning_rate_too_high" in {finding.check for finding in live.findings}


def test_weights_whose_norm_overflows_bring_no_warning_of_numpy():
    net = initialize((3, 8, 1), "tanh", "sigmoid", rng=0, dtype=np.float64)
    live, _ = live_on(X, X[:, 0] > 0, "squared", every=1)
    fit(net, X, X[:, 0] > 0, loss="squared", epochs=3, rng=0, optimizer=SGD(1e200), callbacks=[live])
    assert [look.epoch for look in live.snapshots] == [1, 2, 3]


def test_a_training_that_a_checkpoint_has_ended_already(tmp_path):
    options = {"loss": "squared", "epochs": 3, "rng": 0, "checkpoint": tmp_path / "c.safetensors"}
    fit(NET, X, Y, **options)
    live, _ = live_on(X, Y, "squared")
    trained = fit(NET, X, Y, **options, callbacks=[live])
    assert [look.epoch for look in live.snapshots] == [3]
    assert looked_at(live.snapshots[-1], trained.network, X)


def test_a_callback_is_called_once_at_the_end():
    ends = []

    class Counter:
        def __call__(self, event):
            pass

        def ended(self, trained):
            ends.append(trained)

    training = train(NET, X, Y, loss="squared", epochs=2, rng=0, callbacks=[Counter(), lambda event: None])
    assert len(list(training)) == 2
    assert list(training) == []
    assert [(end.stopped, len(end.history)) for end in ends] == [("epochs", 2)]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:Training interrupted")
@pytest.mark.parametrize(
    ("settings", "stopped"),
    [
        ({"max_iter": 4}, "epochs"),
        ({"max_iter": 100, "tol": 1.0}, "plateau"),
        ({"max_iter": 100, "early_stopping": True, "tol": 1.0}, "plateau"),
        ({"max_iter": 4, "solver": "lbfgs"}, "epochs"),
        ({"max_iter": 9, "callbacks": [at(3, lambda: True)]}, "callback"),
        ({"max_iter": 9, "callbacks": [at(3, lambda: signal.raise_signal(signal.SIGINT))]}, "interrupted"),
    ],
)
def test_the_last_look_of_an_estimator(settings, stopped):
    from multilayer.estimators import MLPRegressor

    live, _ = live_on(X, Y)
    callbacks = [live, *settings.get("callbacks", ())]
    fitted = MLPRegressor(
        hidden_layer_sizes=(8,), random_state=0, **{**settings, "callbacks": callbacks}
    ).fit(X, Y.ravel())
    assert live.course.stopped == stopped
    assert looked_at(live.snapshots[-1], fitted.network_, X)
    assert live.snapshots[0].epoch == 1


def test_a_single_callback_of_an_estimator():
    from multilayer.estimators import MLPRegressor

    live, _ = live_on(X, Y)
    MLPRegressor(hidden_layer_sizes=(8,), random_state=0, max_iter=100, tol=1.0, callbacks=live).fit(
        X, Y.ravel()
    )
    assert live.course.stopped == "plateau"


def test_an_estimator_that_breaks_off():
    from multilayer.estimators import MLPRegressor

    live, _ = live_on(X, Y)
    with pytest.raises(ValueError, match="non-finite"):
        MLPRegressor(hidden_layer_sizes=(8,), solver="sgd", learning_rate_init=1e200, callbacks=[live]).fit(
            X, Y.ravel()
        )
    assert live.course.stopped == "not finite"
    assert live.snapshots


def test_the_case_of_the_readme():
    """scikit-learn#31235 ends after some twenty epochs of less than a millisecond."""
    from multilayer.estimators import MLPClassifier

    random = np.random.default_rng(0)
    points = random.uniform(-1.0, 1.0, (500, 2))
    ring = np.hypot(*points.T) > 0.75
    live, reported = live_on(points, ring, samples=256)
    stuck = MLPClassifier((20, 20), activation="logistic", random_state=0, callbacks=[live]).fit(points, ring)
    assert live.snapshots[0].epoch == 1
    assert live.snapshots[-1].epoch == stuck.n_iter_ < 30
    assert (live.findings[0].check, live.findings[0].severity) == ("collapsed_signal", "error")
    assert "collapsed_signal" in {finding.check for finding in reported if finding.severity == "error"}


def test_outputs_to_which_no_loss_belongs_are_judged_too():
    """Bounded numbers by tanh: the squared error is taken, as `diagnose` does."""
    live, found = live_on(X, np.sign(X[:, 0]))
    stuck = MLP([Dense(np.zeros((3, 1)), None, "tanh")])
    fit(stuck, X, np.sign(X[:, 0]), loss="squared", epochs=12, optimizer=SGD(1e-9), rng=0, callbacks=[live])
    assert "no_better_than_constant" in {finding.check for finding in live.findings}
    assert found


def test_advice_names_the_parameters_of_an_estimator():
    from multilayer.estimators import MLPRegressor

    X = np.random.default_rng(0).standard_normal((60, 2))
    y = X[:, 0] * X[:, 1]
    live = Live(X, y, every=1, on_finding=lambda _: None)
    model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=3, random_state=0, callbacks=[live])
    with pytest.warns(UserWarning, match="Maximum iterations"):
        model.fit(X, y)
    advice = " ".join(finding.advice for finding in live.findings)
    assert "max_iter" in advice
    assert "optimizer" not in advice

import pickle

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, TrainingWarning, diagnose, fit, initialize, train
from multilayer.diagnosis import Live
from multilayer.losses import squared
from multilayer.optimizers import SGD, Adam

RNG = np.random.default_rng(0)
X = RNG.standard_normal((300, 3))
Y = np.tanh(X[:, :1]) + 0.1 * X[:, 1:2]
NET = initialize((3, 8, 1), "tanh", rng=0, dtype=np.float64)


def _live(*data, **settings):
    found = []
    return Live(*data, on_finding=found.append, **{"every": 1, **settings}), found


def test_snapshots_agree_with_numpy():
    live, _ = _live(X, Y, "squared", samples=1000, start=NET)
    networks = [NET]
    training = train(NET, X, Y, loss="squared", optimizer=SGD(0.1), epochs=4, rng=0, callbacks=[live])
    networks.extend(event.network for event in training)
    assert [(look.epoch, look.steps) for look in live.snapshots] == [(1, 2), (2, 4), (3, 6), (4, 8)]
    for before, after, look in zip(networks, networks[1:], live.snapshots, strict=False):
        z = [record.z for record in after.trace(X)]
        constant = [float((h.mean(axis=0) ** 2).sum() / (h**2).mean(axis=0).sum()) for h in z]
        np.testing.assert_allclose(look.constant, constant, rtol=1e-9)
        moved = [
            np.linalg.norm(new.W - old.W) / np.linalg.norm(old.W)
            for old, new in zip(before.layers, after.layers, strict=True)
        ]
        np.testing.assert_allclose(look.update, moved, rtol=1e-12)


def test_shares_of_dead_and_saturated_units():
    W = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    dead = MLP([Dense(W, [-100.0, 0.0, 0.0], "relu"), Dense(np.ones((3, 2)), [50.0, 0.0], "sigmoid")])
    y = np.full((300, 2), 0.5)
    live, _ = _live(X, y, "squared")
    fit(dead, X, y, loss="squared", optimizer=SGD(1e-12), epochs=1, rng=0, callbacks=[live], progress=False)
    assert live.snapshots[0].dead[0] == pytest.approx(1 / 3)
    assert live.snapshots[0].saturated[1] == pytest.approx(0.5, abs=0.1)  # one of two units, always


def test_the_course_goes_into_a_diagnosis():
    live, _ = _live(X, Y, "squared", start=NET)
    trained = fit(
        NET, X, Y, loss="squared", epochs=5, rng=0, validation=0.2, metrics=["r2"], callbacks=[live]
    )
    course = live.course
    assert course.history == trained.history
    assert (course.stopped, course.epochs, course.learning_rate) == ("epochs", 5, 0.001)
    assert course.start is NET
    found = diagnose(trained.network, X, Y, "squared", course=course)
    assert found.evidence.course is course
    assert "update_ratio" not in {missing.check for missing in found.not_measured}


def _stuck():
    """Return a network of sigmoids whose outputs are the same for all samples at first, and data that it learns."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((400, 2))
    y = (X[:, 0] > 0).astype(float)[:, np.newaxis]
    net = initialize((2, 10, 10, 1), "sigmoid", "sigmoid", rng=0, dtype=np.float64)
    layers = [Dense(0.02 * layer.W, layer.b, layer.activation) for layer in net.layers]
    return MLP(layers), X, y


def test_what_training_escapes_is_a_warning_and_is_withdrawn():
    net, X, y = _stuck()
    live, reported = _live(X, y, every=4)
    trained = fit(
        net, X, y, loss="binary_cross_entropy", optimizer=Adam(0.01), epochs=400, rng=0, callbacks=[live]
    )
    assert trained.history.loss[-1] < 0.1
    assert "collapsed_signal" in {finding.check for finding in reported}
    assert {finding.severity for finding in reported} == {"warning"}
    assert "collapsed_signal" in {finding.check for finding in live.withdrawn}
    assert "collapsed_signal" not in {finding.check for finding in live.findings}


def test_what_training_does_not_escape_is_an_error_in_the_end():
    net, X, y = _stuck()
    live, _ = _live(X, y)
    fit(net, X, y, loss="binary_cross_entropy", optimizer=SGD(1e-4), epochs=20, rng=0, callbacks=[live])
    early = [look for look in live.snapshots if look.epoch < 20]
    assert {f.severity for look in early for f in look.findings if f.check == "collapsed_signal"} == {
        "warning"
    }
    severities = {finding.check: finding.severity for finding in live.findings}
    assert severities["collapsed_signal"] == "error"


def test_ends_training_at_a_lasting_error_only():
    net, X, y = _stuck()
    live, reported = _live(X, y, stop_on="error")
    trained = fit(
        net, X, y, loss="binary_cross_entropy", optimizer=SGD(1e-4), epochs=20, rng=0, callbacks=[live]
    )
    assert trained.stopped == "epochs"
    # Targets that tanh cannot reach: no training mends that.
    live, reported = _live(X, 10.0 + y, "squared", stop_on="error")
    out_of_reach = initialize((2, 4, 1), "tanh", "tanh", rng=0)
    trained = fit(out_of_reach, X, 10.0 + y, loss="squared", epochs=20, rng=0, callbacks=[live])
    assert trained.stopped == "callback"
    assert len(trained.history) == 2  # seen twice
    assert [finding.severity for finding in reported if finding.check == "wrong_output"] == ["error"]


def test_ends_training_at_a_warning():
    net, X, y = _stuck()
    live, _ = _live(X, y, stop_on="warning")
    trained = fit(
        net, X, y, loss="binary_cross_entropy", optimizer=SGD(1e-4), epochs=20, rng=0, callbacks=[live]
    )
    assert (trained.stopped, len(trained.history)) == ("callback", 2)


def test_warns_by_default():
    net, X, y = _stuck()
    with pytest.warns(TrainingWarning) as reported:
        fit(
            net,
            X,
            y,
            loss="binary_cross_entropy",
            optimizer=SGD(1e-4),
            epochs=5,
            rng=0,
            callbacks=[Live(X, y, every=1)],
        )
    assert any(str(warning.message).startswith("The signal has collapsed: layer") for warning in reported)


def test_without_targets():
    live, _ = _live(X)
    fit(NET, X, Y, loss="squared", epochs=2, rng=0, callbacks=[live])
    assert len(live.snapshots) == 2


def test_steps():
    live, _ = _live(X, Y, "squared")
    for _ in train(NET, X, Y, loss="squared", epochs=1, batch_size=50, rng=0, every=2, callbacks=[live]):
        pass
    assert [look.steps for look in live.snapshots] == [2, 4, 6, 6]
    assert [look.whole_epoch for look in live.snapshots] == [False, False, False, True]
    assert len(live.course.history) == 1


def test_begins_again_with_another_training():
    live, _ = _live(X, Y, "squared")
    for epochs in (4, 2):
        fit(NET, X, Y, loss="squared", epochs=epochs, rng=0, callbacks=[live])
    assert [look.epoch for look in live.snapshots] == [1, 2]
    assert len(live.course.history) == 2


def test_training_is_the_same_with_and_without():
    live, _ = _live(X, Y, "squared")
    trained = [fit(NET, X, Y, loss="squared", epochs=3, rng=0, callbacks=c).network for c in ([], [live])]
    assert trained[0] == trained[1]


def test_holds_on_to_nothing_that_cannot_be_pickled():
    live = Live(X, Y, "squared", every=1, on_finding=repr)
    fit(NET, X, Y, loss=squared, epochs=2, rng=0, callbacks=[live])
    assert len(pickle.loads(pickle.dumps(live)).snapshots) == 2  # noqa: S301


def test_labels_of_an_estimator():
    from multilayer.estimators import MLPClassifier

    names = np.array(["low", "high"])[(Y[:, 0] > 0).astype(int)]
    live, _ = _live(X, names)
    MLPClassifier((4,), max_iter=100, tol=1.0, random_state=0, callbacks=[live]).fit(X, names)
    assert live.snapshots[-1].findings
    assert live.course.stopped == "plateau"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stop_on": "note"}, "stop_on must be 'error', 'warning' or None; got 'note'"),
        ({"fraction": 2}, "fraction must be a finite number, above 0, at most 1; got 2"),
        ({"loss": "squred"}, "squred"),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(InputError, match=message):
        Live(X, Y, **arguments)


def test_other_data_than_the_networks():
    with pytest.raises(InputError, match=r"X has shape \(300, 2\); this network takes \(samples, 3\)"):
        fit(NET, X, Y, loss="squared", epochs=2, rng=0, callbacks=[Live(X[:, :2], Y, every=1)])

"""The training loop: what it tells, when it stops, and that nothing given is changed."""

import math
import os
import signal
import threading
from dataclasses import dataclass

import numpy as np
import pytest

from multilayer import MLP, Dense, InputError, TrainingWarning, fit, initialize, train
from multilayer.activations import Custom, Interval, Surrogate, sigmoid, step, tanh
from multilayer.losses import Loss, LossFacts
from multilayer.optimizers import (
    LBFGS,
    SGD,
    Adam,
    AdamW,
    ClipByNorm,
    Constant,
    Cosine,
    InverseScaling,
    Optimizer,
)
from multilayer.training import EarlyStopping, Epoch, Metric, Step
from multilayer.training.steps import Plan, forward


def data(rows=90, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(rows, 4))
    return X, (X @ [1.0, -2.0, 0.5, 0.0] + np.sin(X[:, 3]))[:, np.newaxis]


X, Y = data()
NET = initialize((4, 8, 1), "tanh", rng=0, dtype=np.float64)
OPTIONS = {"loss": "squared", "batch_size": 32, "rng": 0}


def bits(network):
    return [array.tobytes() for layer in network.layers for array in (layer.W, layer.b)]


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


def test_the_same_seed_gives_the_same_bits_however_one_looks():
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
    assert trained.network.inputs == ("a", "b", "c", "d")
    assert np.mean(trained.network.classify(X) == np.where(Y[:, 0] > 0, "yes", "no")) > 0.95


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


def test_lbfgs():
    training = train(
        NET.astype(np.float32), X, Y, loss="squared", optimizer=LBFGS(tolerance=1e-3), epochs=500
    )
    losses = [event.loss for event in training]
    assert losses == sorted(losses, reverse=True)
    assert training.trained.stopped == "plateau"
    assert "CONVERGENCE" in training.trained.message
    assert training.trained.network.dtype == np.float32
    short = fit(NET, X, Y, loss="squared", optimizer=LBFGS(), epochs=3)
    assert (short.stopped, len(short.history)) == ("epochs", 3)
    stopped = fit(NET, X, Y, loss="squared", optimizer=LBFGS(), callbacks=[lambda event: event.epoch == 2])
    assert (stopped.stopped, len(stopped.history)) == ("callback", 2)


def test_lbfgs_hands_errors_over():
    def broken(event):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        fit(NET, X, Y, loss="squared", optimizer=LBFGS(), callbacks=[broken])
    for option in ({"clip": ClipByNorm(1.0)}, {"dropout": 0.5}, {"schedule": InverseScaling()}, {"every": 1}):
        with pytest.raises(InputError, match="LBFGS takes no"):
            fit(NET, X, Y, loss="squared", optimizer=LBFGS(), **option)


def test_early_stopping_restores_the_best_weights():
    held_out = data(40, seed=9)
    seen = []
    trained = fit(
        NET, X[:12], Y[:12], loss="squared", optimizer=Adam(0.05), epochs=500, rng=0, validation=held_out,
        stopping=EarlyStopping(patience=5),
        callbacks=[lambda e: seen.append((e.validation_loss, bits(e.network), e.improved))],
    )  # fmt: skip
    assert trained.stopped == "plateau"
    curve = trained.history.validation_loss
    best = int(np.argmin(curve))
    assert trained.best_epoch == best + 1 < len(curve)
    assert bits(trained.network) == seen[best][1]
    assert seen[best][2]
    y = trained.network(held_out[0])
    assert 0.5 * np.mean((y - held_out[1]) ** 2) == pytest.approx(curve[best])
    last = fit(
        NET, X[:12], Y[:12], loss="squared", optimizer=Adam(0.05), epochs=500, rng=0, validation=held_out,
        stopping=EarlyStopping(patience=5, restore_best=False),
    )  # fmt: skip
    assert bits(last.network) == seen[len(curve) - 1][1]


def test_a_metric_is_monitored():
    trained = fit(
        NET, X, Y, epochs=60, validation=0.3,
        metrics=["r2", Metric("worst", lambda y, z, w: np.abs(y - z).max(), False)],
        stopping=EarlyStopping(patience=3, monitor="worst"), **OPTIONS,
    )  # fmt: skip
    assert trained.best_epoch == int(np.argmin(trained.history.metrics["worst"])) + 1
    with pytest.raises(
        InputError, match="stopping monitors 'accuracy', which is not measured; measured are loss, r2"
    ):
        fit(NET, X, Y, metrics=["r2"], stopping=EarlyStopping(monitor="accuracy"), **OPTIONS)
    with pytest.raises(InputError, match="did you mean 'accuracy'"):
        fit(NET, X, Y, metrics=["acuracy"], **OPTIONS)


def test_validation_split_is_held_out():
    seen = []
    spy = Metric("rows", lambda y, z, w: seen.append(y.copy()) or len(y))
    trained = fit(NET, X, Y, epochs=1, validation=0.2, metrics=[spy], **OPTIONS)
    assert trained.history.metrics["rows"] == (18.0,)
    assert np.isin(seen[0], Y).all()
    for share in (0.0, 1.0, 0.001):
        with pytest.raises(InputError, match="validation"):
            fit(NET, X, Y, validation=share, **OPTIONS)


def test_a_callback_ends_training():
    trained = fit(NET, X, Y, epochs=9, callbacks=[lambda event: event.epoch == 3], **OPTIONS)
    assert (trained.stopped, len(trained.history)) == ("callback", 3)
    training = train(NET, X, Y, epochs=9, every=1, **OPTIONS)
    for event in training:
        if event.steps == 4:
            training.stop()
    assert training.trained.stopped == "callback"
    assert training.trained.memory.steps == 4
    broken_off = train(NET, X, Y, epochs=9, **OPTIONS)
    next(broken_off)
    assert len(broken_off.trained.history) == 1


def test_ctrl_c_ends_at_a_batch_boundary():
    def press(event):
        if event.steps == 5:
            os.kill(os.getpid(), signal.SIGINT)

    trained = fit(NET, X, Y, epochs=9, every=1, callbacks=[press], **OPTIONS)
    assert trained.stopped == "interrupted"
    assert trained.memory.steps == 5
    assert len(trained.history) == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_in_the_middle_of_an_epoch():
    # So many steps to an epoch that half of its time is longer than a signal is late.
    rows = np.tile(np.arange(len(X)), 600_000 // len(X))
    steps = -(-len(rows) // OPTIONS["batch_size"])

    def press_soon(event):
        if event.epoch == 1:
            threading.Timer(event.seconds / 2, os.kill, (os.getpid(), signal.SIGINT)).start()

    trained = fit(NET, X[rows], Y[rows], epochs=1000, shuffle=False, callbacks=[press_soon], **OPTIONS)
    assert trained.stopped == "interrupted"
    assert trained.memory.steps > steps
    assert trained.memory.steps % steps


def test_a_second_ctrl_c_aborts():
    def press(event):
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(NET, X, Y, epochs=9, callbacks=[press], **OPTIONS)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_not_finite_loss_names_the_place_and_keeps_the_weights():
    bad = X.copy()
    bad[70, 2] = np.inf
    with pytest.warns(TrainingWarning, match="epoch 1, batch 3, layer 1: x is not finite"):
        trained = fit(NET, bad, Y, epochs=3, shuffle=False, **OPTIONS)
    good = fit(NET, X[:64], Y[:64], epochs=1, shuffle=False, **OPTIONS)
    assert trained.stopped == "not finite"
    assert trained.message.startswith("epoch 1, batch 3, layer 1: x is not finite")
    assert bits(trained.network) == bits(good.network)


def test_not_finite_weights_name_the_layer():
    with pytest.warns(TrainingWarning):
        trained = fit(NET, X * 1e200, Y * 1e200, epochs=3, optimizer=SGD(1e300), **OPTIONS)
    assert trained.stopped == "not finite"
    assert "epoch 1, batch 1, layer" in trained.message
    assert all(np.isfinite(layer.W).all() for layer in trained.network.layers)


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
    plan = Plan((tanh, tanh, tanh), None, None, dropout=(0.3, 0.0))
    arrays = tuple(
        array for layer in initialize((4, 500, 6, 1), rng=0).layers for array in (layer.W, layer.b)
    )
    records, (first, second, last) = forward(plan, arrays, X.astype(np.float32), np.random.default_rng(0))
    assert second is None
    assert last is None
    assert first.dtype == np.float32
    np.testing.assert_array_equal(np.unique(first), np.array([0, 1 / 0.7], np.float32))
    assert first.mean() == pytest.approx(1.0, abs=0.01)
    np.testing.assert_array_equal(records[1].x, records[0].z * first)
    assert forward(plan, arrays, X.astype(np.float32), None)[1] == [None, None, None]


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
    with pytest.raises(InputError, match="AdamW has a weight_decay of its own"):
        fit(net, *zero, loss="squared", optimizer=AdamW(), weight_decay=0.1)


def test_class_weights_are_sample_weights():
    labels = (Y[:, 0] > 1).astype(int)
    net = initialize((4, 5, 2), "tanh", "softmax", rng=0, dtype=np.float64)
    options = {"loss": "cce", "epochs": 2, "rng": 0}
    by_class = fit(net, X, labels, class_weight={1: 3.0}, **options)
    by_sample = fit(net, X, labels, sample_weight=np.where(labels == 1, 3.0, 1.0), **options)
    assert bits(by_class.network) == bits(by_sample.network)
    balanced = fit(net, X, np.eye(2)[labels], class_weight="balanced", **options)
    counts = np.bincount(labels)
    by_sample = fit(net, X, np.eye(2)[labels], sample_weight=len(X) / (2 * counts[labels]), **options)
    assert bits(balanced.network) == bits(by_sample.network)


def test_class_weights_need_classes():
    net = initialize((4, 2), (), "sigmoid", rng=0)
    labels = np.hstack([Y > 0, Y > 1]).astype(int)
    with pytest.raises(InputError, match="one class per sample"):
        fit(net, X, labels, loss="bce", class_weight="balanced")
    with pytest.raises(InputError, match=r"class_weight\[0\] must be a finite number, at least 0; got -1.0"):
        fit(NET, X, (Y > 0).astype(int), loss="squared", class_weight={0: -1.0})


def test_weights_of_zero_leave_samples_out():
    weights = np.r_[np.zeros(32), np.ones(58)]
    trained = fit(NET, X, Y, epochs=1, shuffle=False, sample_weight=weights, **OPTIONS)
    without = fit(NET, X[32:], Y[32:], epochs=1, shuffle=False, after=None, **OPTIONS)
    # The first batch has no weight at all: a step of Adam from nothing, which moves nothing.
    assert trained.history.loss[0] == pytest.approx(without.history.loss[0] * 58 / 90, rel=1e-2)
    assert np.isfinite(trained.network(X)).all()


def test_going_on_is_the_same_as_not_stopping():
    whole = fit(NET, X, Y, epochs=4, shuffle=False, schedule=InverseScaling(), **OPTIONS)
    part = fit(NET, X, Y, epochs=2, shuffle=False, schedule=InverseScaling(), **OPTIONS)
    rest = fit(
        part.network, X, Y, epochs=2, shuffle=False, schedule=InverseScaling(), after=part.memory, **OPTIONS
    )
    assert bits(rest.network) == bits(whole.network)
    assert part.history.loss + rest.history.loss == whole.history.loss


def test_a_function_of_batches():
    def batches():
        for start in range(0, 90, 32):
            yield X[start : start + 32], Y[start : start + 32]

    whole = fit(NET, X, Y, epochs=3, shuffle=False, **OPTIONS)
    stream = fit(NET, batches, epochs=3, **OPTIONS)
    assert bits(stream.network) == bits(whole.network)
    assert stream.history.loss == whole.history.loss
    one_shot = batches()
    with pytest.raises(InputError, match="new ones for each epoch"):
        fit(NET, lambda: one_shot, epochs=2, **OPTIONS)
    with pytest.raises(InputError, match="needs the number of all steps"):
        fit(NET, batches, schedule=Cosine(), **OPTIONS)
    with pytest.raises(InputError, match=r"batch 1: expected \(X, y\)"):
        fit(NET, lambda: [X], **OPTIONS)
    assert bits(fit(NET, list(batches()), epochs=3, **OPTIONS).network) == bits(whole.network)
    assert len(fit(NET, batches(), epochs=1, **OPTIONS).history) == 1
    with pytest.raises(InputError, match="an iterator has batches for one epoch only"):
        fit(NET, batches(), epochs=2, **OPTIONS)
    with pytest.raises(InputError, match="metrics of batches are not measured"):
        fit(NET, batches, metrics=["r2"], **OPTIONS)
    with pytest.raises(InputError, match="bring their own y"):
        fit(NET, batches, Y, **OPTIONS)


def test_a_memory_mapped_array_is_read_a_batch_at_a_time(tmp_path):
    np.save(tmp_path / "X.npy", X.astype(np.float32))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    read = []

    class Watched(np.memmap):
        def __getitem__(self, rows):
            part = np.asarray(super().__getitem__(rows))
            read.append(len(part))
            return part

    trained = fit(NET, mapped.view(Watched), Y, epochs=2, validation=0.2, **OPTIONS)
    assert max(read) <= 32
    assert bits(trained.network) == bits(
        fit(NET, X.astype(np.float32), Y, epochs=2, validation=0.2, **OPTIONS).network
    )


def test_sparse_samples_are_made_dense_a_batch_at_a_time():
    from scipy import sparse

    holes = X * (np.abs(X) > 0.5)
    for shuffle in (True, False):
        dense = fit(NET, holes, Y, epochs=2, shuffle=shuffle, validation=0.2, **OPTIONS)
        for kind in (sparse.csr_array, sparse.csc_matrix):
            assert bits(
                fit(NET, kind(holes), Y, epochs=2, shuffle=shuffle, validation=0.2, **OPTIONS).network
            ) == bits(dense.network)
    exact = fit(NET, holes, Y, loss="squared", optimizer=LBFGS(), epochs=3)
    assert bits(
        fit(NET, sparse.csr_array(holes), Y, loss="squared", optimizer=LBFGS(), epochs=3).network
    ) == bits(exact.network)


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


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X[:, :3], Y, r"X has shape \(90, 3\); this network takes \(samples, 4\)"),
        (X, Y[:5], "X has 90 samples but y has 5"),
        (X, None, "y is missing"),
        (X[:0], Y[:0], "X has no samples"),
        ([["a"] * 4], [1.0], "X holds text"),
        ([[1.0], [1.0, 2.0]], [1.0], "different lengths"),
    ],
)
def test_data_have_to_fit(x, y, message):
    with pytest.raises(InputError, match=message):
        train(NET, x, y, loss="squared")


def test_progress_bar(capsys):
    fit(NET, X, Y, epochs=2, validation=0.2, metrics=["r2"], progress=True, **OPTIONS)
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert all(word in shown for word in ("loss", "validation", "r2", "rate"))
    fit(NET, X, Y, epochs=2, **OPTIONS)
    assert capsys.readouterr() == ("", "")


def test_losses_optimizers_and_activations_of_the_users_own():
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

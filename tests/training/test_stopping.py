"""What ends training: early stopping, callbacks, Ctrl-C, numbers that are not finite."""

import os
import signal
import threading

import numpy as np
import pytest

from multilayer import InputError, TrainingWarning, fit, train
from multilayer.optimizers import SGD, Adam
from multilayer.training import EarlyStopping, Metric
from tests.training.problem import NET, OPTIONS, X, Y, bits, data


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


def test_the_last_of_equally_good_epochs_may_be_the_best():
    values = [3.0, 1.0, 2.0, 1.0, 1.0, np.nan, 5.0]
    seen = []

    def trained_with(**settings):
        curve = iter(values)
        metric = Metric("curve", lambda y, z, w: next(curve), False)
        seen.clear()
        return fit(
            NET, X, Y, epochs=len(values), metrics=[metric], callbacks=[lambda e: seen.append(bits(e.network))],
            stopping=EarlyStopping(monitor="curve", **settings), **OPTIONS,
        )  # fmt: skip

    for ties, best in (("first", 2), ("last", 5)):
        trained = trained_with(patience=np.inf, ties=ties)
        assert (trained.best_epoch, trained.stopped) == (best, "epochs")
        assert bits(trained.network) == seen[best - 1]
    # Patience is counted as before: an epoch that is as good is an improvement by a tolerance of 0.
    assert len(trained_with(patience=1, tolerance=0.0, ties="last").history) == 7
    assert len(trained_with(patience=1, tolerance=0.1, ties="last").history) == 4
    values[:] = [np.inf, np.inf, np.inf]
    assert trained_with(patience=np.inf, ties="last").best_epoch is None
    with pytest.raises(InputError, match="EarlyStopping: ties must be 'first' or 'last'; got 'latest'"):
        EarlyStopping(ties="latest")


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

    def steps_when_pressed(fraction):
        def press_soon(event):
            if event.epoch == 1:
                threading.Timer(fraction * event.seconds, os.kill, (os.getpid(), signal.SIGINT)).start()

        trained = fit(NET, X[rows], Y[rows], epochs=1000, shuffle=False, callbacks=[press_soon], **OPTIONS)
        assert trained.stopped == "interrupted"
        assert trained.memory.steps > steps
        return trained.memory.steps

    # One of them may fall on the end of an epoch by chance, where the machine has other work.
    assert any(steps_when_pressed(fraction) % steps for fraction in (0.5, 0.3))


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
    with pytest.warns(TrainingWarning, match="epoch 1, batch 3: X holds nan or infinity"):
        trained = fit(NET, bad, Y, epochs=3, shuffle=False, **OPTIONS)
    good = fit(NET, X[:64], Y[:64], epochs=1, shuffle=False, **OPTIONS)
    assert trained.stopped == "not finite"
    assert trained.message.startswith("epoch 1, batch 3: X holds nan or infinity")
    assert bits(trained.network) == bits(good.network)


def test_not_finite_weights_name_the_layer():
    with pytest.warns(TrainingWarning):
        trained = fit(NET, X * 1e200, Y * 1e200, epochs=3, optimizer=SGD(1e300), **OPTIONS)
    assert trained.stopped == "not finite"
    assert "epoch 1, batch 1, layer" in trained.message
    assert all(np.isfinite(layer.W).all() for layer in trained.network.layers)

"""L-BFGS: the loss falls, training ends and errors come out as with other optimizers."""

import threading

import numpy as np
import pytest

from multilayer import InputError, fit, train
from multilayer.optimizers import LBFGS, ClipByNorm, InverseScaling
from tests.training.problem import NET, X, Y


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


def test_only_iterated_events_need_a_thread():
    def threads(_):
        names.append("multilayer-lbfgs" in {thread.name for thread in threading.enumerate()})

    options = {"loss": "squared", "optimizer": LBFGS(), "epochs": 4, "rng": 0}
    names = []
    whole = fit(NET, X, Y, callbacks=threads, **options)
    assert names == [False] * len(whole.history)
    names = []
    training = train(NET, X, Y, callbacks=threads, **options)
    for _ in training:
        pass
    assert names == [True] * len(whole.history)
    assert training.trained.network == whole.network
    assert training.trained.stopped == whole.stopped


def test_a_run_to_the_end_leaves_nothing_to_iterate():
    training = train(NET, X, Y, loss="squared", optimizer=LBFGS(), epochs=4)
    outcome = training.run()
    assert list(training) == []
    assert training.run().network == outcome.network

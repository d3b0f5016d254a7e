"""`training.trained` is whole whenever it is read: between any two lines of a training, and from other threads."""

import sys
import threading
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from multilayer import initialize, train
from multilayer.optimizers import LBFGS, SGD, Adam, Optimizer
from multilayer.training import EarlyStopping

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = np.sin(X[:, :1])
NET = initialize((4, 5, 1), "tanh", rng=0, dtype=np.float64)


@dataclass(frozen=True)
class Plain(Optimizer):
    """An optimizer that has no kernel, and one slot."""

    slots: ClassVar[tuple[str, ...]] = ("sum",)
    learning_rate: float = 0.1

    def formula(self, t, rate, w, g, total, /):
        return w - rate * g, total + g


CASES = {
    "adam": {"optimizer": Adam(0.05)},
    "momentum": {"optimizer": SGD(0.05)},
    "an optimizer of one's own": {"optimizer": Plain()},
    "dropout": {"optimizer": Adam(0.05), "dropout": 0.3},
    "best weights": {"optimizer": Adam(0.3), "stopping": EarlyStopping(patience=2), "validation": 0.3},
    "lbfgs": {"optimizer": LBFGS()},
}


def start(case, **options):
    return train(NET, X, Y, loss="squared", batch_size=16, epochs=3, rng=0, **CASES[case], **options)


def content(network):
    return tuple(array.tobytes() for layer in network.layers for array in (layer.W, layer.b))


def facts(trained):
    """What has to belong to one moment: weights, optimizer state and curve, by the number of steps."""
    memory = trained.memory
    slots = {name: [array.tobytes() for array in arrays] for name, arrays in memory.optimizer.slots.items()}
    return content(trained.network), slots, memory.optimizer.step


def moments(case):
    """Return the facts after each step, and the best weights after each epoch, of a training only observed."""
    every = None if case == "lbfgs" else 1
    training = start(case, every=every)
    steps, epochs = {0: facts(training.trained)}, {0: content(NET)}
    for event in training:
        trained = training.trained
        steps[event.steps] = facts(trained)
        epochs[len(trained.history)] = content(trained.network)
    return steps, epochs


def check(trained, steps, epochs, case):
    network, *others = facts(trained)
    true_network, *true_others = steps[trained.memory.steps]
    assert others == true_others
    if case != "best weights":
        assert network == true_network
    elif trained.best_epoch is not None:
        assert network == epochs[trained.best_epoch]
        assert trained.best_epoch == 1 + int(np.argmin(trained.history.validation_loss))


@pytest.mark.parametrize("case", [case for case in CASES if case != "lbfgs"])
def test_between_any_two_lines(case):
    """A signal handler can come between any two lines; a tracer reads at each of them."""
    steps, epochs = moments(case)
    training = start(case)
    reads = 0

    def trace(frame, event, argument):
        nonlocal reads
        inside = "/multilayer/training/" in frame.f_code.co_filename
        if event == "line" and inside:
            check(training.trained, steps, epochs, case)
            reads += 1
        return trace if inside else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for _ in training:
            pass
    finally:
        sys.settrace(before)
    assert reads > 100


@pytest.mark.parametrize("case", CASES)
def test_from_another_thread(case):
    steps, epochs = moments(case)
    failures, reads, over = [], 0, threading.Event()
    training = start(case)

    def read():
        nonlocal reads
        while not over.is_set():
            try:
                check(training.trained, steps, epochs, case)
                reads += 1
            except Exception as error:  # noqa: BLE001
                failures.append(error)
                return

    reader = threading.Thread(target=read)
    reader.start()
    for _ in training:
        pass
    over.set()
    reader.join(60)
    assert not reader.is_alive()
    assert not failures, failures[0]
    check(training.trained, steps, epochs, case)


def test_a_callback_may_wait_for_another_threads_read():
    training = start("adam", callbacks=[lambda event: wait()])
    seen = []

    def wait():
        reader = threading.Thread(target=lambda: seen.append(len(training.trained.history)))
        reader.start()
        reader.join(60)

    for _ in training:
        pass
    assert seen == [1, 2, 3]


def test_an_error_of_a_read_belongs_to_the_reader():
    from multilayer.training.interruption import ConsistentReads

    def broken():
        raise ValueError("broken")

    reads = ConsistentReads()
    raised = []

    def ask():
        with pytest.raises(ValueError, match="broken") as caught:
            reads(broken)
        raised.append(caught.value)

    reader = threading.Thread(target=ask)
    with reads.changing():
        reader.start()
        while not reads._queue and reader.is_alive():
            pass
        reads.answer()
    reader.join(60)
    assert len(raised) == 1

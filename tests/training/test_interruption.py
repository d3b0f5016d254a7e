"""Ctrl-C stops the whole of what runs, however deep the training is that notices it."""

import importlib
import signal
import threading

import numpy as np
import pytest

from multilayer import fit, initialize, train
from multilayer.activations import tanh
from multilayer.cli.app import run_command_line
from multilayer.measure import Effort, measure
from multilayer.training.interruption import Interruption


def press(*_):
    signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def handler_is_restored():
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_interruption_reaches_the_inner_and_the_outer_training():
    outer, inner, later = Interruption(), Interruption(), Interruption()
    with outer:
        with inner:
            press()
        assert outer.requested
        assert inner.requested
        with later:
            assert later.requested


def test_a_second_press_raises_at_once():
    with Interruption():
        press()
        with pytest.raises(KeyboardInterrupt), Interruption():
            press()


def test_elsewhere_nothing_changes():
    found = []

    def enter():
        with Interruption() as interruption:
            found.append(interruption.requested)

    with Interruption() as outer:
        press()
        other = threading.Thread(target=enter)
        other.start()
        other.join()
    assert found == [False]
    assert outer.requested


def test_a_training_between_two_events_of_another_one():
    X, y = np.eye(4), [[0.0], [1.0], [2.0], [3.0]]
    net = initialize((4, 2, 1), "tanh", rng=0)
    outer = train(net, X, y, loss="squared", epochs=5, rng=0)
    with outer.interruption:
        next(outer)
        inner = fit(net, X, y, loss="squared", epochs=50, rng=0, callbacks=[press])
        assert (inner.stopped, len(inner.history)) == ("interrupted", 1)
        assert outer.interruption.requested


def test_measuring_does_not_count_the_steps_of_a_training_that_was_cut_short(monkeypatch):
    from multilayer.measure import centring

    real = centring.train
    monkeypatch.setattr(centring, "train", lambda *a, **options: real(*a, callbacks=[press], **options))
    with pytest.raises(KeyboardInterrupt):
        measure(tanh, only="centring", effort=Effort().quick())


def test_a_table_of_measured_activations_is_marked_as_partial(monkeypatch, capsys):
    from multilayer.activations import catalogue

    calls = []

    def measured(activation, **options):
        calls.append(activation)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return measure(activation, only="lipschitz", quick=True)

    monkeypatch.setattr(importlib.import_module("multilayer.measure"), "measure", measured)
    assert run_command_line(["activations", "--measure", "--quick"]) == 130
    shown = capsys.readouterr()
    assert calls[0].facts.name in shown.out
    assert calls[2].facts.name not in shown.out
    assert f"interrupted: 2 of {len(catalogue)} activations were measured" in shown.err
    calls.clear()
    assert run_command_line(["activations", "--measure", "--quick", "--json"]) == 130
    assert capsys.readouterr().out == ""

"""Curves that share their numbers as they grow."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multilayer import initialize, train
from multilayer.training.curves import Curve, Curves


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(allow_nan=False)), max_size=60))
def test_curves_that_go_on_from_any_other_are_the_tuples_they_stand_for(steps):
    made: list[tuple[Curve, tuple[float, ...]]] = [(Curve(), ())]
    for place, value in steps:
        curve, expected = made[place % len(made)]
        made.append((curve.with_value(value), (*expected, value)))
    for curve, expected in made:
        assert tuple(curve) == expected
        assert len(curve) == len(expected)
        assert curve[1:] == expected[1:]
        assert curve[::-2] == expected[::-2]
        assert [curve[place] for place in range(-len(expected), len(expected))] == [*expected, *expected]
        for place in (len(expected), -len(expected) - 1):
            with pytest.raises(IndexError):
                curve[place]


def test_a_curve_may_be_read_while_it_grows():
    curve = first = Curve([0.0])
    read: list[tuple[float, ...]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            read.append(tuple(first))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for value in range(1, 20_000):
        curve = curve.with_value(float(value))
    done.set()
    watcher.join()
    assert set(read) == {(0.0,)}
    assert tuple(curve) == tuple(map(float, range(20_000)))


def test_trainings_that_go_on_from_one_state_have_curves_of_their_own():
    def begun(**options: Any) -> Any:
        rng = np.random.default_rng(0)
        X, y = rng.random((8, 2)), rng.random((8, 1))
        net = initialize((2, 3, 1), rng=0)
        return train(net, X, y, loss="squared", rng=0, **options)

    training = begun(epochs=6)
    for _ in range(3):
        next(training)
    state = training.state
    twins = [training.resumed(state) for _ in range(2)]
    for _ in range(3):  # in turn, so that each would add to the other's
        for twin in twins:
            next(twin)
    assert Curves.of(state.progress.curves).history().loss == begun(epochs=3).run().history.loss
    assert [twin.trained.history.loss for twin in twins] == [begun(epochs=6).run().history.loss] * 2

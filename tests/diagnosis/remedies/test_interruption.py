"""Ctrl-C and a time limit end `try_fixes` between two epochs."""

import dataclasses
import signal
import time
from collections.abc import Callable
from typing import ClassVar

import pytest

from multilayer import InputError
from multilayer.diagnosis import try_fixes
from multilayer.optimizers import Adam, Optimizer
from tests.diagnosis.remedies.problems import FAR, PRODUCT, REGRESSION


@dataclasses.dataclass(frozen=True)
class Counted(Optimizer):
    """Adam that calls a function before each update, so that moments of a training are counted and not timed."""

    slots: ClassVar[tuple[str, ...]] = ("mean", "square")
    before_update: Callable[[], None] = print
    learning_rate: float = 0.01

    def formula(self, t, rate, w, g, mean, square, /):
        self.before_update()
        return Adam.formula(Adam(), t, rate, w, g, mean, square)


def stopped_after(updates, stop):
    """Return a setup whose trainings call `stop` once so many arrays have been updated."""
    count = 0

    def before_update():
        nonlocal count
        count += 1
        if count == updates:
            stop()

    return REGRESSION.with_config(optimizer=Counted(before_update), epochs=5, batch_size=200)


UPDATES = 5 * 4  # of one training: 5 epochs of one batch, W1, b1, W2, b2


def press():
    signal.raise_signal(signal.SIGINT)


def test_ctrl_c_stops_the_whole_and_hands_back_what_there_is():
    options = {"held_out": None, "rng": 1, "seeds": 3}
    whole = try_fixes(stopped_after(0, press), FAR, PRODUCT, **options)
    assert whole.partial is None
    per_seed = 1 + len(whole.rows)
    ranking = try_fixes(stopped_after(7 * UPDATES + 3, press), FAR, PRODUCT, **options)
    assert ranking.partial == "interrupted"
    assert len(ranking.seeds) == 1
    assert "Partial: interrupted; seeds that all remedies listed were trained with: 1" in repr(ranking)
    for row in ranking.rows:  # nothing that was half trained is scored
        (same,) = (other for other in whole.rows if other.change == row.change)
        assert row.scores == same.scores[:1]
    tried_or_not = {row.change for row in ranking.rows} | {one.change for one in ranking.not_tried}
    assert {row.change for row in whole.rows} <= tried_or_not
    assert len(ranking.rows) < per_seed
    assert any(one.reason == "interrupted" for one in ranking.not_tried)


def test_ctrl_c_in_the_first_training_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        try_fixes(stopped_after(3, press), FAR, PRODUCT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_time_limit_is_kept(monkeypatch):
    now = 0.0

    def forward():
        nonlocal now
        now += 100.0

    monkeypatch.setattr(time, "monotonic", lambda: now)
    ranking = try_fixes(stopped_after(2 * UPDATES + 3, forward), FAR, PRODUCT, time_limit=50.0)
    assert ranking.partial == "the time limit of 50 s was reached"
    assert len(ranking.rows) == 1
    now = 0.0
    with pytest.raises(
        InputError, match="time limit of 50 s was reached before the first training of 5 epochs"
    ):
        try_fixes(stopped_after(3, forward), FAR, PRODUCT, time_limit=50.0)


def test_a_function_stops_it_as_ctrl_c_does():
    asked = 0

    def stop():
        nonlocal asked
        asked += 1
        return asked > 40

    ranking = try_fixes(REGRESSION.with_config(epochs=5), FAR, PRODUCT, stop=stop)
    assert ranking.partial == "interrupted"
    assert ranking.rows
    assert asked == 41
    with pytest.raises(KeyboardInterrupt):
        try_fixes(REGRESSION.with_config(epochs=5), FAR, PRODUCT, stop=lambda: True)

"""Ctrl-C at any line of a training, between drawing an order and its first batch too: resuming gives the whole run."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pytest

import multilayer
from multilayer import fit, initialize
from multilayer.optimizers import SGD
from multilayer.training import EarlyStopping, Trained
from multilayer.training.checkpoint import read

X = np.random.default_rng(0).normal(size=(23, 3))
Y = (X @ [1.0, -2.0, 0.5])[:, np.newaxis]
NET = initialize((3, 4, 1), "tanh", rng=0, dtype=np.float64)
SOURCES = str(Path(multilayer.__file__).parent / "training")

SETTINGS: dict[str, Callable[[], dict[str, Any]]] = {
    "RandomState": lambda: {"rng": np.random.RandomState(3)},
    "dropout and validation": lambda: {
        "rng": 3,
        "dropout": 0.3,
        "validation": 0.3,
        "stopping": EarlyStopping(),
    },
    "NumPy": lambda: {"rng": np.random.RandomState(3), "dropout": 0.3, "optimizer": OwnSGD(0.01)},
}

pytestmark = pytest.mark.slow


class OwnSGD(SGD):
    """An optimizer that the native core does not know."""


def run(setting: str, **more: Any) -> Trained:
    return fit(NET, X, Y, loss="squared", batch_size=10, epochs=3, **SETTINGS[setting](), **more)


Place = tuple[str, int]


def traced(action: Callable[[], Any], look: Callable[[Place], Any]) -> Any:
    """Return what `action` returns, with `look` called before each line of training that it runs."""

    def lines(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            look((frame.f_code.co_filename, frame.f_lineno))
        return lines

    def calls(frame: FrameType, event: str, argument: Any) -> Any:
        return lines if frame.f_code.co_filename.startswith(SOURCES) else None

    before = sys.gettrace()
    sys.settrace(calls)
    try:
        return action()
    finally:
        sys.settrace(before)


def interrupted_at(place: Place, visit: int, action: Callable[[], Any]) -> str | None:
    """Press Ctrl-C when a line is about to run for the n-th time; return why training ended, if it did so itself."""
    visits = 0

    def press(now: Place) -> None:
        nonlocal visits
        visits += now == place
        if now == place and visits == visit:
            signal.raise_signal(signal.SIGINT)

    try:
        stopped: str = traced(action, press).stopped
    except KeyboardInterrupt:  # before training has begun, or after it has ended
        return None
    return stopped


@pytest.mark.parametrize("setting", SETTINGS)
def test_any_line(setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # no power is lost here, and disks are slow
    assert threading.current_thread() is threading.main_thread()
    whole = run(setting)
    path = tmp_path / "run.checkpoint"
    visits: Counter[Place] = Counter()
    traced(lambda: run(setting, checkpoint=path), lambda place: visits.update([place]))
    endings: Counter[str | None] = Counter()
    for number, (place, count) in list(enumerate(visits.items()))[::2]:
        path.unlink(missing_ok=True)
        visit = number % count + 1
        endings[interrupted_at(place, visit, lambda: run(setting, checkpoint=path))] += 1
        rest = run(setting, checkpoint=path)
        assert rest.network == whole.network, (place, visit)
        assert rest.history.loss == whole.history.loss, (place, visit)
        assert rest.memory.steps == whole.memory.steps
    assert endings["interrupted"] > 20


def test_between_an_order_and_its_first_batch(tmp_path: Path) -> None:
    class Pressed(np.random.RandomState):
        drawn = 0

        def permutation(self, x: Any) -> Any:
            Pressed.drawn += 1
            order = super().permutation(x)
            if Pressed.drawn == 2:
                signal.raise_signal(signal.SIGINT)
            return order

    path = tmp_path / "run.checkpoint"
    options: dict[str, Any] = {"loss": "squared", "batch_size": 10, "epochs": 3}
    part = fit(NET, X, Y, rng=Pressed(3), checkpoint=path, **options)
    assert (part.stopped, part.memory.steps) == ("interrupted", 3)
    progress = read(path)[1].progress
    assert (progress.epoch, progress.batch, progress.drawn) == (1, 0, True)
    rest = fit(NET, X, Y, rng=np.random.RandomState(3), checkpoint=path, **options)
    assert rest.network == run("RandomState").network

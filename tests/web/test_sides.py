"""Side by side: each training is the one that it would be alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multilayer import InputError, fit
from multilayer.network.initialized import initialize
from multilayer.web.plane import PlaneRequest, Surface
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from multilayer.web.runner import runner_of
from multilayer.web.session import Session
from multilayer.web.sides import with_value
from multilayer.web.views import sides
from multilayer.web.views.sides import SideGridRequest, SidesRequest

LEARN = Recipe(epochs=30, parameters={"learning_rate": 0.05}, seed=3)


def session_of(preset="xor", recipe=LEARN):
    return Session(replace(PRESETS[preset].make(), recipe=recipe))


def compared(session, vary, values):
    sides.sides(session, SidesRequest("start", vary, values))
    runner = runner_of(session)
    assert runner.worker.wait(60.0)
    assert not runner.worker.problem
    return sides.sides(session, SidesRequest())


@pytest.mark.parametrize(
    ("vary", "values", "networks"),
    [
        ("width", ["1", "2", "5", "50"], lambda value: ((2, int(value), 1), "tanh", 3)),
        ("activation", ["relu", "sigmoid"], lambda value: ((2, 8, 1), value, 3)),
        ("seed", ["0", "11"], lambda value: ((2, 8, 1), "tanh", int(value))),
    ],
)
def test_each_is_its_run_alone(vary, values, networks):
    session = session_of()
    before = session.state
    panels = compared(session, vary, values)
    assert session.state is before
    assert [panel.value for panel in panels] == values
    for number, (value, panel) in enumerate(zip(values, panels, strict=True)):
        widths, hidden, seed = networks(value)
        net = initialize(widths, hidden, "sigmoid", dtype=float, rng=seed)
        config = LEARN.config(net, before.rows.y)
        alone = fit(net, before.rows.X, before.rows.y, config=config, rng=seed)
        assert (panel.loss, panel.epochs) == (f"{alone.history.loss[-1]:.6g}", 30)
        assert panel.metric == f"{alone.history.metrics['accuracy'][-1]:.6g}"
        found = sides.side_grid(session, SideGridRequest(size=9, number=number))
        assert found == Surface(before, PlaneRequest(size=9)).codes(alone.network)


def test_one_of_them_is_taken():
    session = session_of()
    compared(session, "width", ["3", "4"])
    sides.sides(session, SidesRequest("take", number=1))
    assert session.state.network.widths == (2, 4, 1)
    session.undo()
    assert session.state.network.widths == (2, 8, 1)


def test_it_stops_when_asked():
    session = session_of(recipe=Recipe(epochs=100_000))
    sides.sides(session, SidesRequest("start", "seed", [str(seed) for seed in range(12)]))
    sides.sides(session, SidesRequest("cancel"))
    runner_of(session).pause()
    assert runner_of(session).worker.wait(20.0)
    assert len(sides.sides(session, SidesRequest())) < 12


@pytest.mark.parametrize(
    ("preset", "vary", "values", "message"),
    [
        ("xor", "width", ["0"], "width must be a whole number, at least 1, at most 1000; got 0"),
        ("xor", "width", ["1001"], "width must be"),
        ("xor", "width", ["five"], "expected a whole number, found 'five'"),
        ("xor", "seed", ["9" * 40], "expected a whole number"),
        ("xor", "activation", ["rellu"], "relu"),
        ("xor", "activation", ["step"], "step cannot be trained through"),
        ("xor", "width", [], "give at least one value"),
        ("and", "width", ["2"], "has no hidden layer"),
        ("seed", "width", ["2"], "the rows have no targets"),
    ],
)
def test_what_does_not_fit_is_refused(preset, vary, values, message):
    session = session_of(preset)
    before = session.state
    with pytest.raises(InputError, match=message):
        sides.sides(session, SidesRequest("start", vary, values))
    assert session.state is before
    assert sides.sides(session, SidesRequest()) == []
    with pytest.raises(InputError, match="there is no training 1"):
        sides.side_grid(session, SideGridRequest())


def test_widths_of_every_hidden_layer():
    state = PRESETS["stuck"].make()
    assert with_value(state, "width", "7").network.widths == (2, 7, 7, 1)

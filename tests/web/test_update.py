"""One update: the very bits of `multilayer.train`, number by number, with undo."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import InputError, gradients, initialize, train
from multilayer.optimizers import SGD, Adam, AdamW, RMSprop
from multilayer.web.aim import AimRequest, aim_of
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, Session, State
from multilayer.web.views.update import Nothing, UpdateRequest, choices, do, update
from tests.web.page import texts_of
from tests.web.test_back import named

OPTIMIZERS = {
    "gradient descent": ({"learning_rate": "0,5"}, SGD(0.5, momentum=0.0)),
    "momentum": ({"momentum": "1/2"}, SGD(0.1, momentum=0.5, nesterov=False)),
    "nesterov": ({}, SGD(0.1)),
    "adam": ({"learning_rate": "0.05"}, Adam(0.05)),
    "adamw": ({"weight_decay": "0.1"}, AdamW(weight_decay=0.1)),
    "rmsprop": ({}, RMSprop()),
}


def xor(dtype=float):
    X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
    return State(initialize((2, 5, 1), "tanh", "sigmoid", rng=3, dtype=dtype), Rows(X, y))


def trained(state, optimizer, epochs, rows=slice(None)):
    X, y = state.rows.X[rows], state.rows.y[rows]
    options = {"optimizer": optimizer, "epochs": epochs, "batch_size": len(X), "shuffle": False}
    return train(state.network, X, y, loss="binary_cross_entropy", **options).run()


GOES_ON = "The optimizer goes on from the state of the update before."


def blocks_of(found):
    return [table.block for each in found.layers for tables in each.tables for table in tables]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_are_those_of_train_bit_for_bit(name, dtype):
    typed, optimizer = OPTIMIZERS[name]
    state = xor(dtype)
    session = Session(state)
    request = UpdateRequest(0, 4, optimizer=name, parameters=typed, digits=None)
    for count in range(1, 4):
        announced = update(session, request)
        assert announced.about.startswith(f"Update {count} at the rate ")
        assert announced.about.endswith(GOES_ON) == (count > 1)
        do(session, request)
        expected = trained(state, optimizer, count)
        assert session.state.network == expected.network
        cells = {cell: text for block in blocks_of(announced) for cell, text in texts_of(block).items()}
        wanted = {}
        for n, layer in enumerate(expected.network.layers, 1):
            wanted |= named(f"new W({n})", layer.W) | named(f"new b({n})", layer.b)
            for slot in optimizer.written.keys() - {"w"}:
                arrays = expected.memory.optimizer.slots[slot]
                wanted |= named(f"new {slot} W({n})", arrays[2 * n - 2])
                wanted |= named(f"new {slot} b({n})", arrays[2 * n - 1])
        assert {cell: cells[cell] for cell in wanted} == wanted


def test_undo_brings_the_state_of_the_optimizer_back():
    session = Session(xor())
    request = UpdateRequest(0, 4, optimizer="adam", digits=None)
    do(session, request)
    second = update(session, request)
    do(session, request)
    session.undo()
    assert update(session, request) == second
    session.undo()
    assert not update(session, request).about.endswith(GOES_ON)


def test_what_starts_the_state_anew():
    session = Session(xor())
    adam = UpdateRequest(0, 4, optimizer="adam")
    do(session, adam)
    assert not update(session, UpdateRequest(0, 4, optimizer="nesterov")).about.endswith(GOES_ON)
    other = initialize((2, 5, 1), "tanh", "sigmoid", rng=4, dtype=float)
    session.change_network(lambda _: other)
    assert not update(session, adam).about.endswith(GOES_ON)


def test_another_rate_counts_at_once():
    session = Session(xor())
    do(session, UpdateRequest(0, 4, optimizer="momentum"))
    found = update(session, UpdateRequest(0, 4, optimizer="momentum", parameters={"learning_rate": "0.7"}))
    assert found.about == f"Update 2 at the rate 0.7. {GOES_ON}"
    before = session.state.network
    do(session, UpdateRequest(0, 4, optimizer="gradient descent", parameters={"learning_rate": "0.7"}))
    gradient = gradients(before, session.state.rows.X, session.state.rows.y, "binary_cross_entropy")
    np.testing.assert_allclose(
        session.state.network.layers[0].W, before.layers[0].W - 0.7 * gradient[0].dW, rtol=1e-12
    )


def test_the_gradient_and_the_losses_of_the_rows():
    state = PRESETS["seed"].make()
    session, request = Session(state), UpdateRequest(1, 3, "squared", digits=None)
    aim = aim_of(state, AimRequest(1, 3, "squared"))
    found, expected = update(session, request), gradients(aim.network, aim.X, aim.y, aim.loss)
    assert found.loss == str(expected.loss)
    cells = {cell: text for block in blocks_of(found) for cell, text in texts_of(block).items()}
    for n, each in enumerate(expected, 1):
        assert {cell: cells[cell] for cell in named(f"dW({n})", each.dW)} == named(f"dW({n})", each.dW)
    do(session, request)
    after = gradients(session.state.network, aim.X, aim.y, aim.loss)
    assert found.new_loss == str(after.loss)
    assert after.loss < expected.loss


def test_one_weight_with_its_numbers_put_in():
    found = update(Session(xor()), UpdateRequest(1, 1, optimizer="momentum", layer=2, input=3, digits=4))
    velocity, weight = found.made
    assert velocity.symbols == "momentum · velocity - rate · dW(2)[4,1]"
    g = next(block for block in blocks_of(found) if block.name == "dW(2)").cells[3][0]
    assert velocity.numbers == f"0.9 · 0 - 0.1 · ({g})"
    assert weight.cell == "new W(2)[4,1]"


def test_the_choices():
    found = {
        each.name: {p.name: p.value for p in each.parameters} for each in choices(Session(xor()), Nothing())
    }
    assert list(found) == ["gradient descent", "momentum", "nesterov", "adam", "adamw", "rmsprop"]
    assert found["gradient descent"] == {"learning_rate": "0.1"}
    assert found["momentum"] == {"learning_rate": "0.1", "momentum": "0.9"}
    assert set(found["adam"]) == {"learning_rate", "beta1", "beta2", "epsilon"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"optimizer": "lbfgs"}, "no optimizer is called 'lbfgs'"),
        ({"parameters": {"learning_rate": "-1"}}, "learning_rate must be a finite number, above 0"),
        ({"parameters": {"learning_rate": "fast"}}, "learning_rate: expected one finite number"),
        ({"parameters": {"speed": "1"}}, "has no parameter 'speed'"),
        ({"layer": 3}, "there is no weight"),
    ],
)
def test_what_is_refused_changes_nothing(settings, message):
    session = Session(xor())
    request = UpdateRequest(0, 4, **settings)
    for ask in (update, do):
        with pytest.raises(InputError, match=message):
            ask(session, request)
    assert session.revision == 0


def test_numbers_that_would_not_be_finite():
    rows = Rows(np.array([[1e200, -1e200]]), np.array([1.0]))
    session = Session(State(initialize((2, 1), "identity", "identity", rng=0, dtype=float), rows))
    with pytest.raises(InputError, match="loss is not finite; the weights are those before"):
        do(session, UpdateRequest())
    assert session.revision == 0


def test_step_units_name_the_surrogate():
    state = State(initialize((2, 2, 1), "step", "sigmoid", rng=0), xor().rows)
    with pytest.raises(InputError, match="use a surrogate derivative"):
        update(Session(state), UpdateRequest(0, 4))


@pytest.mark.browser
@pytest.mark.parametrize("name", ["gradient descent", "momentum", "adam"])
def test_done_on_the_page(show, name):
    shown = show("xor").view("back")
    page, state = shown.page, shown.session.state
    page.select_option('label:has-text("Rows") select', "mean")
    page.select_option('label:has-text("Optimizer") select', name)
    optimizer = {
        "gradient descent": SGD(0.1, momentum=0.0),
        "momentum": SGD(0.1, nesterov=False),
        "adam": Adam(),
    }[name]
    for count in (1, 2):
        expected = trained(state, optimizer, count).network
        wanted = {
            cell: f"{float(text):.6g}" for cell, text in named("new W(1)", expected.layers[0].W).items()
        }
        shown.wait_for_cells(wanted)
        page.click('.update button:has-text("Do it")')
        page.wait_for_selector(f"text=Update {count + 1} at the rate")
        assert shown.session.state.network == expected
    page.click('button:has-text("Undo")')
    page.wait_for_selector("text=Update 2 at the rate")


@pytest.mark.browser
def test_the_page_says_why_there_is_no_update(show):
    shown = show(State(initialize((2, 2, 1), "step", "sigmoid", rng=0), xor().rows)).view("back")
    shown.page.wait_for_selector(".update >> text=use a surrogate derivative")
    shown.page.fill('label:has-text("Learning rate") input', "-1")
    shown.page.keyboard.press("Tab")
    shown.page.wait_for_selector(".update >> text=learning_rate must be a finite number, above 0")
    assert not shown.page.query_selector('.update button:has-text("Do it")')

"""The endpoints of training: commands and the recipe."""

from __future__ import annotations

import msgspec
import pytest

from multilayer import InputError
from multilayer.network.initialized import initialize
from multilayer.web.endpoint import Nothing
from multilayer.web.presets import PRESETS
from multilayer.web.runner import runner_of
from multilayer.web.session import Session
from multilayer.web.views import learn
from multilayer.web.views.learn import InitializeRequest, SettingRequest, TrainRequest


def session_of(preset="xor"):
    return Session(PRESETS[preset].make())


def endless(epochs=100_000):
    session = session_of()
    learn.set_recipe(session, SettingRequest("epochs", str(epochs)))
    return session


def decoded(endpoint, **given):
    found = next(each for each in learn.ENDPOINTS if each.name == endpoint)
    return found.decode(msgspec.json.encode(given))


def test_commands():
    session = session_of()
    for action in ("play", "status", "pause"):
        learn.train(session, decoded("train", action=action))
    runner = runner_of(session)
    assert runner.worker.wait(20.0)
    reached = learn.train(session, TrainRequest()).reached
    learn.train(session, TrainRequest("seek", epoch=reached // 2))
    assert runner.worker.wait(20.0)
    status = learn.train(session, TrainRequest())
    assert (status.epoch, status.reached, status.playing) == (reached // 2, reached, False)


@pytest.mark.parametrize(
    "given",
    [{"action": "fly"}, {"speed": 0}, {"speed": -1.0}, {"epoch": "a"}, {"path": "/etc/passwd"}],
)
def test_malformed_commands_are_refused(given):
    with pytest.raises(InputError, match="the request train is malformed"):
        decoded("train", **given)


@pytest.mark.parametrize("epoch", [-1, 2, 10**9])
def test_an_epoch_that_was_not_reached(epoch):
    session = session_of()
    runner = runner_of(session)
    runner.batch()  # the only one of an epoch
    runner.worker.wait(20.0)
    runner.seek(0)
    runner.worker.wait(20.0)
    with pytest.raises(InputError, match=f"epoch must be from 0 to 1, .* got {epoch}"):
        learn.train(session, TrainRequest("seek", epoch=epoch))


def values_of(found):
    return {(each.name, each.of_optimizer): each.value for each in found.fields}


def test_the_form_is_the_recipe():
    state = session_of("stuck").state
    found = learn.choices(Session(state), Nothing())
    values = values_of(found)
    assert len(values) == len(found.fields)
    for name in ("epochs", "batch_size", "seed", "dropout", "l2", "weight_decay"):
        assert float(values[name, False]) == getattr(state.recipe, name)
    assert values["shuffle", False] is state.recipe.shuffle
    assert values["optimizer", False] == state.recipe.optimizer
    for name, value in state.recipe.parameters.items():
        assert float(values[name, True]) == value
    assert {each.name for each in found.fields if each.options} >= {"loss", "optimizer", "schedule"}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("epochs", "77", 77),
        ("dropout", "0,25", 0.25),
        ("dropout", " 1/4 ", 0.25),
        ("validation", "", None),
        ("patience", "3", 3),
        ("shuffle", False, False),
        ("schedule", "cosine", "cosine"),
        ("loss", "squared", "squared"),
        ("loss", "", None),
    ],
)
def test_a_setting_is_taken(name, value, expected):
    session = session_of()
    before = session.state.recipe
    found = learn.set_recipe(session, SettingRequest(name, value))
    assert session.state.recipe == msgspec.structs.replace(before, **{name: expected})
    assert values_of(found) == values_of(learn.choices(session, Nothing()))


def test_the_optimizer_keeps_the_learning_rate():
    session = session_of()
    learn.set_recipe(session, SettingRequest("learning_rate", "0.3", of_optimizer=True))
    learn.set_recipe(session, SettingRequest("weight_decay", "0.1"))
    learn.set_recipe(session, SettingRequest("optimizer", "sgd"))
    learn.set_recipe(session, SettingRequest("nesterov", True, of_optimizer=True))
    learn.set_recipe(session, SettingRequest("momentum", "1/2", of_optimizer=True))
    recipe = session.state.recipe
    assert recipe.parameters == {"learning_rate": 0.3, "nesterov": True, "momentum": 0.5}
    assert (recipe.optimizer, recipe.weight_decay) == ("sgd", 0.1)
    learn.set_recipe(session, SettingRequest("weight_decay", "0"))
    recipe = session.state.recipe
    learn.set_recipe(session, SettingRequest("optimizer", "lbfgs"))
    assert session.state.recipe.parameters == {}
    session.undo()
    assert session.state.recipe == recipe


def test_another_optimizer_keeps_what_it_has_as_well():
    session = session_of()
    learn.set_recipe(session, SettingRequest("beta1", "0.8", of_optimizer=True))
    learn.set_recipe(session, SettingRequest("optimizer", "adamw"))
    assert session.state.recipe.parameters["beta1"] == 0.8
    learn.set_recipe(session, SettingRequest("optimizer", "sgd"))
    assert "beta1" not in session.state.recipe.parameters


@pytest.mark.parametrize(
    ("name", "value", "of_optimizer", "message"),
    [
        ("learning_rate", "0", True, "learning_rate must be"),
        ("learning_rate", "abc", True, "learning_rate takes a number; found abc"),
        ("learning_rate", " ", True, "learning_rate takes a number; found nothing"),
        ("epochs", "1000000", False, "epochs cannot be 1000000: .*100000"),
        ("epochs", "1.5", False, "epochs cannot be 1.5"),
        ("shuffle", "perhaps", False, "a number|cannot be"),
        ("optimizer", "adm", False, "no optimizer is called"),
        ("loss", "cross_entrop", False, "no loss is called"),
        ("colour", "1", False, "a training has no setting 'colour'"),
    ],
)
def test_a_setting_that_does_not_fit(name, value, of_optimizer, message):
    session = session_of()
    before = session.state
    with pytest.raises(InputError, match=message):
        learn.set_recipe(session, SettingRequest(name, value, of_optimizer))
    assert session.state is before


def test_choices_say_what_is_missing():
    found = learn.choices(session_of("seed"), Nothing())
    assert "have no targets" in found.refused
    found = learn.choices(session_of("gates"), Nothing())
    assert "surrogate" in found.refused
    assert learn.choices(session_of(), Nothing()).refused == ""


def test_new_weights_are_those_of_initialize():
    session = session_of()
    learn.initialize(session, InitializeRequest(seed=5, initializer="he_normal"))
    expected = initialize((2, 8, 1), "tanh", "sigmoid", initializer="he_normal", dtype=float, rng=5)
    assert session.state.network == expected
    with pytest.raises(InputError, match="no initializer is called"):
        learn.initialize(session, InitializeRequest(initializer="zero"))
    assert session.state.network == expected

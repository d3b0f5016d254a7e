"""A training that is played, paused, stepped, scrubbed: the same bits as `fit`, and it stops when asked."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from multilayer import InputError, fit, initialize
from multilayer.training.state import parameters_of
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from multilayer.web.runner import runner_of
from multilayer.web.session import Session

RECIPES = {
    "adam": Recipe(parameters={"learning_rate": 0.03}, epochs=40),
    "batches": Recipe(
        optimizer="sgd", parameters={"learning_rate": 0.1}, epochs=40, batch_size=3, dropout=0.25
    ),
    "held out": Recipe(epochs=40, schedule="cosine", validation=0.25),
    "lbfgs": Recipe(optimizer="lbfgs", epochs=12),
}


def session_of(recipe="adam", preset="xor"):
    state = PRESETS[preset].make()
    return Session(replace(state, recipe=RECIPES[recipe] if isinstance(recipe, str) else recipe))


def fitted(session, epochs=None):
    state = session.state
    recipe, rows = state.recipe, state.rows
    config = recipe.config(state.network, rows.y)
    config = replace(config, epochs=config.epochs)
    ended = (lambda event: event.epoch == epochs,) if epochs else ()
    return fit(
        state.network,
        rows.X,
        rows.y,
        config=config,
        validation=recipe.validation,
        rng=recipe.seed,
        callbacks=ended,
    )


def bits(network):
    return [array.tobytes() for array in parameters_of(network)]


def done(runner):
    assert runner.worker.wait(20.0)
    assert not runner.worker.problem


@pytest.mark.parametrize("recipe", RECIPES)
def test_played_to_the_end_it_is_fit(recipe):
    session = session_of(recipe)
    expected, start = fitted(session), session.state.network
    runner = runner_of(session)
    runner.play()
    done(runner)
    assert bits(session.state.network) == bits(expected.network)
    assert runner.course.progress.curves.history().loss == expected.history.loss
    assert runner.course.trained.message == expected.message
    session.undo()
    assert session.state.network is start


@pytest.mark.parametrize("recipe", RECIPES)
def test_any_epoch_by_scrubbing_is_that_of_playing(recipe):
    session = session_of(recipe)
    expected = {epoch: fitted(session, epoch).network for epoch in (1, 7, 8, 11)}
    runner = runner_of(session)
    runner.play()
    done(runner)
    for epoch in (7, 11, 1, 8, 7):
        runner.seek(epoch)
        done(runner)
        assert runner.course.progress.epoch == epoch
        assert bits(session.state.network) == bits(expected[epoch])
    end = fitted(session_of(recipe)).network
    runner.play()
    done(runner)
    assert bits(session.state.network) == bits(end)


@pytest.mark.parametrize("recipe", RECIPES)
def test_rewind_and_play_again(recipe):
    session = session_of(recipe)
    start = session.state.network
    runner, seen = runner_of(session), []
    for _ in range(2):
        for _ in range(5):
            runner.epoch()
            done(runner)
        seen.append(bits(session.state.network))
        runner.seek(0)
        done(runner)
        assert bits(session.state.network) == bits(start)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("recipe", ["batches", "held out", "lbfgs"])
def test_batch_by_batch_it_is_fit(recipe):
    session = session_of(recipe)
    expected = fitted(session).network
    runner = runner_of(session)
    for _ in range(200):
        runner.batch()
        done(runner)
        if runner.course.at_end:
            break
    assert bits(session.state.network) == bits(expected)


def test_back_from_within_an_epoch():
    session = session_of("batches")
    expected = fitted(session, 2).network
    runner = runner_of(session)
    for _ in range(5):
        runner.batch()
        done(runner)
    assert (runner.course.progress.epoch, runner.course.progress.batch) == (2, 1)
    runner.seek(2)
    done(runner)
    assert runner.course.progress.batch == 0
    assert bits(session.state.network) == bits(expected)


def test_snapshots_are_few_and_any_epoch_is_there():
    session = session_of(Recipe(epochs=1000))
    expected = fitted(session, 777).network
    runner = runner_of(session)
    runner.play()
    done(runner)
    assert len(runner.course._snapshots) <= 64
    runner.seek(777)
    done(runner)
    assert bits(session.state.network) == bits(expected)


def test_pause_and_go_on():
    session = session_of(Recipe(epochs=100_000))
    runner = runner_of(session)
    runner.play()
    while runner.course.progress.epoch < 3:
        pass
    runner.pause()
    done(runner)
    at = runner.course.progress
    assert 3 <= at.epoch < 100_000
    assert not runner.course.at_end
    assert session.state.network == runner.course.network
    runner.epoch()
    done(runner)
    assert runner.course.progress.epoch == at.epoch + 1


def test_a_change_elsewhere_ends_it_and_is_kept():
    session = session_of(Recipe(epochs=100_000))
    runner = runner_of(session)
    runner.play()
    while runner.course.progress.epoch < 3:
        pass
    with session.lock:
        session.change_network(lambda net: net.with_layer(1, b=np.zeros(8) + 0.5))
        changed = session.state.network
    done(runner)
    assert session.state.network is changed
    with pytest.raises(InputError, match="has not been trained here"):
        runner.seek(1)
    runner.epoch()
    done(runner)
    assert runner.course.start is changed


def test_another_rate_from_the_same_start():
    session = session_of("adam")
    start = session.state.network
    runner = runner_of(session)
    runner.play()
    done(runner)
    first = runner.course
    runner.beside(0.3)
    done(runner)
    assert runner.course.start is start
    assert runner.before is first
    assert runner.course.config.optimizer.learning_rate == 0.3
    assert runner.course.reached.loss[0] == first.reached.loss[0]
    assert runner.course.reached.loss[-1] != first.reached.loss[-1]
    before = session.state
    with pytest.raises(InputError, match="learning_rate must be"):
        runner.beside(-1.0)
    assert session.state is before


def test_after_the_end_it_goes_on_from_there():
    session = session_of("adam")
    runner = runner_of(session)
    runner.play()
    done(runner)
    reached = session.state.network
    runner.play()
    done(runner)
    assert runner.course.start is reached
    assert runner.number == 2


def test_a_number_that_is_not_finite_ends_it_with_its_place():
    state = session_of().state
    recipe = Recipe(optimizer="sgd", parameters={"learning_rate": 1e200})
    net = initialize((2, 8, 1), "tanh", "identity", dtype=float, rng=0)
    session = Session(replace(state, network=net, recipe=recipe))
    runner = runner_of(session)
    runner.play()
    done(runner)
    trained = runner.course.trained
    assert trained.stopped == "not finite"
    assert trained.message.startswith("epoch 2, batch 1, layer 2: ")
    assert runner.course.diagnosis is not None
    assert all(np.isfinite(layer.W).all() for layer in session.state.network.layers)


def test_what_cannot_be_trained_is_refused_and_changes_nothing():
    for session in (
        Session(PRESETS["seed"].make()),
        session_of(msgspec.structs.replace(Recipe(), dropout=2.0)),
    ):
        runner, before = runner_of(session), session.state
        with pytest.raises(InputError, match=r"no targets|dropout"):
            runner.play()
        assert not runner.playing
        assert session.state is before


def test_findings_come_while_it_trains_and_the_verdict_at_the_end():
    session = Session(PRESETS["stuck"].make())
    runner = runner_of(session)
    runner.play()
    done(runner)
    course = runner.course
    assert ("collapsed_signal", 2) in course.reported
    assert course.diagnosis.verdict.startswith("The signal has collapsed")

"""What a page is sent: what is new since the last message, as text of the numbers of `fit`; nothing is queued."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from multilayer import diagnose, fit, initialize
from multilayer._base.language import in_language
from multilayer.web.feed import Feed, status_of
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from multilayer.web.runner import runner_of
from multilayer.web.session import Session
from multilayer.web.views import sides
from multilayer.web.views.sides import SidesRequest


def session_of(preset="xor", **changes):
    state = PRESETS[preset].make()
    return Session(replace(state, recipe=Recipe(**changes)) if changes else state)


def fitted(session):
    state = session.state
    config = state.recipe.config(state.network, state.rows.y)
    held_out = state.recipe.validation
    return fit(
        state.network, state.rows.X, state.rows.y, config=config, validation=held_out, rng=state.recipe.seed
    )


def played(session):
    runner = runner_of(session)
    runner.play()
    assert runner.worker.wait(30.0)
    return runner


@pytest.mark.parametrize("digits", [3, 6, None])
@pytest.mark.parametrize("changes", [{"epochs": 20}, {"epochs": 9, "validation": 0.25}])
def test_the_curves_are_those_of_fit(digits, changes):
    session = session_of(**changes)
    history = fitted(session).history
    feed = Feed(session, runner_of(session), digits)
    list(feed.messages())
    played(session)
    (name, curve), *rest = feed.messages()

    def texts(values):
        return [str(value) if digits is None else f"{value:.{digits}g}" for value in values]

    assert name == "epoch"
    assert curve.epochs == list(range(1, len(history) + 1))
    assert curve.loss == texts(history.loss)
    assert curve.validation_loss == texts(history.validation_loss)
    assert curve.metric == texts(history.metrics["accuracy"])
    assert {each for each, _ in rest[:-2]} <= {"finding"}
    assert [each for each, _ in rest[-2:]] == ["step", "ended"]
    status = rest[-1][1]
    assert (status.epoch, status.loss, status.ended) == (len(history), texts(history.loss)[-1], "epochs")
    assert list(feed.messages()) == []


def test_a_slow_page_gets_a_bounded_number_of_points():
    session = session_of(epochs=1000)
    feed = Feed(session, runner_of(session))
    list(feed.messages())
    played(session)
    messages = list(feed.messages())
    assert len(messages) <= 20
    curve = next(message for name, message in messages if name == "epoch")
    assert len(curve.epochs) == 100
    assert (curve.epochs[0], curve.epochs[-1]) == (1, 1000)
    assert list(feed.messages()) == []


def test_findings_come_and_go():
    session = session_of("stuck")
    runner = played(session)
    feed = Feed(session, runner)
    found = {message.key: message for name, message in feed.messages() if name == "finding"}
    collapsed = found["collapsed_signal@2"]
    assert (collapsed.severity, collapsed.layer) == ("error", 2)
    assert collapsed.title.startswith("The signal has collapsed")
    runner.course.reported = {}
    gone = [message.key for name, message in feed.messages() if name == "withdrawn"]
    assert sorted(gone) == sorted(found)


def test_the_verdict_is_that_of_diagnose():
    session = session_of("stuck")
    state = session.state
    expected = diagnose(fitted(session), state.rows.X, state.rows.y)
    runner = played(session)
    assert status_of(session, runner).verdict == expected.verdict


def test_the_training_before_is_drawn_beside():
    session = session_of(epochs=5)
    runner = played(session)
    first = runner.course.reached
    feed = Feed(session, runner)
    list(feed.messages())
    runner.beside(0.5)
    assert runner.worker.wait(30.0)
    curves = [message for name, message in feed.messages() if name == "epoch"]
    assert [curve.of for curve in curves] == ["before", "now"]
    assert curves[0].loss == [f"{loss:.6g}" for loss in first.loss]
    assert (curves[0].learning_rate, curves[1].learning_rate) == ("0.001", "0.5")


def test_a_problem_is_said():
    session = session_of(epochs=3, optimizer="sgd")
    runner = played(session)
    runner.worker.problem = "there is no room"
    assert status_of(session, runner).note == "there is no room"


def test_the_reason_of_an_end_is_in_the_language_of_who_reads_it():
    recipe = Recipe(optimizer="sgd", parameters={"learning_rate": 1e200})
    net = initialize((2, 8, 1), "tanh", "identity", dtype=float, rng=0)
    session = Session(replace(PRESETS["xor"].make(), network=net, recipe=recipe))
    with in_language("ko"):
        runner = played(session)
    sides.sides(session, SidesRequest("start", "seed", ["0"]))
    assert runner.worker.wait(30.0)
    for code, reason in (
        (
            "en",
            "epoch 2, batch 1, layer 2: loss is not finite; the weights are those before this batch; scale",
        ),
        ("ko", "에포크 2, 배치 1, 층 2: loss"),
        ("en", "epoch 2, batch 1, layer 2: loss is not finite"),
    ):
        with in_language(code):
            ended = [message for name, message in Feed(session, runner).messages() if name == "ended"]
            (panel,) = sides.sides(session, SidesRequest())
        assert ended[0].ended == panel.stopped == "not finite"
        assert ended[0].note.startswith(reason)
        assert panel.message.startswith(reason[: reason.index("2:")])


def test_findings_are_in_the_language_of_who_reads_them_and_change_with_it():
    session = session_of("stuck")
    with in_language("ko"):
        runner = played(session)
    feed = Feed(session, runner)

    def found(code):
        with in_language(code):
            return {message.key: message for name, message in feed.messages() if name == "finding"}

    english, korean = found("en"), found("ko")
    assert english.keys() == korean.keys() != set()
    for key, text in english.items():
        assert not re.search("[가-힣]", text.title + text.evidence + text.advice)
        assert re.search("[가-힣]", korean[key].title)
        assert re.search("[가-힣]", korean[key].advice)
    assert found("en") == english
    assert found("en") == {}
    with in_language("en"):
        again = session_of("stuck")
        messages = Feed(again, played(again)).messages()
        assert {each.key: each for name, each in messages if name == "finding"} == english

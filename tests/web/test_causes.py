"""The diagnosis of the session's network is that of the command line; remedies are ranked, stopped and taken."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from multilayer import InputError, diagnose, save
from multilayer._base.language import in_language
from multilayer.cli.app import app
from multilayer.web.endpoint import Nothing
from multilayer.web.fixes import standardized, with_fix
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from multilayer.web.runner import runner_of
from multilayer.web.session import Session
from multilayer.web.views import causes
from multilayer.web.views.causes import FixesRequest


def session_of(preset, **changes):
    state = PRESETS[preset].make()
    return Session(replace(state, recipe=Recipe(**changes)) if changes else state)


def made(session):
    runner = runner_of(session)
    assert runner.worker.wait(60.0)
    assert not runner.worker.problem
    return causes.diagnosis(session, Nothing())


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("preset", ["xor", "stuck", "gates"])
def test_untrained_it_is_the_text_of_the_command(preset, tmp_path):
    session = session_of(preset)
    net, rows = session.state.network, session.state.rows
    save(net, tmp_path / "net.json")
    table = np.column_stack([rows.X, rows.y])
    np.savetxt(tmp_path / "rows.csv", table, delimiter=",", header="u,v,t", comments="", fmt="%.17g")
    arguments = ["diagnose", str(tmp_path / "net.json"), str(tmp_path / "rows.csv"), "--target", "t"]
    printed = words(CliRunner().invoke(app, arguments).stdout)
    assert causes.diagnose(session, Nothing()) is None
    text = words(made(session).text)
    assert len(text) > 200
    # The command has to guess the loss, and says so.
    assert printed == text


def test_trained_it_is_that_of_diagnose():
    session = session_of("stuck")
    runner = runner_of(session)
    runner.play()
    found = made(session)
    course = runner.course
    expected = diagnose(course.trained, course.rows.X, course.rows.y)
    assert words(found.text) == words(repr(expected))
    assert found.verdict.startswith("The signal has collapsed")
    assert found.findings[0].key == "collapsed_signal@2"
    assert found.findings[0].evidence == ""  # the verdict has it
    assert causes.diagnose(session, Nothing()) == found


def test_in_another_language_it_is_made_once_more():
    session = session_of("stuck")
    runner_of(session).play()
    english = made(session)
    with in_language("ko"):
        assert causes.diagnosis(session, Nothing()) is None
        korean = made(session)
    assert english.verdict.startswith("The signal has collapsed")
    assert "신호" in korean.verdict
    assert [each.key for each in korean.findings] == [each.key for each in english.findings]


def test_paused_it_is_made_anew():
    session = session_of("xor", epochs=50)
    runner = runner_of(session)
    runner.epoch()
    assert made(session) is None
    assert causes.diagnose(session, Nothing()) is None
    assert made(session).text
    runner.epoch()
    assert made(session) is None


def test_without_targets_activations_are_diagnosed():
    session = session_of("seed")
    causes.diagnose(session, Nothing())
    assert made(session).not_measured


def ranked(session, **options):
    runner = runner_of(session)
    causes.fixes(session, FixesRequest("try", **options))
    assert runner.worker.wait(120.0)
    assert not runner.worker.problem
    return causes.fixes(session, FixesRequest())


@pytest.mark.slow
def test_the_top_remedy_mends_the_stuck_network():
    session = session_of("stuck")
    runner = runner_of(session)
    runner.play()
    runner.worker.wait(20.0)
    found = ranked(session)
    top = found.fixes[0]
    assert top.helps
    assert float(top.score) >= 0.99
    assert found.text.startswith(f"What helps most is {top.change}")
    causes.fixes(session, FixesRequest("apply", top.remedy, top.change))
    assert runner.worker.wait(60.0)
    assert runner.course.reached.metrics["accuracy"][-1] >= 0.99
    assert session.state.network == runner.course.network


def test_trying_stops_at_once_and_says_so():
    session = session_of("stuck", epochs=100_000)
    runner = runner_of(session)
    causes.fixes(session, FixesRequest("try"))
    assert runner.task in ("", "fixes")
    causes.fixes(session, FixesRequest("cancel"))
    runner.pause()
    assert runner.worker.wait(20.0)
    assert causes.fixes(session, FixesRequest()) is None


def test_what_was_not_tried_cannot_be_taken():
    session = session_of("xor")
    with pytest.raises(InputError, match="no remedies have been tried"):
        causes.fixes(session, FixesRequest("apply", "rate", "x"))
    with pytest.raises(InputError, match="no targets"):
        causes.fixes(session_of("seed"), FixesRequest("try"))
    state = session.state
    with pytest.raises(InputError, match="has no remedy 'more luck'"):
        with_fix(state.network, state, "rate", "more luck")


def test_a_remedy_taken_is_the_start_with_it():
    state = PRESETS["xor"].make()
    start = state.network
    faster = with_fix(start, state, "rate", "learning rate 0.3, ten times as high")
    assert faster.network is start
    assert faster.recipe.parameters["learning_rate"] == 0.3
    other = with_fix(start, state, "activation", "relu in the hidden layers, in place of tanh")
    assert [str(layer.activation) for layer in other.network.layers] == ["ReLU()", "Sigmoid()"]
    assert other.network.layers[0].W.tobytes() == start.layers[0].W.tobytes()
    lbfgs = with_fix(start, state, "solver", "L-BFGS, in place of Adam")
    assert lbfgs.recipe.optimizer == "lbfgs"
    lbfgs.recipe.config(lbfgs.network, lbfgs.rows.y).check(lbfgs.network)
    scaled = with_fix(start, state, "standardize", "standardized inputs")
    assert scaled.rows.X.mean(axis=0) == pytest.approx([0.0, 0.0], abs=1e-15)
    assert scaled.rows.y is state.rows.y
    drawn = with_fix(start, state, "initialization", "orthogonal initial weights")
    W = drawn.network.layers[0].W
    np.testing.assert_allclose(W @ W.T, np.eye(2) * (W @ W.T)[0, 0], atol=1e-12)


def test_a_constant_column_is_only_moved():
    state = PRESETS["xor"].make()
    rows = replace(state.rows, X=np.column_stack([state.rows.X[:, 0], np.full(4, 7.0)]))
    assert standardized(rows).X[:, 1].tolist() == [0.0] * 4

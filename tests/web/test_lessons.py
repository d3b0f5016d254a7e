"""Each lesson is walked from its first step to its last, with its own solutions; wrong answers are not right."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from multilayer import InputError
from multilayer._base.language import in_language, languages
from multilayer.training import gradients, train
from multilayer.web.edits import SetNumber
from multilayer.web.lessons import lessons
from multilayer.web.lessons.checks import GOALS, Choice, Number, Reach
from multilayer.web.lessons.numbers import value_of
from multilayer.web.presets import PRESETS
from multilayer.web.session import Session
from multilayer.web.views.lessons import AnswerRequest, StepRequest, answer, step
from multilayer.web.views.see import EditRequest, edit

LESSONS = list(enumerate(lessons()))
EACH = pytest.mark.parametrize(("number", "lesson"), LESSONS, ids=[str(each.title) for _, each in LESSONS])


def do(session, check):
    """Do what reaches the goal of a step."""
    for cell, text in check.do:
        if cell == "train":
            state = session.state
            config = state.recipe.config(state.network, state.rows.y)
            trained = train(
                state.network, state.rows.X, state.rows.y, config=config, rng=state.recipe.seed
            ).run()
            session.change(replace(state, network=trained.network))
        else:
            edit(session, EditRequest([SetNumber(cell, text)]))


@EACH
def test_a_lesson_from_end_to_end(number, lesson):
    session = Session(PRESETS["seed"].make())
    for place, each in enumerate(lesson.steps):
        shown = step(session, StepRequest(number, place, open=True))
        assert shown.text
        assert shown.title == str(lesson.title)
        assert bool(shown.question) == (each.check is not None)
        if each.check is None:
            assert answer(session, AnswerRequest(number, place)).right
            continue
        solution = each.check.solution(session.state)
        if isinstance(each.check, Reach):
            assert not answer(session, AnswerRequest(number, place, solution)).right
            do(session, each.check)
        else:
            wrong = answer(session, AnswerRequest(number, place, "77"))
            assert not wrong.right
            assert str(each.hint) in wrong.text
        assert answer(session, AnswerRequest(number, place, solution)).right


@EACH
def test_a_lesson_in_every_language(number, lesson):
    for each in (
        lesson.title,
        *(text for s in lesson.steps for text in (s.text, s.question, s.hint, *s.options)),
    ):
        if each is None:
            continue
        assert re.search("[가-힣]", each.ko) or len(re.findall("[a-z]{2,}", each.en)) < 2, each.ko
        assert not re.search("[가-힣]", each.en)
        # Formulas are the same in both.
        assert sorted(re.findall("`([^`]*)`", each.en)) == sorted(re.findall("`([^`]*)`", each.ko)), each.en
        for code in languages():
            with in_language(code):
                assert str(each) == getattr(each, code).strip()


@EACH
def test_a_step_is_well_formed(number, lesson):
    for each in lesson.steps:
        assert (each.question is None) == (each.check is None) == (each.hint is None)
        assert (len(each.options) > 1) == isinstance(each.check, Choice)
        if isinstance(each.check, Choice):
            assert 1 <= each.check.right <= len(each.options)
        if isinstance(each.check, Reach):
            assert each.check.goal in GOALS
            assert each.check.do
        assert each.preset is None or each.preset in PRESETS


def test_there_are_twelve():
    assert len(LESSONS) == 12


def test_a_number_needs_as_many_digits_as_are_typed():
    state = PRESETS["seed"].make()
    check = Number("z(1)[1,1]")  # 0.52497918747894
    for given in ("0.52", "0.525", "0.52498", "0,525", "0.52497918747894"):
        assert check.holds(state, given), given
    for given in ("0.5", "0.53", "0.526", "1", "0.525 0.525", "-0.525"):
        assert not check.holds(state, given), given
    with pytest.raises(InputError, match="no numbers"):
        check.holds(state, "")


def test_numbers_by_name():
    state = PRESETS["small"].make()
    X, y = state.rows.X, state.rows.y
    found = gradients(state.network, X, y, loss="squared")
    assert value_of(state, "dW(1)[2,1]") == found[0].dW[1, 0]
    assert value_of(state, "db(2)[2]") == found[1].db[1]
    assert value_of(state, "new W(2)[1,2]") == state.network.layers[1].W[0, 1] - 0.5 * found[1].dW[0, 1]
    linear = PRESETS["linear"].make()
    W1, W2 = (layer.W for layer in linear.network.layers)
    assert value_of(linear, "collapsed W[2,1]") == (W1 @ W2)[1, 0]
    for cell in ("W(3)[1,1]", "q(1)[1,1]", "W(1)[9,1]", "W(1)[1]", "W(1)", "", "b(1)[0]", "z(1)[1,1]; x"):
        with pytest.raises(InputError, match="no cell"):
            value_of(state, cell)


def test_a_goal_is_reached_or_not():
    gates = PRESETS["gates"].make()
    assert GOALS["every row right"](gates, Reach("every row right"))
    seed = PRESETS["seed"].make()
    assert not GOALS["every row right"](seed, Reach("every row right"))
    assert not GOALS["loss below"](seed, Reach("loss below", 1e9))
    assert not GOALS["cell above"](seed, Reach("cell above", cell="a(7)[1,1]"))
    assert np.all([not GOALS["saturated"](seed, Reach("saturated", 0.01))])


def test_what_is_not_there_is_refused():
    session = Session(PRESETS["seed"].make())
    for lesson, place in ((12, 0), (-1, 0), (0, 99)):
        with pytest.raises(InputError, match="there is no step"):
            step(session, StepRequest(lesson, place))

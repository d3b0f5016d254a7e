"""Training and its pages: a second tab follows, the last one that closes ends it, and none is held up by another."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from tests.web.test_learn_page import opened, wait_for_epoch

pytestmark = pytest.mark.browser

_PLAYING = "() => document.querySelector('.play')?.textContent === 'Pause'"


def endless():
    return replace(PRESETS["xor"].make(), recipe=Recipe(epochs=100_000))


def threads():
    return [thread.name for thread in threading.enumerate() if thread.name == "multilayer training"]


def test_a_second_tab_follows_and_the_last_that_closes_ends_training(show):
    shown = opened(show, endless())
    other = shown.page.context.new_page()
    other.goto(shown.studio.url)
    other.click('nav a[href="#view=learn"]')
    other.wait_for_selector(".play:enabled")
    shown.page.click(".play")
    other.wait_for_function(_PLAYING)
    runner = shown.session.runner
    shown.wait_for(lambda: runner.watchers == 2)
    other.close()
    shown.wait_for(lambda: runner.watchers == 1)
    assert runner.playing
    shown.page.evaluate("() => (location.href = 'about:blank')")
    shown.wait_for(lambda: not runner.playing)
    shown.wait_for(lambda: not threads())
    assert shown.session.state.network == runner.course.network


def test_other_digits_or_another_language_leave_training_as_it_is(show):
    shown = opened(show, endless())
    shown.page.click(".play")
    shown.page.wait_for_function(_PLAYING)
    runner = shown.session.runner
    for place, value in ((0, "3"), (1, "ko"), (0, "10"), (1, "en")):
        shown.page.locator(".tools select").nth(place).select_option(value)
        shown.page.wait_for_timeout(200)
    reached = runner.course.progress.epoch
    shown.wait_for(lambda: runner.course.progress.epoch > reached)
    assert runner.playing


def test_another_view_pauses_it_and_shows_where_it_stands(show):
    shown = opened(show, endless())
    shown.page.click(".play")
    runner = shown.session.runner
    shown.wait_for(lambda: runner.course is not None and runner.course.progress.epoch > 2)
    shown.view("see")
    shown.wait_for(lambda: not runner.playing)
    W = runner.course.network.layers[0].W
    shown.wait_for_cells({"W(1)[2,3]": f"{W[1, 2]:.6g}"})
    shown.view("learn")
    wait_for_epoch(shown, f"{runner.course.progress.epoch} / 100000")
    shown.page.wait_for_function("() => !document.querySelector('.scrub input').disabled")


def test_undo_goes_back_to_the_start(show):
    shown = opened(show)
    start = shown.session.state.network
    shown.page.select_option(".controls select", "all")
    shown.page.click(".play")
    wait_for_epoch(shown, "300 / 300")
    shown.page.click("text=Undo")
    shown.wait_for(lambda: shown.session.state.network is start)
    shown.wait_for_cells({"W(1)[1,1]": f"{start.layers[0].W[0, 0]:.6g}"})
    shown.page.wait_for_selector("text=The network has changed since it was trained")
    shown.page.click("text=Redo")
    wait_for_epoch(shown, "300 / 300")

"""The view Train: findings light units, remedies are tried and taken, trainings stand side by side; for everybody."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from multilayer import diagnose, fit
from multilayer.web.presets import PRESETS
from multilayer.web.recipe import Recipe
from multilayer.web.sides import with_value
from tests.web.test_learn_page import opened, wait_for_epoch

pytestmark = pytest.mark.browser


def played(show, preset, **context):
    shown = opened(show, preset, **context)
    shown.page.select_option(".controls select", "all")
    shown.page.click(".play")
    shown.page.wait_for_selector(".verdict")
    return shown


def test_a_finding_opens_and_lights_its_units(show):
    state = PRESETS["stuck"].make()
    alike = state.network.with_layer(1, W=np.full((2, 20), 0.5), b=np.zeros(20))
    alike = alike.with_layer(2, W=np.full((20, 20), 0.1), b=np.zeros(20))
    shown = played(show, replace(state, network=alike))
    course = shown.session.runner.course
    expected = diagnose(course.trained, course.rows.X, course.rows.y)
    assert expected.verdict.startswith(shown.page.inner_text(".verdict")[:60])
    titles = shown.page.locator(".findings summary")
    assert titles.count() == len(expected.findings)
    repeated = next(k for k, each in enumerate(expected.findings) if each.check == "duplicate_units")
    titles.nth(repeated).click()
    finding = expected.findings[repeated]
    shown.page.wait_for_selector(".units .lit")
    lit = shown.page.eval_on_selector_all(".units .lit", "(all) => all.map((each) => each.dataset.unit)")
    assert lit == [f"{finding.layer},{unit}" for unit in finding.units]
    assert finding.advice in shown.page.inner_text(".findings details[open]")
    assert finding.evidence.split(".")[0] in shown.page.inner_text(".verdict")  # it is the main cause
    shown.page.click("text=As multilayer diagnose prints it")
    assert shown.page.inner_text("pre").split() == repr(expected).split()


def test_healthy_training_has_no_error(show):
    shown = played(show, "xor")
    assert shown.page.inner_text(".verdict").startswith("No trouble found.")
    assert shown.page.locator(".findings .error").count() == 0


def test_a_network_is_diagnosed_as_it_is(show):
    shown = opened(show, "stuck")
    shown.page.click("text=Diagnose the network as it is")
    shown.page.wait_for_selector(".verdict")
    state = PRESETS["stuck"].make()
    expected = diagnose(state.network, state.rows.X, state.rows.y)
    assert shown.page.inner_text(".verdict").split()[:8] == expected.verdict.split()[:8]


def test_trying_remedies_stops_when_asked(show):
    state = PRESETS["stuck"].make()
    shown = opened(show, state)
    shown.page.click("button:has-text('Try remedies')")
    shown.page.click("button:has-text('Stop trying')")
    shown.page.wait_for_selector("button:has-text('Try remedies')")
    assert not shown.session.runner.playing


def test_play_takes_the_place_of_what_else_runs(show):
    shown = opened(show, replace(PRESETS["xor"].make(), recipe=Recipe(epochs=100_000)))
    shown.page.click("button:has-text('Train them all')")
    shown.page.wait_for_selector("button:has-text('Stop training')")
    shown.page.select_option(".controls select", "200")  # which starts nothing
    assert shown.page.inner_text(".play") == "Play"
    shown.page.click(".play")
    shown.page.wait_for_function("() => document.querySelector('.play').textContent === 'Pause'")
    shown.wait_for(lambda: not shown.session.runner.task and shown.session.runner.course.progress.epoch > 0)
    shown.page.wait_for_selector("button:has-text('Train them all')")


@pytest.mark.slow
def test_the_top_remedy_is_applied_and_learns(show):
    shown = played(show, "stuck")
    shown.page.click("button:has-text('Try remedies')")
    shown.page.wait_for_selector("table.fixes", timeout=120000)
    best = shown.page.inner_text("table.fixes tbody tr:first-child").split("\n")[0]
    shown.page.click("table.fixes tbody tr:first-child button")
    shown.page.wait_for_function(
        "() => Number(document.querySelector('[data-cell=accuracy]')?.textContent) >= 0.99", timeout=60000
    )
    assert best == "L-BFGS, in place of Adam"
    assert shown.session.state.recipe.optimizer == "lbfgs"


def test_widths_side_by_side_are_their_runs_alone(show):
    shown = opened(show, "xor")
    shown.page.fill("[name=values]", "1, 2, 5")
    shown.page.click("button:has-text('Train them all')")
    expected, state = {}, PRESETS["xor"].make()
    for number, value in enumerate(("1", "2", "5"), 1):
        start = with_value(state, "width", value)
        config = start.recipe.config(start.network, start.rows.y)
        history = fit(start.network, start.rows.X, start.rows.y, config=config, rng=start.recipe.seed).history
        expected[f"loss[{number}]"] = f"{history.loss[-1]:.6g}"
        expected[f"accuracy[{number}]"] = f"{history.metrics['accuracy'][-1]:.6g}"
    shown.page.wait_for_function("() => document.querySelectorAll('.sides figure').length === 3")
    shown.wait_for_cells(expected)
    pictures = shown.page.eval_on_selector_all(
        ".sides canvas", "(all) => all.map((each) => each.toDataURL())"
    )
    assert len(pictures) == 3
    shown.page.click("[aria-label='Take the start with 5']")
    shown.wait_for(lambda: shown.session.state.network.widths == (2, 5, 1))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("preset", ["stuck", "xor", "seed"])
def test_axe_finds_nothing(show, preset, scheme):
    if preset == "seed":
        shown = show(preset, color_scheme=scheme).view("learn")
        shown.page.wait_for_selector(".refused")
    else:
        shown = played(show, preset, color_scheme=scheme)
        shown.page.evaluate(
            "() => document.querySelectorAll('details').forEach((each) => (each.open = true))"
        )
    shown.settled().assert_accessible()


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_scrolls_the_page_sideways(show, width):
    shown = played(show, "stuck", viewport={"width": width, "height": 800})
    shown.page.evaluate("() => document.querySelectorAll('details').forEach((each) => (each.open = true))")
    shown.settled().assert_fits()
    small = shown.page.evaluate(
        """() => [...document.querySelectorAll("main :is(button, input, select, summary)")]
            .filter((each) => each.getClientRects().length && each.getBoundingClientRect().height < 24)
            .map((each) => each.outerHTML)"""
    )
    assert small == []


def test_by_keyboard_alone(show):
    shown = opened(show, "xor")
    shown.page.focus("[name=epochs]")
    shown.page.keyboard.press("Control+A")
    shown.page.keyboard.type("12")
    shown.page.keyboard.press("Tab")
    wait_for_epoch(shown, "0 / 12")
    shown.page.focus(".play")
    shown.page.keyboard.press("Enter")
    wait_for_epoch(shown, "12 / 12")
    for _ in range(3):
        shown.page.keyboard.press("Tab")
    assert shown.page.evaluate("() => document.activeElement.textContent") == "Rewind"
    shown.page.keyboard.press("Enter")
    wait_for_epoch(shown, "0 / 12")


def test_with_reduced_motion_the_picture_follows_at_the_end(show):
    shown = opened(show, "xor", reduced_motion="reduce").settled()
    shown.page.evaluate(
        """() => { window.frames = new Set(); const look = () => {
            window.frames.add(document.querySelector("canvas.plane").toDataURL());
            requestAnimationFrame(look); }; look(); }"""
    )
    shown.page.select_option(".controls select", "200")
    shown.page.click(".play")
    wait_for_epoch(shown, "300 / 300")
    shown.settled()
    assert shown.page.evaluate("window.frames.size") <= 3


def test_the_live_region_speaks_at_most_every_two_seconds(show):
    shown = opened(show, "stuck")
    shown.page.evaluate(
        """() => { window.times = [];
            const noted = new MutationObserver(() => window.times.push(performance.now()));
            const what = {childList: true, characterData: true, subtree: true};
            noted.observe(document.querySelector("[role=status]"), what); }"""
    )
    shown.page.click(".play")
    shown.page.wait_for_selector(".verdict")
    shown.page.wait_for_function(
        "() => document.querySelector('[role=status]').textContent.includes('The signal has collapsed')"
    )
    shown.page.wait_for_timeout(2500)
    times = shown.page.evaluate("window.times")
    assert times
    assert all(later - earlier > 1900 for earlier, later in pairwise(times))

"""Each lesson walked in a browser, by its own solutions, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from multilayer._base.language import in_language, languages
from multilayer.training import train
from multilayer.web.lessons import lessons
from multilayer.web.lessons.checks import Choice, Reach

pytestmark = pytest.mark.browser


def solve(shown, step):
    """Answer the question of a step as a learner would: click, type, or change the network."""
    page, check = shown.page, step.check
    if isinstance(check, Choice):
        page.locator(".lesson form button").nth(check.right - 1).click()
        return
    if isinstance(check, Reach):
        for cell, text in check.do:
            reach(shown, cell, text)
    else:
        page.fill(".lesson form input", check.solution(shown.session.state))
    page.click(".lesson form button.main")


def reach(shown, cell, text):
    if cell == "train":
        with shown.session.lock:
            state = shown.session.state
            config = state.recipe.config(state.network, state.rows.y)
            done = train(
                state.network, state.rows.X, state.rows.y, config=config, rng=state.recipe.seed
            ).run()
            shown.session.change(replace(state, network=done.network))
        return
    box = shown.page.locator(f'input[data-cell="{cell}"]').first
    box.fill(text)
    box.press("Enter")  # and on, as one who types does: what is still on its way counts


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("number", range(len(lessons())))
def test_a_lesson_is_walked(show, number, code):
    lesson = lessons()[number]
    shown = show(locale=code).view("lessons")
    page = shown.page
    page.locator(".lessons button").nth(number).click()
    for place, step in enumerate(lesson.steps):
        with in_language(code):
            text, title = str(step.text).replace("`", ""), str(lesson.title)
        page.wait_for_function(
            "text => document.querySelector('.lesson > p')?.textContent === text", arg=text
        )
        assert title in page.inner_text(".lesson header")
        if step.view:
            page.wait_for_selector(f'nav a[href="#view={step.view}"][aria-current]')
        page.wait_for_selector("main h1")
        if step.check:
            solve(shown, step)
            page.wait_for_selector(".lesson .judged.right")
        if place + 1 < len(lesson.steps):
            page.locator(".lesson > .controls button").last.click()
    page.locator(".lesson > .controls button").last.click()
    page.wait_for_selector(".lessons")
    assert page.locator(".lesson").count() == 0


def test_what_is_asked_for_is_covered_until_it_is_answered(show):
    shown = show().view("lessons")
    page = shown.page
    page.locator(".lessons button").nth(3).click()
    page.wait_for_selector(".lesson form input")
    cell = '.matrix [data-cell="a(1)[1,1]"]'
    colour = f"() => getComputedStyle(document.querySelector('{cell}')).color"
    page.wait_for_selector(cell)
    assert page.evaluate(colour) == "rgba(0, 0, 0, 0)"
    page.fill(".lesson form input", "0.7")
    page.click(".lesson form button.main")
    page.wait_for_selector(".lesson .judged:not(.right):has-text('Not yet')")
    assert page.evaluate(colour) == "rgba(0, 0, 0, 0)"
    page.fill(".lesson form input", "0,10")
    page.click(".lesson form button.main")
    page.wait_for_selector(".lesson .judged.right")
    assert page.evaluate(colour) != "rgba(0, 0, 0, 0)"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_they_are_accessible_and_fit(show, scheme, width):
    shown = show(color_scheme=scheme, viewport={"width": width, "height": 900}).view("lessons")
    shown.page.wait_for_selector(".lessons button")
    shown.assert_accessible()
    shown.assert_fits()
    shown.page.locator(".lessons button").first.click()
    shown.page.wait_for_selector(".lesson")
    shown.assert_accessible()
    shown.assert_fits()

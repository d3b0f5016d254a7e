"""The page by keyboard alone: from a view to the tabs and into another view; no press loses the focus."""

from __future__ import annotations

import pytest

from tests.web.test_learn_page import opened

pytestmark = pytest.mark.browser

_FOCUS = """() => { const { localName, dataset, ariaLabel, textContent } = document.activeElement;
    return [localName, dataset.cell ?? ariaLabel ?? textContent]; }"""


def focus_of(page):
    return page.evaluate(_FOCUS)


def test_escape_leads_to_the_tabs_and_enter_into_a_view(show):
    page = show("seed").page
    page.locator('input[data-cell="W(1)[1,1]"]').focus()
    page.keyboard.type("3")
    page.keyboard.press("Escape")
    assert focus_of(page) == ["input", "W(1)[1,1]"]
    page.keyboard.press("Escape")
    assert focus_of(page) == ["a", "See"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Check my numbers')")
    assert focus_of(page)[0] == "main"
    page.wait_for_selector("textarea")
    page.keyboard.press("Escape")
    assert focus_of(page) == ["a", "Check"]


def test_escape_closes_a_chain_and_stays_at_its_sum(show):
    page = show("seed").page
    page.locator('button:has([data-cell="a(1)[1,2]"])').press("Enter")
    page.wait_for_function("() => document.activeElement.localName === 'h3'")
    page.keyboard.press("Escape")
    page.wait_for_selector(".chain", state="detached")
    assert focus_of(page) == ["button", "a₂(1) = 0.6, row 1: how it comes about"]


def test_a_lesson_takes_the_focus_and_gives_it_back(show):
    page = show("seed").view("lessons").page
    page.locator(".lessons button").nth(0).press("Enter")
    page.wait_for_function("() => document.activeElement.matches('aside.lesson')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # leave it
    page.wait_for_selector("ol.lessons")
    assert focus_of(page)[0] == "main"


def test_a_diagnosis_that_was_asked_for_has_the_focus(show):
    page = opened(show, "xor").page
    page.locator("text=Diagnose the network as it is").press("Enter")
    page.wait_for_function("() => document.activeElement.matches('p.verdict')")


def test_a_part_of_large_weights_is_said_to_be_one(show):
    assert opened(show, "xor").page.locator("text=Of large layers a part is shown").count() == 0
    opened(show, "stuck").page.wait_for_selector("text=Of large layers a part is shown")


def test_what_is_compared_is_another_activation(show):
    page = show("xor").view("activations").page
    for _ in range(3):
        page.click("text=Compare with another one")
    names = page.eval_on_selector_all(".choice select", "all => all.map((each) => each.value)")
    assert sorted(names) == ["gelu", "relu", "sigmoid", "tanh"]

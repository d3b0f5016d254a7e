"""Answers that arrive late, or in another order: what is typed is never lost, and what is shown is the latest."""

from __future__ import annotations

import pytest

from tests.web.test_see_edit import expected, field

pytestmark = pytest.mark.browser


def weights(shown):
    layer = shown.session.state.network.layers[0]
    return layer.W[0, 0], layer.b[0]


def test_an_answer_does_not_take_the_focus_from_where_one_types(show):
    shown = show("seed")
    keyboard = shown.page.keyboard
    with shown.held("edit") as held:
        field(shown, "W(1)[1,1]").fill("5")
        keyboard.press("Enter")
        field(shown, "b(1)[1]").focus()
        keyboard.type("7")
        shown.wait_for(lambda: held)
    shown.wait_for_cells({"W(1)[1,1]": "5"})
    keyboard.type("1")
    keyboard.press("Enter")
    shown.wait_for(lambda: weights(shown) == (5, 71))
    shown.wait_for_cells(expected(shown))


def test_what_is_typed_on_in_the_same_cell_stays(show):
    shown = show("seed")
    keyboard = shown.page.keyboard
    with shown.held("edit") as held:
        field(shown, "W(1)[1,1]").fill("5")
        keyboard.press("Enter")
        keyboard.press("End")
        keyboard.type("2")
        shown.wait_for(lambda: held)
    shown.wait_for(lambda: weights(shown)[0] == 5)
    shown.wait_for_cells({"a(1)[1,1]": expected(shown)["a(1)[1,1]"]})
    assert field(shown, "W(1)[1,1]").input_value() == "52"
    keyboard.type("3")
    keyboard.press("Enter")
    shown.wait_for(lambda: weights(shown)[0] == 523)


def test_the_old_number_can_be_typed_again_before_the_answer(show):
    shown = show("seed")
    cell = field(shown, "W(1)[1,1]")
    with shown.held("edit"):
        cell.fill("5")
        cell.press("Enter")
        cell.fill("0.5")
        cell.press("Enter")
    shown.wait_for(lambda: shown.session.revision == 2)
    assert weights(shown)[0] == 0.5
    shown.wait_for_cells(expected(shown))


def test_a_late_refusal_does_not_bar_what_was_typed_after_it(show):
    shown = show("seed")
    cell = field(shown, "W(1)[1,1]")
    with shown.page.expect_response("**/api/edit"), shown.held("edit") as held:
        cell.fill("abc")
        cell.press("Enter")
        shown.wait_for(lambda: held)
        cell.fill("7")
    cell.press("Enter")
    shown.wait_for(lambda: weights(shown)[0] == 7)
    assert shown.page.locator(".why").count() == 0


FIELDS = [
    ("see", ".rows input", "3"),
    ("back", "label:has-text('Row') input", "3"),
    ("back", ".update label:has-text('Learning rate') input", "0.7"),
    ("learn", "[name=epochs]", "77"),
    ("activations", "label:has-text('Seed') input", "5"),
]


def with_digits(shown, count: int) -> None:
    """Show other digits, as if chosen without leaving the field that has the focus."""
    shown.page.evaluate(
        """(count) => import("/static/state.js").then(({digits}) => { digits.value = count; })""", count
    )


@pytest.mark.parametrize(("view", "where", "typed"), FIELDS)
def test_what_is_typed_into_a_field_stays_while_the_view_is_drawn_anew(show, view, where, typed):
    shown = show("xor").view(view)
    field = shown.page.locator(where).first
    field.fill(typed)
    shown.page.evaluate("() => import('/static/i18n.js').then(({speak}) => speak('ko'))")
    shown.page.wait_for_selector("html[lang=ko]")
    shown.page.evaluate("() => import('/static/i18n.js').then(({speak}) => speak('en'))")
    with shown.page.expect_response("**/api/*"):
        with_digits(shown, 3)
    shown.page.evaluate("() => new Promise(requestAnimationFrame)")
    assert field.input_value() == typed
    field.press("Enter")
    shown.page.wait_for_selector(f"{where}:not([data-draft])")
    assert field.input_value() == typed


def test_an_answer_that_is_overtaken_is_not_shown(show):
    shown = show("seed").view("keep")
    code = shown.page.locator(".code pre")
    with (
        shown.page.expect_response(lambda answer: "from multilayer" in answer.text()),
        shown.held("code", 1) as held,
    ):
        shown.page.select_option(".code select", "multilayer")
        shown.page.select_option(".code select", "unrolled")
        shown.wait_for(lambda: held and "z1_1 = " in code.inner_text())
    shown.page.evaluate("() => new Promise(requestAnimationFrame)")
    assert "z1_1 = " in code.inner_text()


def test_a_lesson_judges_what_was_typed_before(show):
    """The edit is still on its way when the learner presses Check."""
    shown = show().view("lessons")
    shown.page.locator(".lessons button").nth(5).click()
    with shown.held("edit") as held:
        field(shown, "b(1)[1]").fill("-3")
        shown.page.click(".lesson form button.main")
        shown.wait_for(lambda: held)
    shown.page.wait_for_selector(".lesson .judged:has-text('Right.')")

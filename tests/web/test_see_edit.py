"""Editing on the page: what is typed into a cell, the keys, refusals beside the cell, undo, and what can be added."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer.web.edits import SetNumber
from multilayer.web.sheet import Look, sheet_of
from multilayer.web.views import see
from tests.web.page import texts_of

pytestmark = pytest.mark.browser


def expected(shown, digits: int | None = 6) -> dict[str, str]:
    blocks = sheet_of(shown.session.state, Look(digits=digits)).blocks
    return {name: text for each in blocks for name, text in texts_of(each).items()}


def field(shown, cell: str):
    return shown.page.locator(f'input[data-cell="{cell}"]')


def wait_for_revision(shown, revision: int) -> None:
    shown.page.wait_for_function(
        "(wanted) => document.querySelector('[data-revision]').dataset.revision >= wanted", arg=revision
    )
    assert shown.session.revision == revision


@pytest.mark.parametrize(
    ("cell", "typed", "number"),
    [
        ("W(1)[1,2]", "1/3", 1 / 3),
        ("b(2)[3]", "0,25", 0.25),
        ("x[4,1]", "-2e-3", -0.002),
        ("W(2)[4,3]", "\u22120.5", -0.5),
    ],
)
@pytest.mark.parametrize("key", ["Tab", "Enter"])
def test_all_follows_what_is_typed(show, cell, typed, number, key):
    shown = show("seed")
    field(shown, cell).fill(typed)
    shown.page.keyboard.press(key)
    wait_for_revision(shown, 1)
    now = expected(shown)
    assert now[cell] == f"{number:.6g}"
    shown.wait_for_cells(now)
    shown.page.select_option("label:has-text('Digits') select", "all")
    shown.wait_for_cells(expected(shown, None))


def test_escape_restores_and_blur_keeps(show):
    shown = show("seed")
    cell = field(shown, "W(1)[1,1]")
    cell.fill("9")
    shown.page.keyboard.press("Escape")
    assert cell.input_value() == "0.5"
    cell.fill("7")
    shown.page.locator("h1").click()
    wait_for_revision(shown, 1)
    assert shown.session.state.network.layers[0].W[0, 0] == 7.0
    cell.fill("7.0")
    shown.page.locator("h1").click()
    shown.wait_for_cells({"W(1)[1,1]": "7"})


@pytest.mark.parametrize("typed", ["nan", "1e999", "abc"])
def test_a_refusal_stands_by_the_cell_and_names_it(show, typed):
    shown = show("seed")
    before = expected(shown)
    cell = field(shown, "W(1)[2,3]")
    cell.fill(typed)
    shown.page.keyboard.press("Tab")
    why = shown.page.locator("td:has([data-cell='W(1)[2,3]']) [role=alert]")
    why.wait_for()
    assert (
        why.inner_text() == f"w₂₃(1): expected one finite number, such as 0.25, 1/3 or -2e-3; got '{typed}'"
    )
    assert cell.get_attribute("aria-invalid") == "true"
    assert cell.get_attribute("aria-describedby") == why.get_attribute("id")
    assert shown.session.revision == 0
    assert {**shown.cells(), "W(1)[2,3]": before["W(1)[2,3]"]} == before
    cell.press("Escape")
    shown.wait_for_cells(before)
    assert why.count() == 0


def test_arrows_go_from_cell_to_cell(show):
    shown = show("seed")
    page = shown.page
    field(shown, "W(1)[1,1]").focus()
    for key, cell in [
        ("ArrowRight", "W(1)[1,2]"),
        ("ArrowDown", "W(1)[2,2]"),
        ("ArrowLeft", "W(1)[2,1]"),
        ("ArrowUp", "W(1)[1,1]"),
        ("ArrowUp", "W(1)[1,1]"),
    ]:
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.cell") == cell
    page.keyboard.type("12")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("0")
    page.keyboard.press("ArrowDown")
    wait_for_revision(shown, 1)
    shown.wait_for_cells({"W(1)[1,1]": "102"})


def test_tab_stops_once_in_a_table_and_goes_on_within_it_while_one_types(show):
    shown = show("seed")
    page = shown.page
    focused = "document.activeElement.closest('td')?.querySelector('[data-cell]').dataset.cell"

    def stops():
        """Return the cells at which Tab stops on its way through the view."""
        page.locator("main").focus()
        found = []
        for _ in range(40):
            page.keyboard.press("Tab")
            found.append(page.evaluate(focused))
        return [cell for cell in dict.fromkeys(found) if cell]

    once = ["x[1,1]", "W(1)[1,1]", "b(1)[1]", "a(1)[1,1]", "W(2)[1,1]", "b(2)[1]", "a(2)[1,1]"]
    assert stops() == once
    page.fill(".rows input", "3")
    page.keyboard.press("Enter")
    page.wait_for_selector("tr.chosen:nth-child(3)")
    assert stops() == ["x[3,1]", *once[1:3], "a(1)[3,1]", *once[4:6], "a(2)[3,1]"]
    field(shown, "W(1)[1,4]").focus()
    for key, cell in (("Tab", "W(1)[2,1]"), ("Shift+Tab", "W(1)[1,4]")):
        page.keyboard.type("2")
        page.keyboard.press(key)
        assert page.evaluate(focused) == cell
    wait_for_revision(shown, 2)
    assert shown.session.state.network.layers[0].W[:, [0, 3]].tolist() == [[0.5, 2.0], [2.0, 0.8]]
    field(shown, "W(1)[2,4]").focus()
    page.keyboard.type("3")
    page.keyboard.press("Tab")  # the last cell leads on
    wait_for_revision(shown, 3)
    assert shown.session.state.network.layers[0].W[1, 3] == 3.0


def test_a_hundred_edits_are_undone_and_done_again_by_keys(show):
    shown = show("seed")
    page, session = shown.page, shown.session
    rng = np.random.default_rng(0)
    names = [name for name in expected(shown) if name[0] in "xWb"]
    seen = [expected(shown)]
    for count in range(1, 101):
        cell, text = str(rng.choice(names)), f"{rng.normal():.3f}"
        if count <= 95:
            see.edit(session, see.EditRequest([SetNumber(cell, text)]))
        else:
            field(shown, cell).fill(text)
            page.keyboard.press("Enter")
            wait_for_revision(shown, count)
        seen.append(expected(shown))
    page.locator("h1").click()
    for keys, revision, last in (("Control+z", 200, seen[0]), ("Control+Shift+z", 300, seen[-1])):
        for _ in range(100):
            page.keyboard.press(keys)
        wait_for_revision(shown, revision)
        shown.wait_for_cells(last)
    page.keyboard.press("Control+z")
    shown.wait_for_cells(seen[-2])
    page.keyboard.press("Control+y")
    shown.wait_for_cells(seen[-1])
    page.get_by_role("button", name="Undo").click()
    shown.wait_for_cells(seen[-2])
    page.get_by_role("button", name="Redo").click()
    shown.wait_for_cells(seen[-1])


def test_keys_undo_the_typing_in_a_cell_first(show):
    shown = show("seed")
    cell = field(shown, "W(1)[1,1]")
    cell.fill("3")
    shown.page.keyboard.press("Enter")
    wait_for_revision(shown, 1)
    cell.press("4")
    shown.page.keyboard.press("Control+z")
    assert shown.session.revision == 1
    shown.page.keyboard.press("Escape")
    shown.page.keyboard.press("Control+z")
    shown.wait_for_cells({"W(1)[1,1]": "0.5"})


def test_enter_that_ends_a_composition_commits_nothing(show):
    shown = show("seed")
    cell = field(shown, "W(1)[1,1]")
    cell.fill("3")
    cell.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    cell.dispatch_event("keydown", {"key": "Escape", "isComposing": True})
    assert cell.input_value() == "3"
    assert shown.session.revision == 0


def test_activations_units_and_layers(show):
    shown = show("seed")
    page = shown.page
    first = page.get_by_role("region", name="Layer 1")
    first.get_by_label("Activation").select_option("leaky_relu")
    wait_for_revision(shown, 1)
    shown.wait_for_cells(expected(shown))
    first.get_by_label("slope").fill("1/4")
    page.keyboard.press("Tab")
    wait_for_revision(shown, 2)
    assert shown.session.state.network.layers[0].activation.slope == 0.25
    first.get_by_label("slope").fill("nan")
    page.keyboard.press("Tab")
    first.get_by_role("alert").wait_for()
    page.keyboard.press("Escape")
    clicks = [
        ("Add a unit to layer 1", (2, 5, 3)),
        ("Add an input", (3, 5, 3)),
        ("Add a layer after the inputs", (3, 3, 5, 3)),
        ("Remove the last unit of layer 2", (3, 3, 4, 3)),
        ("Remove this layer", (3, 4, 3)),
        ("Remove the last input", (2, 4, 3)),
    ]
    for revision, (name, widths) in enumerate(clicks, 3):
        page.get_by_role("button", name=name).first.click()
        wait_for_revision(shown, revision)
        assert shown.session.state.network.widths == widths
        shown.wait_for_cells(expected(shown))
        assert shown.cells().keys() >= expected(shown).keys()


def test_targets_are_edited(show):
    shown = show("xor")
    field(shown, "target[2]").fill("0")
    shown.page.keyboard.press("Enter")
    wait_for_revision(shown, 1)
    assert shown.session.state.rows.y.tolist() == [0, 0, 1, 0]


PASTE = """(field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    field.focus();
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_a_block_of_a_spreadsheet_is_pasted_as_one_change(show):
    shown = show("seed")
    field(shown, "W(1)[1,3]").evaluate(PASTE, "1/2\t-0,25\t99\r\n3\t4\t99\r\n")
    wait_for_revision(shown, 1)
    assert shown.session.state.network.layers[0].W[:, 2:].tolist() == [[0.5, -0.25], [3.0, 4.0]]
    shown.wait_for_cells(expected(shown))
    field(shown, "W(1)[1,3]").evaluate(PASTE, "1\tabc")
    shown.page.get_by_text("w₁₄(1): expected one finite number").wait_for()
    assert shown.session.revision == 1

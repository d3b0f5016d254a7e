"""The view "Way back": step by step, each cell that of the gradients, by mouse and by keyboard."""

from __future__ import annotations

import re

import pytest

from multilayer import gradients
from multilayer.web.aim import AimRequest, aim_of
from tests.web.test_back import named

pytestmark = pytest.mark.browser


def expected(state, request):
    """The texts of all gradients by the names of their cells."""
    aim, found = aim_of(state, request), {}
    for n, each in enumerate(gradients(aim.network, aim.X, aim.y, aim.loss), 1):
        found |= named(f"dW({n})", each.dW) | named(f"db({n})", each.db)
        found |= named(f"da({n})", each.da, request.first)
        found |= named(f"dz({n - 1})" if n > 1 else "dx", each.dx, request.first)
    return {cell: f"{float(text):.6g}" for cell, text in found.items()}


@pytest.mark.parametrize("preset", ["seed", "xor", "book"])
def test_all_steps_show_the_gradients(show, preset):
    shown = show(preset).view("back")
    shown.page.click('.walk button:has-text("All")')
    shown.wait_for_cells(expected(shown.session.state, AimRequest()))
    rows = len(shown.session.state.rows.X)
    if rows > 1:
        shown.page.select_option('label:has-text("Rows") select', "mean")
        shown.wait_for_cells(expected(shown.session.state, AimRequest(0, rows)))


def test_step_by_step_by_keyboard(show):
    shown = show("seed").view("back")
    page = shown.page
    page.select_option('label:has-text("Loss") select', "squared")
    page.wait_for_selector("text=Step 1 of 10")
    page.focus('.walk button:has-text("Next")')
    headings = []
    for number in range(2, 11):
        page.keyboard.press("Enter")
        page.wait_for_selector(f"text=Step {number} of 10")
        headings.append(page.inner_text(f"#step-{number}").split(maxsplit=1)[1])
    assert headings == [
        "dz(2)", "h'(a(2))", "da(2)", "dW(2) and db(2)", "dz(1)", "h'(a(1))", "da(1)", "dW(1) and db(1)", "dx",
    ]  # fmt: skip
    page.focus('.walk button:has-text("Back")')
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Step 9 of 10")
    assert "dx[1,1]" not in shown.cells()


def test_a_weight_shows_its_paths_and_a_numerical_check(show):
    shown = show("seed").view("back")
    page = shown.page
    page.fill('label:has-text("Row") input[type=number]', "2")
    page.keyboard.press("Tab")
    page.click('.walk button:has-text("All")')
    page.click('button:has([data-cell="dW(1)[1,2]"])')
    page.wait_for_selector('.weight [data-cell="path[3]"]')
    dW = gradients(*_arguments(aim_of(shown.session.state, AimRequest(1))))[0].dW[0, 1]
    cells = shown.cells()
    assert [cells["path sum"], cells["numerical"]] == [f"{dW:.6g}"] * 2
    assert sum(float(cells[f"path[{k}]"]) for k in (1, 2, 3)) == pytest.approx(dW, rel=1e-5)
    assert re.search(r"agree to \d+ digits|same number", page.inner_text(".weight"))
    page.keyboard.press("Escape")
    page.wait_for_selector(".weight", state="detached")


def _arguments(aim):
    return aim.network, aim.X, aim.y, aim.loss


def test_targets_are_proposed_and_typed(show):
    shown = show("seed").view("back")
    page = shown.page
    page.wait_for_selector("text=proposed; type your own")
    page.fill('[data-cell="targets of row 1"]', "1 0 0,5")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=proposed; type your own", state="detached")
    assert shown.session.state.rows.y[0].tolist() == [1, 0, 0.5]
    page.fill('[data-cell="targets of row 1"]', "1 0")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=row 1 has 2 targets; expected 3")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(show, scheme):
    shown = show("seed", color_scheme=scheme, viewport={"width": 320, "height": 800}).view("back")
    shown.page.click('.walk button:has-text("All")')
    shown.page.click('button:has([data-cell="dW(1)[1,2]"])')
    shown.page.wait_for_selector('.weight [data-cell="numerical"]')
    shown.assert_accessible()
    shown.assert_fits()

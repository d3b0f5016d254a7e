"""Gates and planes in a browser."""

from __future__ import annotations

import pytest

from multilayer import separability

pytestmark = pytest.mark.browser


def test_a_gate_is_broken_by_its_bias_and_the_page_shows_where(show):
    shown = show("gates").view("planes")
    shown.wait_for_cells({f"right[{row}]": "yes" for row in (1, 2, 3, 4)})
    box = shown.page.locator('input[data-cell="b(1)[1]"]')
    box.fill("-3")
    box.press("Tab")
    shown.wait_for_cells({f"right[{row}]": word for row, word in enumerate(("yes", "no", "no", "yes"), 1)})
    assert shown.page.locator(".planes section:first-of-type .wrong").count() == 2
    shown.page.click("text=Undo")
    shown.wait_for_cells({f"right[{row}]": "yes" for row in (1, 2, 3, 4)})


def test_separable_is_said(show):
    shown = show("gates").view("planes")
    rows = shown.session.state.rows
    shown.page.wait_for_selector('[data-separable="x"]')
    assert shown.page.inner_text('[data-separable="x"]') == str(separability(rows.X, rows.y))
    shown.page.click("text=AND")
    shown.page.wait_for_selector('[data-separable="x"]:has-text("Linearly separable")')


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "preset"), [(1280, "gates"), (320, "xor")])
def test_it_is_accessible_and_fits(show, scheme, width, preset):
    shown = show(preset, color_scheme=scheme, viewport={"width": width, "height": 900}).view("planes")
    shown.page.wait_for_selector("[data-separable]")
    shown.assert_accessible()
    shown.assert_fits()

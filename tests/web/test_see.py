"""The sheet on the page: every number by its name, what is lit together, the letters, the chain, large networks."""

from __future__ import annotations

import numpy as np
import pytest

from multilayer import backend
from multilayer.network.initialized import initialize
from multilayer.web.presets import PRESETS
from multilayer.web.session import Rows, State
from multilayer.web.sheet import Look, sheet_of
from multilayer.web.views import see
from tests.web.page import texts_of

pytestmark = pytest.mark.browser


def texts(state: State, look: Look | None = None) -> dict[str, str]:
    """Return the texts of the sheet; test_sheet.py compares them with the trace."""
    blocks = sheet_of(state, look or Look()).blocks
    return {name: text for each in blocks for name, text in texts_of(each).items()}


def large(*widths: int, rows: int = 30) -> State:
    X = np.random.default_rng(0).uniform(-1.0, 1.0, (rows, widths[0]))
    return State(initialize(widths, "tanh", "softmax", rng=0), Rows(X, np.arange(rows) % widths[-1]))


def cell_place(name: str) -> list[int]:
    return [int(number) for number in name.split("[")[1].rstrip("]").split(",")]


def choose(page, row: int) -> None:
    field = page.locator('.rows input[type="number"]')
    field.fill(str(row))
    field.press("Enter")


@pytest.mark.parametrize("preset", list(PRESETS)[:3])
def test_every_cell_is_the_traces(show, preset):
    shown = show(preset)
    expected = texts(shown.session.state)
    for row in range(min(3, len(shown.session.state.rows.X))):
        choose(shown.page, row + 1)
        shown.wait_for_cells(expected)
        units = shown.page.locator(".unit text[data-cell]").evaluate_all(
            "(all) => all.map((each) => [each.dataset.cell, each.textContent])"
        )
        assert all(f"[{row + 1}," in name for name, _ in units)
        assert all(expected[name] == text for name, text in units)


def test_all_digits(show):
    shown = show("seed")
    shown.page.select_option("label:has-text('Digits') select", "all")
    state = shown.session.state
    expected = texts(state, Look(digits=None))
    assert expected["z(2)[1,1]"] == str(state.network(state.rows.X)[0, 0]) == "0.4538334228590013"
    shown.wait_for_cells(expected)


def test_the_largest_outputs_are_the_books(show):
    shown = show("seed")
    shown.wait_for_cells({f"class[{row}]": "y_2" for row in range(1, 6)})


LIT = """() => [...new Set([...document.querySelectorAll(".matrix td.lit, .unit.lit, .edge.lit")].map(
    (each) => each.dataset.lit ?? each.dataset.cell ?? each.querySelector("[data-cell]").dataset.cell))].sort()"""


@pytest.mark.parametrize("cell", ["W(1)[2,3]", "W(2)[4,1]"])
def test_a_weight_lights_what_goes_through_it_and_where_that_goes(show, cell):
    shown = show("seed")
    page = shown.page
    choose(page, 4)
    n, i, j = (int(cell[place]) for place in (2, 5, 7))
    source = "x" if n == 1 else f"z({n - 1})"
    expected = sorted([cell, f"{source}[4,{i}]", f"a({n})[4,{j}]", f"unit {n - 1},{i}", f"unit {n},{j}"])
    field = page.locator(f'input[data-cell="{cell}"]')
    field.focus()
    page.wait_for_function(
        f"(expected) => JSON.stringify(({LIT})()) === JSON.stringify(expected)", arg=expected
    )
    page.locator("h1").click()
    page.locator(f'input[data-cell="b({n})[1]"]').focus()
    field.hover()
    page.wait_for_function(
        f"(expected) => JSON.stringify(({LIT})()) === JSON.stringify(expected)", arg=expected
    )
    page.locator(f'input[data-cell="b({n})[1]"]').focus()
    page.locator(f'.edge[data-lit="{cell}"] .hit').dispatch_event("mouseover")
    page.wait_for_function(
        f"(expected) => JSON.stringify(({LIT})()) === JSON.stringify(expected)", arg=expected
    )


def test_letters_change_names_and_no_number(show):
    shown = show("seed")
    page = shown.page
    shown.wait_for_cells(texts(shown.session.state))
    before = shown.cells()

    def captions() -> list[str]:
        return page.locator(".layer .matrix caption").all_inner_texts()

    assert captions()[:4] == ["W(1) (2, 4)", "b(1) (4,)", "a(1) (5, 4)", "z(1) (5, 4)"]
    assert page.locator('input[data-cell="W(1)[2,3]"]').get_attribute("aria-label") == "w₂₃(1)"
    page.get_by_text("Letters of your book: a, z, wᵢⱼ, W (inputs, units)").click()
    page.select_option("label:has-text('Sum and output') select", "za")
    page.select_option("label:has-text('Weight from i to j') select", "ji")
    page.select_option("label:has-text('Shape of W') select", "oi")
    page.wait_for_function(
        "() => document.querySelector('.layer .matrix caption').textContent === 'W(1) (4, 2)'"
    )
    assert captions()[2:4] == ["z(1) (5, 4)", "a(1) (5, 4)"]
    assert page.locator('input[data-cell="W(1)[2,3]"]').get_attribute("aria-label") == "w₃₂(1)"
    assert page.locator(".equation p").all_inner_texts()[:2] == [
        "z(1) = x W(1)ᵀ + b(1)",
        "a(1) = sigmoid(z(1)), sigmoid(z) = 1 / (1 + exp(-z))",
    ]
    place = "(cell) => [cell.closest('tr').sectionRowIndex, cell.closest('td').cellIndex]"
    assert page.locator('input[data-cell="W(1)[2,3]"]').evaluate(place) == [2, 2]
    assert shown.cells() == before
    page.get_by_text("Letters of your book: z, a, wⱼᵢ, W (units, inputs)").wait_for()


@pytest.mark.parametrize("by", ["click", "Enter"])
def test_the_chain_of_a_unit(show, by):
    shown = show("seed")
    page, session = shown.page, shown.session
    button = page.locator('button:has([data-cell="a(2)[3,2]"])')
    button.click() if by == "click" else button.press("Enter")
    page.wait_for_selector(".chain")
    answer = see.chain(session, see.ChainRequest(2, 2, 2))
    sums = {f"sum(2)[3,2,{term.input}]": term.sum for term in answer.terms}
    shown.wait_for_cells({"sum(2)[3,2,0]": answer.bias, **sums})
    text = page.locator(".chain").inner_text()
    assert "How a₂(2) of row 3 comes about" in text
    assert f"z₂(2) = sigmoid(a₂(2)) = {answer.formula} = {answer.z}" in text.replace("\n", " ")
    if backend.info().backend == "native":
        assert "bit for bit" in text
        assert answer.last == answer.a
    else:
        assert "NumPy adds in an order of its own" in text
    page.fill('input[data-cell="W(1)[1,2]"]', "-3")
    page.keyboard.press("Tab")
    page.wait_for_function(
        "(old) => document.querySelector('[data-cell=\"sum(2)[3,2,4]\"]').textContent !== old",
        arg=answer.last,
    )
    shown.wait_for_cells({"sum(2)[3,2,4]": see.chain(session, see.ChainRequest(2, 2, 2)).last})
    page.locator(".chain h3").focus()
    page.keyboard.press("Escape")
    page.wait_for_function("() => !document.querySelector('.chain')")
    assert button.evaluate("(button) => button === document.activeElement")


def test_a_large_network_opens_as_windows_and_pictures(show):
    shown = show(large(784, 512, 10))
    page = shown.page
    page.wait_for_selector(".heat canvas")
    assert page.evaluate("document.querySelectorAll('*').length") < 5000
    shown.wait_for_cells(texts(shown.session.state))
    assert page.locator(".heat").count() == 2
    page.wait_for_function("() => document.querySelector('.heat canvas').toDataURL().length > 10000")
    assert page.locator(".heat canvas").first.evaluate("(canvas) => [canvas.width, canvas.height]") == [
        256,
        196,
    ]
    page.locator(".layer").first.get_by_role("button", name="Later: units").click()
    page.get_by_role("button", name="Later: inputs").click()
    page.get_by_role("button", name="Later: rows").click()
    shown.wait_for_cells(texts(shown.session.state, Look(row=10, units={0: 8, 1: 8})))
    assert page.locator(".edge").count() == 16
    page.locator(".map").first.click(position={"x": 160, "y": 80})
    page.wait_for_function("() => document.querySelector('.layer input').dataset.cell !== 'W(1)[9,9]'")
    i, j = cell_place(page.locator(".layer input").first.get_attribute("data-cell"))
    assert (i, j) == (pytest.approx(784 / 4, abs=8), pytest.approx(512 / 2, abs=8))
    shown.wait_for_cells(texts(shown.session.state, Look(row=10, units={0: i - 1, 1: j - 1})))


def test_a_deep_network_is_paged_by_layers(show):
    shown = show(large(*[16] * 12))
    page = shown.page
    page.wait_for_selector(".layer")
    count = page.locator(".layer").count()
    page.get_by_role("button", name="Later: layers").click()
    shown.wait_for_cells(texts(shown.session.state, Look(layer=count)))
    assert page.locator(".layer").first.locator("h2").inner_text().startswith(f"Layer {count + 1}")


def test_names_stay_text(show):
    hostile = "<img src=x onerror=alert(1)>"
    net = initialize(
        (2, 3), "relu", "softmax", classes=(hostile, "b", "c"), inputs=(hostile, "ß 너비"), rng=0
    )
    shown = show(State(net, Rows(np.zeros((2, 2)), np.array([hostile, "b"]), target=hostile)))
    shown.wait_for_cells({"target[1]": hostile, "class[1]": hostile})
    assert hostile in shown.page.locator(".inputs thead").inner_text()
    assert shown.page.locator("main img").count() == 0


SMALL = """(all) => all.map((each) => each.getBoundingClientRect())
    .filter(({ width, height }) => width < 24 || height < 24).length"""


@pytest.mark.parametrize(
    ("state", "scheme", "language"), [("seed", "light", "en"), (large(40, 30, 3), "dark", "ko")]
)
def test_everybody_can_use_it(show, state, scheme, language):
    shown = show(state, color_scheme=scheme, locale=language, viewport={"width": 320, "height": 800})
    page = shown.page
    page.locator("td button").nth(12).click()
    page.locator(".layer input.cell").first.fill("abc")
    page.keyboard.press("Enter")
    page.locator(".why").wait_for()
    page.locator(".chain h3").wait_for()
    shown.assert_accessible()
    shown.assert_fits()
    assert (
        page.locator("main").locator("button:visible, input:visible, select:visible").evaluate_all(SMALL) == 0
    )


def test_the_chain_has_the_focus_once_it_is_there_and_escape_gives_it_back(show):
    page_ = show("seed").page
    button = page_.locator('td button:has([data-cell="a(1)[1,2]"])')
    button.focus()
    page_.keyboard.press("Enter")
    page_.wait_for_function("() => document.activeElement.textContent.startsWith('How a')")
    page_.keyboard.press("Escape")
    page_.wait_for_selector(".chain", state="detached")
    assert button.evaluate("(element) => element === document.activeElement")


def test_the_first_stop_of_the_keyboard_skips_to_the_view(show):
    page_ = show("seed").page
    page_.wait_for_selector('[data-cell="z(2)[1,1]"]')
    page_.keyboard.press("Tab")
    page_.keyboard.press("Enter")
    assert page_.evaluate("[document.activeElement.id, location.hash]") == ["main", "#view=see"]

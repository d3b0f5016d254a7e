"""The view Open in a browser: each way in shows the seed network's y, and what is refused leaves the page as it was."""

from __future__ import annotations

import pickle

import pytest

from multilayer.io.networks import bytes_of
from multilayer.web.cells import block
from multilayer.web.presets import PRESETS
from tests.web.page import texts_of
from tests.web.test_given import PASTED

pytestmark = pytest.mark.browser

SEED = PRESETS["seed"].make()
TABLE = "<img src=x onerror=alert(1)>;길이;라벨\n0,5;1;ㄱ\n1,5;2;ㄴ\n0,25;3;ㄱ\n2;2;ㄴ\n"


@pytest.fixture
def opened(show):
    shown = show("xor").view("open")
    shown.page.wait_for_selector(".drop")
    return shown


def said(shown, text):
    shown.page.wait_for_function(
        "(text) => document.querySelector('[role=status]').textContent.includes(text)", arg=text
    )


def refused(shown, text):
    shown.page.wait_for_function(
        "(text) => document.querySelector('main > [role=alert]').textContent.includes(text)", arg=text
    )


def choose_file(shown, name, content):
    shown.page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "text/plain", "buffer": content}
    )


def drop_file(shown, name, content, times=1):
    shown.page.evaluate(
        """([name, text, times]) => {
            const files = new DataTransfer();
            files.items.add(new File([text.repeat(times)], name));
            const event = new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true});
            document.querySelector(".drop").dispatchEvent(event);
        }""",
        [name, content, times],
    )


def shows_the_seed(shown, text="MLP(2-4-3"):
    said(shown, text)
    shown.view("open").page.fill("textarea", "0 1\n1 1\n-1 0\n2 -1\n-1 1")
    shown.page.click("text=Open the text")
    shown.page.click("text=There is no target")
    shown.page.click("text=Open these rows")
    said(shown, "5 rows of 2 inputs are open")
    y = SEED.network.trace(SEED.rows.X)[-1].z
    shown.view("see").wait_for_cells(texts_of(block("z(2)", y)))


@pytest.mark.parametrize("name", ["net.json", "net.safetensors"])
def test_a_chosen_file_is_the_seed(opened, name):
    choose_file(opened, name, bytes_of(SEED.network, name))
    shows_the_seed(opened)


def test_a_dropped_file_is_the_seed(opened):
    drop_file(opened, "net.json", bytes_of(SEED.network, "net.json").decode())
    shows_the_seed(opened)


@pytest.mark.parametrize("text", [PASTED["repr"], PASTED["print"]], ids=["repr", "print"])
def test_pasted_text_is_the_seed(opened, text):
    opened.page.fill("textarea", text)
    opened.page.click("text=Open the text")
    shows_the_seed(opened)


def test_a_preset_is_one_click(opened):
    opened.page.click("text=The tutorial's network 2-4-3")
    shows_the_seed(opened, "The tutorial's network 2-4-3 is open.")


def test_a_table_is_asked_for_its_target(opened):
    drop_file(opened, "표.csv", TABLE)
    opened.page.wait_for_selector("h2:has-text('Which column is the target?')")
    assert opened.page.is_checked("th:has-text('라벨') input")
    assert "<img src=x onerror=alert(1)>" in opened.page.inner_text(".target")
    assert opened.page.query_selector("main img") is None
    opened.assert_accessible()
    opened.page.click("text=Open these rows")
    said(opened, "the target is 라벨")
    assert opened.session.state.network.classes == ("ㄱ", "ㄴ")
    opened.view("see").page.wait_for_selector("[data-cell='x[4,2]']")
    assert opened.page.query_selector("main img") is None


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("net.pkl", pickle.dumps([1]), "net.pkl: a .pkl file can hold a pickle"),
        ("t.csv", b"a,b\n1,2\n1,2,3\n", "t.csv, line 3: expected 2 cells, as in line 1, found 3"),
        ("<img src=x onerror=alert(1)>.json", b"[]", "<img src=x onerror=alert(1)>.json"),
    ],
)
def test_a_refusal_is_one_line_and_changes_nothing(opened, name, content, message):
    choose_file(opened, name, content)
    refused(opened, message)
    assert opened.session.revision == 0
    assert opened.page.query_selector("main img") is None


@pytest.mark.parametrize(("name", "called"), [("big.csv", "big.csv"), ("", "the text")])
def test_what_is_large_is_refused_before_it_is_read(opened, name, called):
    before = opened.session.state
    drop_file(opened, name, "1,2\n", 5_000_000)
    refused(opened, f"{called}: expected a file of at most 5 MB, found 20 MB")
    assert opened.session.state is before
    assert opened.session.revision == 0


def test_a_matrix_that_does_not_fit(opened):
    opened.page.fill("textarea", "W1 = [[1,2,3,4,5]]\nW2 = [[1,2,3],[1,2,3],[1,2,3],[1,2,3]]")
    opened.page.click("text=Open the text")
    refused(opened, "layer 2")
    assert opened.session.revision == 0


def test_points_are_clicked_and_typed(opened):
    plane = opened.page.locator(".plane svg")
    for x, y in ((0.3, 0.3), (0.4, 0.6)):
        box = plane.bounding_box()
        plane.click(position={"x": x * box["width"], "y": y * box["height"]})
    opened.page.check("input[name=class] >> nth=1")
    for x, y in (("0,5", "-0.25"), ("1", ".5")):
        opened.page.fill(".draw form input >> nth=0", x)
        opened.page.fill(".draw form input >> nth=1", y)
        opened.page.keyboard.press("Enter")
    opened.page.click("text=Open these points")
    said(opened, "4 rows of 2 inputs are open")
    rows = opened.session.state.rows
    assert rows.X[2:].tolist() == [[0.5, -0.25], [1.0, 0.5]]
    assert rows.y.tolist() == ["A", "A", "B", "B"]
    assert (rows.X[0] < [0, 1]).all()
    assert rows.X[0, 1] > rows.X[1, 1]


def test_rows_are_made_and_a_network(opened):
    opened.page.select_option("select:has(option[value=spirals])", "spirals")
    opened.page.click("text=Make these rows")
    said(opened, "200 rows")
    assert opened.session.state.rows.origin.name == "spirals"
    opened.page.fill("input[pattern]:not([inputmode])", "2-5-3")
    opened.page.click("text=Make this network")
    said(opened, "MLP(2-5-3, tanh sigmoid, float64) is open")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(show, scheme):
    shown = show("seed", color_scheme=scheme, viewport={"width": 320, "height": 800}).view("open")
    shown.page.wait_for_selector("text=Draw rows")
    shown.page.fill(".draw form input >> nth=0", "1")
    shown.page.fill(".draw form input >> nth=1", "1")
    shown.page.keyboard.press("Enter")
    shown.assert_fits()
    shown.assert_accessible()

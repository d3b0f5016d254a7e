"""Keep and share in a browser: links show the same cells elsewhere, files load bit for bit, code is copied."""

from __future__ import annotations

import base64
import pathlib
import zlib
from xml.etree import ElementTree

import msgspec
import pytest

import multilayer
from multilayer.web.answers import ENDPOINTS
from multilayer.web.presets import PRESETS
from tests.web.test_code import printed, shown

pytestmark = pytest.mark.browser

LINK = "main section input[readonly]"
BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}


def ask(session, name, **request):
    endpoint = BY_NAME[name]
    return endpoint.answer(session, endpoint.decode(msgspec.json.encode(request)))


def link_on(page_):
    page_.view("keep").page.wait_for_selector(LINK)
    return page_.page.input_value(LINK)


def hash_of(link):
    return link[link.index("#") :]


def use_other_letters(page_):
    page_.page.evaluate(
        """() => import("/static/state.js").then(({letters}) => {
            letters.value = {...letters.value, sums: "za"};
        })"""
    )


def opened_elsewhere(show, link):
    """Paste the part of a link behind # to the address of another studio."""
    other = show("book")
    other.page.evaluate("(hash) => { location.hash = hash; }", hash_of(link))
    other.page.wait_for_function("() => !location.hash.includes('v=')")
    return other


def problem(page_, text):
    page_.page.wait_for_function(
        "(text) => document.querySelector('main > [role=alert]').textContent.includes(text)", arg=text
    )


def test_an_edited_network_is_the_same_elsewhere(show):
    first = show("seed")
    ask(first.session, "edit", edits=[{"do": "number", "cell": "W(1)[2,3]", "text": "1/3"}])
    first.page.reload()
    first.page.wait_for_selector("main h1")
    link = link_on(first)
    assert "preset" not in link
    cells = first.view("see").page.wait_for_selector("[data-cell]") and first.cells()
    other = opened_elsewhere(show, link)
    other.view("see").wait_for_cells(cells)
    assert other.session.can_undo
    assert other.session.state.network == first.session.state.network


def test_a_preset_is_a_short_link_with_the_letters(show):
    first = show("seed")
    use_other_letters(first)
    link = link_on(first)
    assert hash_of(link) == "#v=1&view=see&letters=za-ij-io&preset=seed"
    other = opened_elsewhere(show, link)
    other.page.wait_for_selector("text=z(1)")
    assert other.session.state.network == PRESETS["seed"].make().network


def test_a_link_leads_to_the_way_back_as_it_was_looked_at(show):
    first = show("xor").view("back")
    first.page.select_option('label:has-text("Rows") select', "mean")
    first.page.fill('label:has-text("from") input', "2")
    first.page.keyboard.press("Tab")
    first.page.select_option('label:has-text("Loss") select', "mean_squared_error")
    first.page.click('.walk button:text-is("All")')
    first.page.select_option('label:has-text("Optimizer") select', "adam")
    first.page.fill('.update label:has-text("Learning rate") input', "0.25")
    first.page.keyboard.press("Tab")
    first.page.wait_for_selector("text=at the rate 0.25")
    cells = first.cells()
    link = link_on(first)
    assert "view=back" in link
    opened_elsewhere(show, link).wait_for_cells(cells)


def test_a_link_leads_to_a_check_as_it_was_set(show):
    first = show("seed").view("check")
    first.page.select_option('label:has-text("They are") select', "dW(2)")
    first.page.fill('label:has-text("Learning rate") input', "0.5")
    first.page.fill('label:has-text("Row") input', "3")
    other = opened_elsewhere(show, link_on(first)).page
    other.wait_for_selector('label:has-text("Learning rate")')
    assert other.input_value('label:has-text("They are") select') == "dW(2)"
    assert other.input_value('label:has-text("Learning rate") input') == "0.5"
    assert other.input_value('label:has-text("Row") input') == "3"
    assert other.input_value("textarea") == ""


@pytest.mark.parametrize(
    "look",
    [
        '[["row", -1], ["rows", {"first": 0, "count": 0}], ["steps", 1.5], ["loss", 7]]',
        '[["update", {"optimizer": "adam", "parameters": {"learning_rate": {"a": 1}}}], ["nothing", 1]]',
        '[["update", null], ["row", 2]]',
        "{}",
        "7",
        "no JSON",
    ],
)
def test_what_a_link_cannot_ask_for_is_left_as_it_was(show, look):
    page_ = show("xor")
    packed = base64.urlsafe_b64encode(zlib.compress(look.encode(), wbits=-15)).decode().rstrip("=")
    page_.page.evaluate("(hash) => { location.hash = hash; }", f"#v=1&view=back&preset=seed&look={packed}")
    page_.page.wait_for_selector("header:has-text('2-4-3')")
    page_.page.wait_for_selector('[data-cell="loss"]')
    assert page_.page.input_value('label:has-text("Row") input') == "1"
    assert page_.page.inner_text('[role="alert"]') == ""


def test_a_link_is_pasted_under_open(show):
    link = link_on(show("seed"))
    other = show("book").view("open")
    other.page.fill("textarea", f" {link}\n")
    other.page.click("text=Open the text")
    other.page.wait_for_selector("header:has-text('2-4-3')")
    assert other.session.state.network == PRESETS["seed"].make().network


@pytest.mark.parametrize("answer", ["accept", "dismiss"])
def test_a_link_asks_before_it_replaces_what_was_worked_on(show, answer):
    page_ = show("book")
    ask(page_.session, "edit", edits=[{"do": "number", "cell": "b(1)[1]", "text": "7"}])
    page_.page.reload()
    page_.page.wait_for_selector("header button:not(:disabled)")
    asked = []
    page_.page.on("dialog", lambda dialog: (asked.append(dialog.message), getattr(dialog, answer)()))
    page_.page.evaluate("() => { location.hash = '#v=1&view=keep&preset=seed'; }")
    page_.page.wait_for_function("() => !location.hash.includes('v=')")
    assert asked == ["Open what the link holds? Undo brings back what is open now."]
    widths = (2, 4, 3) if answer == "accept" else (2, 3, 2, 2)
    page_.wait_for(lambda: page_.session.state.network.widths == widths)


@pytest.mark.parametrize(
    ("hash_", "message"),
    [
        ("#v=0&preset=seed", "another version of the studio (0, this one is 1)"),
        ("#v=1&open=AAAA", "cut off or changed"),
        ("#v=1&open=%00%ff", "cut off or changed"),
        ("#v=1&preset=<img src=x onerror=alert(1)>", "there is no preset '<img src=x onerror=alert(1)>'"),
    ],
)
def test_what_is_no_link_is_answered(show, hash_, message):
    page_ = show("seed")
    page_.page.evaluate("(hash) => { location.hash = hash; }", hash_)
    problem(page_, message)
    assert page_.session.revision == 0
    assert page_.page.query_selector("main img") is None


def test_a_thousand_random_hashes_never_throw(show):
    page_ = show("seed")
    found = page_.page.evaluate(
        """async () => {
            const {openHash} = await import("/static/link.js");
            const {Refused} = await import("/static/api.js");
            let seed = 1;
            const chance = (most) => (seed = (seed * 48271) % 2147483647) % most;
            const signs = "abcXYZ019-_=&#%+/.vopenpresetlw\\u0000\\ud800가😀";
            const found = {refused: 0, opened: 0, other: []};
            for (let round = 0; round < 1000; round += 1) {
                const start = ["#", "#v=1&open=", "#v=1&view=", "#v=1&letters=", "#v=", ""][chance(6)];
                const hash = start + Array.from({length: chance(60)}, () => signs[chance(signs.length)]).join("");
                try {
                    await openHash(hash, ["see"]);
                    found.opened += 1;
                } catch (error) {
                    if (error instanceof Refused) found.refused += 1;
                    else found.other.push(`${hash}: ${error}`);
                }
            }
            return found;
        }"""
    )
    assert found["other"] == []
    assert found["refused"] > 100
    assert page_.session.revision == 0


def test_a_bomb_is_cut(show):
    page_ = show("seed")
    page_.page.evaluate(
        """async () => {
            const zeros = new Blob([new Uint8Array(2 ** 26)]).stream();
            const stream = zeros.pipeThrough(new CompressionStream("deflate-raw"));
            const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
            let text = "";
            for (const byte of bytes) text += String.fromCharCode(byte);
            location.hash = "#v=1&open=" + btoa(text).replaceAll("+", "-").replaceAll("/", "_");
        }"""
    )
    problem(page_, "cut off or changed")


@pytest.mark.parametrize("name", ["JSON", "safetensors"])
def test_a_saved_network_loads_bit_for_bit(show, name, tmp_path):
    page_ = show("xor").view("keep")
    with page_.page.expect_download() as download:
        page_.page.click(f"text=Network as {name}")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert multilayer.load(file) == page_.session.state.network


def test_rows_are_saved(show, tmp_path):
    page_ = show("xor").view("keep")
    with page_.page.expect_download() as download:
        page_.page.click("text=Rows as CSV")
    assert (
        pathlib.Path(download.value.path()).read_text()
        == "x1,x2,xor\n0.0,0.0,0\n0.0,1.0,1\n1.0,0.0,1\n1.0,1.0,0\n"
    )


@pytest.mark.parametrize("form", ["matrix", "unrolled"])
def test_code_is_shown_in_the_letters(show, form):
    page_ = show("seed")
    use_other_letters(page_)
    page_.view("keep").page.select_option(".code select", form)
    page_.page.wait_for_function(
        "(text) => document.querySelector('.code pre')?.textContent.includes(text)",
        arg={"matrix": "z1 = x @ W1 + b1", "unrolled": "z1_1 = 0.3"}[form],
    )
    state = page_.session.state
    (found,) = printed([page_.page.inner_text(".code pre")], "numpy alone")
    assert found == shown(state.network, state.rows.X[: 1 if form == "unrolled" else None])


def saved(page_, name):
    with page_.page.expect_download() as download:
        page_.page.click(f"footer button[aria-label='{name}']")
    return pathlib.Path(download.value.path()).read_bytes()


def test_pictures_and_tables_of_a_view_are_saved(show):
    page_ = show("seed")
    page_.page.wait_for_selector("main svg[role=img]")
    page_.page.click("footer summary")
    page_.assert_accessible()
    names = page_.page.eval_on_selector_all("footer button", "(all) => all.map((each) => each.ariaLabel)")
    picture = next(name for name in names if name.endswith("as SVG"))
    root = ElementTree.fromstring(saved(page_, picture))  # noqa: S314  (the page made it)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert all(element.get("fill") for element in root.iter("{http://www.w3.org/2000/svg}rect"))
    assert saved(page_, picture.replace("SVG", "PNG"))[:8] == b"\x89PNG\r\n\x1a\n"
    table = next(name for name in names if "W(1)" in name)
    rows = [line.split(",")[1:] for line in saved(page_, table).decode().splitlines()[1:]]
    assert rows == [["0.5", "0.2", "-0.3", "0.1"], ["-0.2", "0.7", "-0.4", "0.8"]]


def test_a_large_network_is_for_a_file(show):
    page_ = show("seed").view("open")
    page_.page.fill("input[pattern]:not([inputmode])", "2-64-64-3")
    page_.page.click("text=Make this network")
    page_.page.wait_for_selector("text=is open")
    page_.view("keep").page.wait_for_selector("text=too large for a link")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(show, scheme):
    page_ = show("seed", color_scheme=scheme, viewport={"width": 320, "height": 800}).view("keep")
    page_.page.wait_for_selector(".code pre")
    page_.assert_fits()
    page_.assert_accessible()

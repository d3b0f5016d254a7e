"""The page: it asks for nothing, runs nothing but itself, and shows the outputs of the network."""

import base64
import hashlib
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest

from multilayer import MLP
from multilayer.exchange.source import html_source, write_html
from tests.exchange.source.compilers import network
from tests.exchange.source.test_c import NASTY

pytestmark = pytest.mark.native

NAMES = ("sepal length", "petal, width", "<img src=x onerror=alert(1)>", 'the "last"')
CLASSES = ("setosa", "</script><script>alert(1)</script>", "&amp;")


def flower_network():
    net = network(np.float32, (6, "tanh"), (3, "softmax"), inputs=4)
    return MLP(net.layers, classes=CLASSES, inputs=NAMES)


class Elements(HTMLParser):
    """The elements of a page with their attributes, and the text of scripts and styles."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self.inside = [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag

    def handle_endtag(self, _):
        self.inside = ""

    def handle_data(self, data):
        if self.inside in ("script", "style"):
            self.texts[self.inside] = self.texts.get(self.inside, "") + data


@pytest.fixture
def text():
    return html_source(flower_network(), "flowers")["flowers.html"]


def test_names_are_text_and_nothing_else(text):
    found = Elements(text).elements
    tags = [tag for tag, _ in found]
    assert tags.count("script") == 1
    assert "img" not in tags
    assert not [name for _, attributes in found for name in attributes if name.startswith("on")]
    layers = network(np.float32, (5, "softmax"), inputs=5).layers
    page = html_source(MLP(layers, classes=NASTY, inputs=NASTY))["network.html"]
    assert page.isascii()
    assert [tag for tag, _ in Elements(page).elements].count("script") == 1


def test_the_policy_allows_the_pages_own_script_and_style_alone(text):
    found = Elements(text)
    (policy,) = (a["content"] for tag, a in found.elements if tag == "meta" and "http-equiv" in a)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for tag, kind in (("script", "script-src"), ("style", "style-src")):
        digest = base64.b64encode(hashlib.sha256(found.texts[tag].encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}'" in policy
    assert not [a for _, a in found.elements if {"src", "href", "style"} & set(a)]
    assert not re.search(r"https?://|fetch\(|XMLHttpRequest|import\(", found.texts["script"])


def test_every_field_has_a_label(text):
    found = Elements(text).elements
    labels = {a["for"] for tag, a in found if tag == "label"}
    assert labels == {a["id"] for tag, a in found if tag in ("input", "textarea")}


def test_the_file(tmp_path):
    assert [path.name for path in write_html(flower_network(), tmp_path / "my-flowers.html")] == [
        "my-flowers.html"
    ]


@pytest.fixture
def page(tmp_path):
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "the tests of the page need Chromium: apt-get install chromium"
    (path,) = write_html(flower_network(), tmp_path / "flowers")
    trouble, asked = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        opened = browser.new_page()
        opened.on("console", lambda message: trouble.append(message.text))
        opened.on("pageerror", lambda error: trouble.append(str(error)))
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(path.as_uri())
        yield opened
        browser.close()
    assert trouble == []
    assert asked == [path.as_uri()]


def table_of(page, selector):
    rows = page.query_selector_all(f"{selector} tr")
    return [[cell.inner_text() for cell in row.query_selector_all("th, td")] for row in rows]


@pytest.mark.browser
class TestBrowser:
    def test_a_typed_row(self, page):
        net, x = flower_network(), [1.5, -0.25, 3.0, 1e-3]
        for i, value in enumerate(x):
            page.fill(f"#x{i}", str(value))
        rows = table_of(page, "#one-result")
        assert [row[0] for row in rows] == list(CLASSES)
        assert [float(row[1]) for row in rows] == pytest.approx(net(x), rel=1e-5)
        assert page.inner_text(".answer") == net.classify(x)
        page.fill("#x2", "wide")
        assert page.inner_text("#one-result") == f"Numbers are missing: {NAMES[2]}"
        assert page.get_attribute("#x2", "aria-invalid") == "true"

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_pasted_rows_by_name(self, separator, page):
        net = flower_network()
        x = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
        order = [2, 0, 3, 1]
        head = ['"' + NAMES[i].replace('"', '""') + '"' for i in order]
        lines = [separator.join(["id", *head])]
        lines += [separator.join([f"row {r}", *(str(row[i]) for i in order)]) for r, row in enumerate(x)]
        page.fill("#rows", "\r\n".join(lines))
        page.click("#run")
        rows = table_of(page, "#results")
        assert rows[0] == ["row", *CLASSES, "class"]
        assert np.array([row[1:4] for row in rows[1:]], float) == pytest.approx(net(x), rel=1e-5)
        assert [row[4] for row in rows[1:]] == list(net.classify(x))

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "There are no rows yet."),
            ("1,2,3\n", "Row 1 has 3 numbers; expected 4."),
            (
                "sepal length,other\n1,2\n",
                f"The first line has no column {NAMES[1]}, {NAMES[2]}, {NAMES[3]}.",
            ),
            ("1,2,3,4\n1,2,,4\n", f"Row 2 has no number in column {NAMES[2]}."),
            ("1,2,3,4", "1 row"),
        ],
    )
    def test_what_is_said_of_rows(self, text, message, page):
        page.fill("#rows", text)
        page.click("#run")
        assert page.inner_text("#message") == message
        assert page.is_hidden("#results") == (message != "1 row")

    def test_the_stored_outputs(self, page):
        assert page.inner_text("#self-test") == "Its stored outputs come out with the same bits."

    def test_accessibility(self, page):
        from axe_playwright_python.sync_playwright import Axe

        page.fill("#rows", "1,2,3,4")
        page.click("#run")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()

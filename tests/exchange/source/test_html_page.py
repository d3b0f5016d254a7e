"""The page in a browser: it asks for nothing, and shows the outputs of the network.

These tests are not marked `native`, though they need the core: the gate shows pages once, after it has a browser.
"""

import numpy as np
import pytest

from multilayer.exchange.source import write_html
from multilayer.tables import columns_of
from tests.exchange.source.test_c import NASTY
from tests.exchange.source.test_html import CLASSES, NAMES, flower_network
from tests.exchange.source.test_tables import MODELS
from tests.exchange.source.test_tables import rows as rows_of_table


@pytest.fixture(params=[flower_network], ids=["network"])
def page(tmp_path, request, chromium):
    (path,) = write_html(request.param(), tmp_path / "flowers")
    trouble, asked = [], []
    with chromium.new_context() as context:
        opened = context.new_page()
        opened.on("console", lambda message: trouble.append(message.text))
        opened.on("pageerror", lambda error: trouble.append(str(error)))
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(path.as_uri())
        yield opened
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
            ("1,2,3\n", "Row 1 has 3 values; expected 4."),
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


@pytest.mark.browser
class TestTable:
    @pytest.mark.parametrize("page", [lambda: MODELS["classes"]], indirect=True, ids=["classes"])
    def test_a_row_of_columns(self, page):
        made = MODELS["classes"]
        page.fill("#x0", "2.5")
        page.fill("#x1", "0.25")
        page.select_option("#x3", "2.5")
        page.select_option("#x5", "yes")
        page.fill("#x7", "29.2.2024 10:30")
        row = {one.name: "" for one in made.encoder.schema} | {
            "size": "2.5",
            NASTY[1]: "0.25",
            "kind": "2.5",
            "two": "yes",
            "when": "29.2.2024 10:30",
        }
        table = columns_of({name: [value] for name, value in row.items()})
        rows = table_of(page, "#one-result")
        assert [float(line[1]) for line in rows] == pytest.approx(made(table)[0].tolist(), rel=1e-5)
        assert page.inner_text(".answer").strip() == made.predict(table)[0].strip()
        page.fill("#x0", "wide")
        assert page.inner_text("#one-result") == "Numbers are missing: size"
        page.fill("#x7", "2024-02-30")
        assert page.inner_text("#one-result") == "Values are missing: size, when"
        page.fill("#rows", "1,2,3,1,,yes,low,29.2.2023,")
        page.click("#run")
        assert page.inner_text("#message") == "Row 1 has no date in column when."
        assert page.inner_text("#self-test") == "Its stored answers come out as they should."

    @pytest.mark.parametrize("page", [lambda: MODELS["quantity"]], indirect=True, ids=["quantity"])
    def test_pasted_rows(self, page):
        made = MODELS["quantity"]
        names = [one.name for one in made.encoder.schema]
        texts, columns = rows_of_table(made)
        quoted = [['"' + cell.replace('"', '""') + '"' for cell in line] for line in (names, *texts)]
        page.fill("#rows", "\n".join(",".join(line) for line in quoted))
        page.click("#run")
        found = [float(line[1]) if line[1] != "NaN" else np.nan for line in table_of(page, "#results")[1:]]
        assert found == pytest.approx(made(columns).tolist(), rel=1e-5, nan_ok=True)

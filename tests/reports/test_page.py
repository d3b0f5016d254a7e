"""A page holds together whatever is written on it: nothing loaded, nothing run, nothing left unsaid."""

from hypothesis import given
from hypothesis import strategies as st

from multilayer._base.language import in_language
from multilayer._base.table import Table
from multilayer.reports.page import Section, details, figure, items, page, paragraph, table
from tests.reports.reading import read

TEXT = st.text(max_size=20) | st.sampled_from(
    ["<script>alert(1)</script>", '" onload="x', "</style>", "&amp;"]
)


def test_headings_follow_the_nesting():
    inner = Section("inner", (Section("innermost", ()),))
    found = read(page("Title", [], [Section("one", (inner,)), Section("two", ())]))
    assert found.headings == [1, 2, 3, 4, 2]
    assert found.landmarks == {"header", "nav", "main"}
    assert found.language == "en"
    assert found.title == "Title"


def test_a_page_declares_the_present_language():
    with in_language("ko"):
        assert read(page("제목", [], [])).language == "ko"


def test_links_lead_to_the_sections():
    found = read(page("Title", [], [Section("one", ()), Section("two", ())], "footer"))
    assert found.links == ["#s1", "#s2"]
    assert set(found.links) <= {f"#{identity}" for identity in found.ids}


def test_a_table_marks_its_heads_and_numbers():
    markup = table(Table("Layers", ("layer", "units", "dead"), (("1", "1,000", "yes"), ("2", "–", "no"))))
    found = read(page("Title", [], [Section("one", (markup,))]))
    assert found.tables == 1
    assert found.captions == ["Layers"]
    assert found.scopes == ["col"] * 3 + ["row"] * 2
    assert markup.count('<td class="number">') == 2


@given(TEXT, TEXT)
def test_text_stays_text(text, other):
    parts = (
        paragraph(text),
        items([text, other]),
        table(Table(text, (text, other), ((text, other),))),
        figure(paragraph(other), text, details(other, paragraph(text))),
    )
    plain = read(page("Title", [paragraph("x")], [Section("x", (paragraph("x"),))], "x"))
    found = read(page(text, [paragraph(other)], [Section(text, parts)], other))
    assert found.tags - plain.tags == {
        *("ul", "li", "div", "table", "caption", "thead", "tr", "th", "tbody", "td"),
        *("figure", "figcaption", "details", "summary"),
    }
    assert found.title == text.replace("\r\n", "\n").replace("\r", "\n") or not text.isprintable()

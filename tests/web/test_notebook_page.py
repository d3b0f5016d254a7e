"""The widget in a browser: a page that does what a notebook does for anywidget, and the Python side of the widget."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

import multilayer
from multilayer.web.presets import PRESETS
from multilayer.web.sheet import Look, sheet_of
from tests.web.page import texts_of

pytestmark = pytest.mark.browser

_HOST = "http://notebook.test/"
_PAGE = """<!doctype html><html lang="en"><title>Notebook</title><style>table { display: none }</style>"""
_SHOW = """async ([output, id, state]) => {
    const el = document.body.appendChild(document.createElement("div"));
    el.id = output;
    const heard = ((window.models ??= {})[id] ??= new Set());
    const model = {
        get: (name) => state[name],
        on: (name, take) => name === "msg:custom" && heard.add(take),
        off: (name, take) => heard.delete(take),
        send: async (content) => {
            for (const [answer, body] of await toKernel(id, content)) {
                const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
                heard.forEach((take) => take(answer, [new DataView(bytes.buffer)]));
            }
        },
    };
    const address = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
    const end = await (await import(address)).default.render({ model, el });
    (window.ends ??= []).push(end);
}"""


class Notebook:
    """A page with widgets, as a notebook shows them."""

    def __init__(self, page: Any) -> None:
        self.page, self.widgets, self.outputs, self.trouble = page, {}, 0, []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda message: self.trouble.append(message.text))
        page.route(_HOST, lambda route: route.fulfill(body=_PAGE, content_type="text/html"))
        page.expose_function("toKernel", self._to_kernel)
        page.set_default_timeout(5000)
        page.goto(_HOST)

    def show(self, widget: Any) -> Any:
        """Show a widget, and return the locator of its output."""
        self.widgets[widget.model_id] = widget
        self.outputs += 1
        output = f"output-{self.outputs}"
        self.page.evaluate(_SHOW, [output, widget.model_id, widget.get_state(["_esm", "view", "views"])])
        return self.page.locator(f"#{output}")

    def _to_kernel(self, model: str, content: dict[str, Any]) -> list[tuple[Any, str]]:
        widget, sent = self.widgets[model], []
        widget.comm.send = lambda data, metadata=None, buffers=None: sent.append((data["content"], buffers))
        widget._handle_msg({"content": {"data": {"method": "custom", "content": content}}, "buffers": []})
        return [(answer, base64.b64encode(body).decode()) for answer, [body] in sent]


@pytest.fixture
def notebook(chromium: Any) -> Iterator[Notebook]:
    context = chromium.new_context(locale="en")
    found = Notebook(context.new_page())
    yield found
    context.close()
    assert [each for each in found.trouble if "status of 400" not in each] == []


def cells(shown: Any) -> dict[str, str]:
    """Return the text of every named cell of an output."""
    found: dict[str, str] = shown.evaluate(
        """(host) => Object.fromEntries([...host.shadowRoot.querySelectorAll("td [data-cell]")].map(
            (cell) => [cell.dataset.cell, cell.value ?? cell.textContent.trim()]))"""
    )
    return found


def cells_of(widget: Any) -> dict[str, str]:
    blocks = sheet_of(widget.session.state, Look()).blocks
    return {name: text for each in blocks for name, text in texts_of(each).items()}


def test_the_sheet_shows_what_python_has(notebook):
    widget = multilayer.widget()
    shown = notebook.show(widget)
    shown.locator('td [data-cell="z(2)[1,1]"]').wait_for()
    assert cells(shown) == cells_of(widget)
    assert shown.get_by_role("link").all_inner_texts() == [
        "See",
        "Check",
        "Way back",
        "Planes",
        "Activations",
    ]


def test_an_edit_changes_the_network_in_python_and_is_undone(notebook):
    widget = multilayer.widget()
    before = widget.network
    shown = notebook.show(widget)
    field = shown.locator('input[data-cell="W(1)[2,3]"]')
    field.fill("1/3")
    field.press("Enter")
    shown.get_by_role("button", name="Undo").and_(shown.locator(":enabled")).wait_for()
    assert widget.network.layers[0].W[1, 2] == before.layers[0].W.dtype.type(1 / 3)
    assert cells(shown) == cells_of(widget)
    field.press("Control+z")
    shown.get_by_role("button", name="Undo").and_(shown.locator(":disabled")).wait_for()
    assert widget.network is before
    field.fill("abc")
    field.press("Enter")
    shown.get_by_role("alert").filter(has_text="abc").wait_for()
    assert widget.network is before


def test_each_view_is_shown(notebook):
    shown = notebook.show(multilayer.widget(view="activations"))
    shown.get_by_role("heading", name="Activations").wait_for()
    headings = {"See": "Every number", "Check": "Check my", "Way back": "The way", "Planes": "Gates"}
    for name, heading in headings.items():
        shown.get_by_role("link", name=name).click()
        shown.locator("h1").filter(has_text=heading).wait_for()


def test_widgets_are_apart_and_outputs_of_one_follow_each_other(notebook):
    from playwright.sync_api import expect

    one, other = multilayer.widget(), multilayer.widget(PRESETS["xor"].make().network)
    first, second, third = notebook.show(one), notebook.show(other), notebook.show(one)
    for shown in (first, second, third):
        shown.locator('td [data-cell="z(2)[1,1]"]').wait_for()
    assert (cells(first), cells(second)) == (cells_of(one), cells_of(other))
    third.locator('input[data-cell="b(1)[1]"]').fill("0.25")
    third.locator('input[data-cell="b(1)[1]"]').press("Enter")
    expect(first.locator('input[data-cell="b(1)[1]"]')).to_have_value("0.25")
    assert (cells(first), cells(third)) == (cells_of(one), cells_of(one))
    assert cells(second) == cells_of(other)


def test_its_words_are_in_the_language_that_was_asked_for(notebook):
    shown = notebook.show(multilayer.widget(language="ko"))
    shown.get_by_role("button", name="되돌리기").wait_for()
    assert shown.get_attribute("lang") == "ko"


def test_the_notebook_and_the_widget_leave_each_other_alone(notebook):
    notebook.page.evaluate("addEventListener('keydown', ({ key }) => (window.pressed = key))")
    shown = notebook.show(multilayer.widget())
    field = shown.locator('input[data-cell="W(1)[1,1]"]')
    field.press("d")
    assert notebook.page.evaluate("window.pressed") is None
    assert shown.locator("table").first.is_visible()
    assert notebook.page.evaluate("[document.title, document.documentElement.lang, location.hash]") == [
        "Notebook",
        "en",
        "",
    ]
    notebook.page.evaluate("window.ends[0]()")
    assert shown.evaluate("(host) => host.shadowRoot.textContent.trim()") == ""


def test_a_path_that_is_none_of_the_pages_is_not_read():
    found = multilayer.widget()._reply("/static/../notebook.py", b"", "en")
    assert (found.status, found.body) == (404, b"/static/../notebook.py")

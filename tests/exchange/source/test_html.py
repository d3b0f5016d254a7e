"""The page as text: it asks for nothing, and runs nothing but itself."""

import base64
import hashlib
import re
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

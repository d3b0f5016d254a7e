"""Read a page as a browser or a screen reader does, and say what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}
LOADING = {"src", "href", "action", "data", "poster", "background", "srcset"}


@dataclass
class Found:
    headings: list[int] = field(default_factory=list)
    landmarks: set[str] = field(default_factory=set)
    language: str | None = None
    title: str = ""
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    tables: int = 0
    captions: list[str] = field(default_factory=list)
    scopes: list[str | None] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    """Title and description of each."""
    text: str = ""


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found = Found()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        found, attributes = self.found, dict(attrs)
        assert len(attrs) == len(attributes), f"<{tag}> has an attribute twice"
        found.tags.add(tag)
        if "id" in attributes:
            found.ids.append(attributes["id"])
        for name, value in attrs:
            assert not name.startswith("on"), f"<{tag}> has a handler {name}"
            safe = value is None or value.startswith(("#", "data:image/png;base64,"))
            assert name.removeprefix("xlink:") not in LOADING or safe, (tag, name, value)
        if tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            found.headings.append(int(tag[1]))
        if tag in {"header", "nav", "main", "footer"}:
            found.landmarks.add(tag)
        if tag == "html":
            found.language = attributes.get("lang")
        if tag == "a":
            found.links.append(attributes["href"])
        if tag == "th":
            found.scopes.append(attributes.get("scope"))
        if tag == "svg":
            assert attributes["role"] == "img"
            self.names = attributes["aria-labelledby"].split()
            found.pictures.append(("", ""))
        if tag == "table":
            found.tables += 1
            found.captions.append("")
        assert tag not in {"script", "iframe", "object", "embed", "link", "img", "base", "form"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        found = self.found
        if self.open[-1:] == ["title"] and "svg" not in self.open:
            found.title += data
        if self.open[-1:] == ["title"] and "svg" in self.open:
            found.pictures[-1] = (found.pictures[-1][0] + data, found.pictures[-1][1])
        if self.open[-1:] == ["desc"]:
            found.pictures[-1] = (found.pictures[-1][0], found.pictures[-1][1] + data)
        if self.open[-1:] == ["caption"]:
            found.captions[-1] += data
        if "style" not in self.open:
            found.text += data


def read(page: str) -> Found:
    """Return what is on a page; fail where it is not as it has to be."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    found = reader.found
    assert reader.open == []
    assert found.headings[0] == 1
    assert found.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(found.headings, found.headings[1:], strict=False))
    assert len(set(found.ids)) == len(found.ids), "an id twice"
    assert len(found.captions) == found.tables
    assert all(found.scopes)
    assert all(name and description for name, description in found.pictures)
    return found

"""A page of HTML in one file, with SVG pictures: no script, no network, light and dark, for paper and screen readers.

`Markup` stands on a page as it is; every function here takes text as `str`, escapes it and makes it printable. Text of
pictures stays text: it can be selected, searched and enlarged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NewType
from xml.etree import ElementTree

from multilayer._base.language import language
from multilayer._base.table import Table
from multilayer._base.text import fill, html_text, printable
from multilayer.plots.figures import INK, svg

if TYPE_CHECKING:
    from multilayer.plots.figures import Figure

__all__ = ["Markup", "Section", "details", "figure", "items", "page", "paragraph", "picture", "table"]

Markup = NewType("Markup", str)

_SVG, _LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"


@dataclass(frozen=True)
class Section:
    """A part of a page under a heading, whose level follows from the nesting."""

    heading: str
    parts: tuple[Markup | Section, ...]


def paragraph(text: str, kind: str = "") -> Markup:
    """Return a paragraph; `kind` is its class in the style sheet."""
    return Markup(f"<p{_class(kind)}>{html_text(text)}</p>")


def items(texts: Iterable[str]) -> Markup:
    """Return a list of points; nothing where there are none."""
    points = "".join(f"<li>{html_text(text)}</li>" for text in texts)
    return Markup(f"<ul>{points}</ul>" if points else "")


def table(content: Table) -> Markup:
    """Return a table. Where it is wider than the page it scrolls by itself, with the keyboard as well."""
    label = html_text(content.caption)
    return Markup(f'<div class="wide" role="region" tabindex="0" aria-label="{label}">{content.html()}</div>')


def details(summary: str, *parts: Markup) -> Markup:
    """Return parts that are folded away until asked for."""
    return Markup(f"<details><summary>{html_text(summary)}</summary>{''.join(parts)}</details>")


def figure(picture: Markup, caption: str, *below: Markup) -> Markup:
    """Return a picture with its caption, and what belongs to it below."""
    return Markup(f"<figure>{picture}<figcaption>{html_text(caption)}</figcaption>{''.join(below)}</figure>")


def picture(
    draw: Callable[[Figure], object],
    name: str,
    title: str,
    description: str,
    size: tuple[float, float] = (7.2, 3.0),
) -> Markup:
    """Return a picture as an SVG element: the same bytes for the same picture.

    What is drawn in the ink's colour takes the colour of the text around it, on dark pages as on light ones.

    Parameters
    ----------
    draw : callable
        Draws on the empty figure it is called with.
    name : str
        What its ids begin with: letters, digits and hyphens, another name for each picture of a page.
    title, description : str
        What a screen reader reads instead: what the picture is, and what it shows, in numbers.
    size : (width, height)
        In inches; the page scales it to the width it has.

    Raises
    ------
    MissingExtraError
        When matplotlib is not installed.
    """
    root = ElementTree.fromstring(svg(draw, size))  # noqa: S314  (matplotlib's own)
    _embed(root, name, title, description)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def page(title: str, lead: Sequence[Markup], sections: Sequence[Section], footer: str = "") -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Its name, and its first heading.
    lead : sequence of Markup
        What stands above all sections, and is read first.
    sections : sequence of Section
        The rest; with more than one, links to them follow the lead.
    footer : str
        What stands below: where the page comes from.

    It declares the present language, which has to be the one in which its sentences were made.
    """
    contents = "".join(
        f'<li><a href="#s{number}">{html_text(section.heading)}</a></li>'
        for number, section in enumerate(sections, 1)
    )
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{language()}">',
        f'<head><meta charset="utf-8"><title>{html_text(title)}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # The browser holds the page to what is promised above: it loads nothing and runs nothing.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
        '<meta name="color-scheme" content="light dark">',
        f"<style>{_STYLE}</style></head>",
        f"<body><header><h1>{html_text(title)}</h1>{''.join(lead)}</header>",
        f'<nav aria-label="{html_text(fill("Sections"))}"><ul>{contents}</ul></nav>'
        if len(sections) > 1
        else "",
        "<main>",
        *(_section(section, 2, f"s{number}") for number, section in enumerate(sections, 1)),
        "</main>",
        f"<footer>{paragraph(footer)}</footer>" if footer else "",
        "</body></html>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _section(section: Section, level: int, identity: str) -> str:
    inner = "\n".join(
        _section(part, level + 1, f"{identity}-{number}") if isinstance(part, Section) else part
        for number, part in enumerate(section.parts, 1)
    )
    heading = f'<h{level} id="{identity}">{html_text(section.heading)}</h{level}>'
    return f'<section aria-labelledby="{identity}">{heading}\n{inner}</section>'


def _embed(root: ElementTree.Element, name: str, title: str, description: str) -> None:
    """Make a file of its own into an element of a page: no names that could meet others, no fixed size."""
    for child in [*root]:
        if child.tag == f"{_SVG}metadata" or child.find(f"{_SVG}style") is not None:
            root.remove(child)
    used = set(re.findall(r"#([\w.-]+)", " ".join(_references(root))))
    for element in root.iter():
        element.tag = element.tag.removeprefix(_SVG)
        target = element.attrib.pop(_LINK, None)
        if target is not None:
            element.set("href", f"#{name}-{target[1:]}" if target.startswith("#") else target)
        identity = element.attrib.pop("id", None)
        if identity in used:
            element.set("id", f"{name}-{identity}")
        for key in ("clip-path", "style"):
            value = element.get(key)
            if value is not None:
                element.set(key, value.replace("url(#", f"url(#{name}-").replace(INK, "currentColor"))
        if element.text is not None and not element.text.strip():
            element.text = None
        element.tail = None
    box = root.get("viewBox", "")
    root.attrib.clear()
    root.attrib |= {
        "viewBox": box,
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-description",
        "stroke-linejoin": "round",
        "fill": "currentColor",
    }
    for place, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ElementTree.Element(tag, id=f"{name}-{'description' if tag == 'desc' else tag}")
        element.text = printable(text)
        root.insert(place, element)


def _references(root: ElementTree.Element) -> list[str]:
    return [
        value
        for element in root.iter()
        for key, value in element.attrib.items()
        if (key == _LINK and value.startswith("#")) or value.startswith("url(#")
    ]


def _class(kind: str) -> str:
    return f' class="{html_text(kind)}"' if kind else ""


_STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --ink: #1f2430; --soft: #59636e; --line: #d8dde3;
  --box: #f5f7f9; --link: #0b5cad; --error: #b42336; --warning: #9a5b00; --note: #2b6cb0; --good: #1f7a4d; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171c; --ink: #e4e8ee; --soft: #a3adb8; --line: #343b45; --box: #1c2128; --link: #79b8ff;
    --error: #ff8b98; --warning: #f0b35a; --note: #8cc0f5; --good: #6fd3a0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 58rem; padding: 2rem 1.25rem 4rem; background: var(--page); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: 1.05rem; font-weight: 600; color: var(--soft); margin: 0 0 .75rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.75rem 0 .75rem; }
h3 { font-size: 1.05rem; line-height: 1.35; margin: 1.75rem 0 .4rem; }
h4 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
p { margin: .4rem 0 .8rem; max-width: 46rem; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; } li { margin: .2rem 0; overflow-wrap: anywhere; }
a { color: var(--link); }
nav ul { display: flex; flex-wrap: wrap; gap: .2rem 1.25rem; padding: 0; list-style: none; }
.verdict { font-size: 1.25rem; line-height: 1.35; font-weight: 600; margin: 0 0 .75rem; }
.soft { color: var(--soft); }
.error, .warning, .note, .good { border-left: .3rem solid; padding-left: .75rem; }
p.error + p.error, p.warning + p.warning, p.note + p.note { margin-top: -.8rem; padding-top: .3rem; }
.error { border-color: var(--error); } .warning { border-color: var(--warning); }
.note { border-color: var(--note); } .good { border-color: var(--good); }
figure { margin: 1rem 0 1.5rem; }
figure svg { display: block; width: 100%; height: auto; color: var(--ink); }
figcaption { color: var(--soft); font-size: .95rem; margin-top: .4rem; max-width: 46rem; overflow-wrap: anywhere; }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--link); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .75rem 0; font-size: .92rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); }
thead th { font-weight: 600; border-bottom-width: 2px; } tbody th { font-weight: normal; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print {
  :root { --page: #ffffff; --ink: #000000; --soft: #444444; --line: #bbbbbb; --box: #ffffff; --link: #000000;
    --error: #b42336; --warning: #9a5b00; --note: #2b6cb0; --good: #1f7a4d; }
  body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; }
  figure, tr { break-inside: avoid; } h2, h3, h4 { break-after: avoid; } .wide { overflow: visible; }
}
"""

"""A picture is an element of a page: self-contained, always the same, and described in words."""

import re
import sys
from xml.etree import ElementTree

import pytest

from multilayer._base.errors import MissingExtraError
from multilayer.plots.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, RED
from multilayer.reports.page import _STYLE, Section, figure, page, picture
from tests.reports.reading import read


def draw(figure):
    ax = figure.subplots()
    ax.plot([1, 2, 3], [1, 10, 5], marker="o", label='id="x" <b> $5 & more')
    ax.fill_between([1, 3], [1, 1], [2, 2], hatch="//")
    ax.imshow([[1, 2], [3, 4]], extent=(1, 2, 1, 3), aspect="auto", interpolation="none")
    ax.set_yscale("log")
    ax.legend()


def element(name="first", title="A title", description="It rises from 1 to 10."):
    return picture(draw, name, title, description)


def test_the_same_bytes_again():
    assert element() == element()


def test_it_has_a_description_and_its_text_is_text():
    found = read(page("Title", [], [Section("one", (figure(element(), "caption"),))]))
    assert found.pictures == [("A title", "It rises from 1 to 10.")]
    assert 'id="x" <b> $5 & more' in found.text


def test_two_pictures_do_not_share_names():
    read(page("Title", [], [Section("one", (element("first"), element("second")))]))


def test_every_reference_leads_somewhere():
    root = ElementTree.fromstring(element())  # noqa: S314  (our own)
    ids = {element.get("id") for element in root.iter()} - {None}
    linked = {element.get("href")[1:] for element in root.iter("use")}
    clips = {element.get("clip-path")[5:-1] for element in root.iter() if element.get("clip-path")}
    assert linked
    assert clips
    assert linked | clips <= ids
    assert all(identity.startswith("first-") for identity in ids)


def test_titles_are_escaped():
    found = read(page("T", [], [Section("one", (element(title="<script>", description='"&<'),))]))
    assert found.pictures == [("<script>", '"&<')]


def luminance(colour):
    """Return the relative luminance of WCAG 2."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("page", sorted(set(re.findall(r"--page: (#\w{6})", _STYLE))))
@pytest.mark.parametrize("colour", [BLUE, ORANGE, GREEN, RED, PURPLE, GREY])
def test_colours_stand_out_from_every_page(colour, page):
    dark, light = sorted([luminance(colour), luminance(page)])
    assert (light + 0.05) / (dark + 0.05) >= 3.0


def test_the_users_settings_neither_show_nor_change():
    import matplotlib as mpl

    before = element()
    with mpl.rc_context({"axes.facecolor": "pink", "font.size": 30, "text.usetex": True}):
        assert element() == before
        assert mpl.rcParams["font.size"] == 30


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"multilayer\[plot\]"):
        element()

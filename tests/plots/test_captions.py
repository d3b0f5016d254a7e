"""Pictures in Korean have a font with its letters, or English captions."""

from __future__ import annotations

import warnings

import pytest
from matplotlib import pyplot
from matplotlib.text import Text

from multilayer._base.language import in_language
from multilayer.plots import fonts, loss_curve
from multilayer.plots.figures import svg
from multilayer.training import History

CURVE = History(loss=[1.0, 0.5, 0.25])


@pytest.fixture
def axes():
    figure, ax = pyplot.subplots()
    yield ax
    pyplot.close(figure)


@pytest.fixture
def _no_font(monkeypatch):
    fonts._warn.cache_clear()
    monkeypatch.setattr(fonts, "_korean", lambda: None)


def families(ax) -> list[list[str]]:
    return [text.get_fontfamily() for text in ax.findobj(Text) if text.get_text()]


def test_texts_take_letters_from_an_installed_font(axes, monkeypatch):
    monkeypatch.setattr(fonts, "_korean", lambda: "DejaVu Serif")
    with in_language("ko"):
        loss_curve(CURVE, axes)
    assert axes.get_xlabel() == "에포크"
    assert all(found == ["sans-serif", "DejaVu Serif"] for found in families(axes))


def test_english_needs_no_other_font(axes):
    loss_curve(CURVE, axes)
    assert axes.get_xlabel() == "epoch"
    assert all(found == ["sans-serif"] for found in families(axes))


@pytest.mark.usefixtures("_no_font")
def test_without_such_a_font_captions_are_english_which_is_said_once(axes):
    with in_language("ko"):
        with pytest.warns(UserWarning, match="한글 글꼴"):
            loss_curve(CURVE, axes)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loss_curve(CURVE, axes)
    assert axes.get_xlabel() == "epoch"


@pytest.mark.usefixtures("_no_font")
def test_a_page_leaves_the_letters_to_the_browser():
    with in_language("ko"):
        drawn = svg(lambda figure: loss_curve(CURVE, figure.subplots()))
    assert ">에포크<" in drawn


def test_a_font_is_found_by_its_file(monkeypatch):
    from matplotlib import font_manager

    path = font_manager.findfont("DejaVu Serif")
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: ["/nowhere/other.ttf", path])
    monkeypatch.setattr(fonts, "_KOREAN", ("missing", "DejaVuSerif"))
    fonts._korean.cache_clear()
    try:
        assert fonts._korean() == "DejaVu Serif"
        monkeypatch.setattr(fonts, "_KOREAN", ("missing",))
        fonts._korean.cache_clear()
        assert fonts._korean() is None
    finally:
        fonts._korean.cache_clear()
